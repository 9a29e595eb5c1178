import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { attempt, undamaged } from "../../support/fuzz/attempt";
import { fuzzTargets } from "../../support/fuzz/readers";

const folder = mkdtempSync(path.join(tmpdir(), "fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Damaged copies of each file; `test/bench/fuzz.ts` goes on for as long as one likes. */
const copies = 4;
const mostGrowth = 2 ** 30;

test("damaged files of every format are read, or refused by a sentence that names them", async () => {
  const targets = await fuzzTargets(folder);
  const before = await undamaged(targets, folder);
  expect([...before.values()].filter((outcome) => outcome.startsWith("failed"))).toEqual([]);
  const base = process.memoryUsage().rss;
  const failures: string[] = [];
  const counts = { read: 0, refused: 0, failed: 0 };
  for (let seed = 1; seed <= copies; seed++) {
    for (const target of targets) {
      const { outcome, detail } = await attempt(target, seed, folder);
      counts[outcome] += 1;
      if (outcome === "failed") failures.push(detail);
    }
  }
  expect(failures).toEqual([]);
  // Both happen: what is damaged is not all refused, as unused bytes may change, and not all let through.
  expect(counts.refused).toBeGreaterThan(counts.read);
  expect(counts.read).toBeGreaterThan(targets.length / 4);
  expect(process.memoryUsage().rss - base).toBeLessThan(mostGrowth);
  expect(await undamaged(targets, folder)).toEqual(before);
});
