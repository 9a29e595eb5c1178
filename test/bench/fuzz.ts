import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { attempt, undamaged } from "../support/fuzz/attempt";
import { fuzzTargets } from "../support/fuzz/readers";
import { residentBytes } from "./support/residentMemory";

/** Seconds that the run takes, in the environment variable FUZZ_SECONDS; and the first seed, in FUZZ_SEED. */
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 60);
const firstSeed = Number(process.env["FUZZ_SEED"] ?? 1);
/** Only readers and files whose names contain this, where it is given. */
const only = process.env["FUZZ_ONLY"] ?? "";

/**
 * Reads damaged files of every format until the time is over. Each is read, or refused by a sentence that names it; all
 * else is a defect, printed with the seed that makes it again, and ends the run with exit code 1.
 */
export async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "fuzz-"));
  const targets = (await fuzzTargets(folder)).filter(({ reader, name }) => `${reader} ${name}`.includes(only));
  const whole = await undamaged(targets, folder);
  const counts = new Map<string, { read: number; refused: number; failed: number; slowest: number }>();
  const kinds = new Set<string>();
  const failures: string[] = [];
  const before = residentBytes(process.pid);
  let most = before;
  const end = performance.now() + seconds * 1000;
  try {
    for (let seed = firstSeed; performance.now() < end; seed++) {
      for (const target of targets) {
        const count = counts.get(target.reader) ?? { read: 0, refused: 0, failed: 0, slowest: 0 };
        counts.set(target.reader, count);
        const { outcome, detail, milliseconds } = await attempt(target, seed, folder);
        count[outcome] += 1;
        count.slowest = Math.max(count.slowest, milliseconds);
        const kind = detail
          .replace(/seed \d+/, "")
          .split("\n")
          .slice(0, 3)
          .join("\n");
        if (outcome === "failed" && !kinds.has(kind)) {
          kinds.add(kind);
          failures.push(detail);
        }
        if (performance.now() > end) break;
      }
      most = Math.max(most, residentBytes(process.pid));
    }
    // What damaged files did to a library must not be felt by the next file.
    const after = await undamaged(targets, folder);
    for (const [name, outcome] of whole) {
      if (after.get(name) !== outcome) failures.push(`${name}: ${outcome} before, ${String(after.get(name))} after`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const [reader, { read, refused, failed, slowest }] of counts) {
    const share = (100 * refused) / (read + refused + failed);
    console.log(
      `${reader.padEnd(30)} ${String(read + refused + failed).padStart(7)} files, ${share.toFixed(0).padStart(3)} % refused, ` +
        `${failed} failed, slowest ${slowest.toFixed(0)} ms`,
    );
  }
  console.log(
    `memory at most ${(most / before).toFixed(1)} × that at the beginning (${(most / 2 ** 20).toFixed(0)} MB)`,
  );
  for (const failure of failures) console.log(failure);
  if (failures.length > 0) process.exitCode = 1;
}
