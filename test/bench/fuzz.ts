import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { attempt, undamaged } from "../support/fuzz/attempt";
import { fuzzTargets } from "../support/fuzz/readers";
import type { Report } from "./support/report";
import { residentBytes } from "./support/residentMemory";

/** Seconds that the run takes, in the environment variable FUZZ_SECONDS; and the first seed, in FUZZ_SEED. */
const asked = process.env["FUZZ_SECONDS"];
const firstSeed = Number(process.env["FUZZ_SEED"] ?? 1);
/** Only readers and files whose names contain this, where it is given. */
const only = process.env["FUZZ_ONLY"] ?? "";

/**
 * Reads damaged files of every format until the time is over. Each is read, or refused by a sentence that names it; all
 * else is a defect, told with the seed that makes it again.
 */
export async function main(report: Report): Promise<void> {
  const seconds = Number(asked ?? (report.quick ? 15 : 60));
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
  report.line({
    what: "damaged files that are neither read nor refused by a sentence",
    value: failures.length,
    unit: "",
    goal: { atMost: 0 },
    remark: `seeds from ${firstSeed}, ${seconds} s`,
  });
  report.line({
    what: "memory at most, of that at the beginning",
    value: most / before,
    unit: "×",
    remark: `${(most / 2 ** 20).toFixed(0)} MB`,
  });
  report.table(
    ["reader", "files", "refused", "failed", "slowest"],
    [...counts].map(([reader, { read, refused, failed, slowest }]) => {
      const all = read + refused + failed;
      return [reader, `${all}`, `${((100 * refused) / all).toFixed(0)} %`, `${failed}`, `${slowest.toFixed(0)} ms`];
    }),
  );
  for (const failure of failures) report.note(`\`\`\`\n${failure}\n\`\`\``);
}
