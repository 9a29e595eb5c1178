import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { EvaluatorPool } from "../../../server/evaluator/pool";
import type { PointSums } from "../../../server/evaluator/messages";
import { coordinates } from "../../../server/landscape/grid";
import { allLines } from "../../../server/landscape/interpolate";
import { addSums, meanOf } from "../../../server/landscape/loss";
import { corrected } from "../../../server/landscape/preliminary";
import type { RunEvent } from "../../../server/protocol/requests";
import type { Estimate } from "../../../server/protocol/result";
import { temporaryFolder } from "./support/folders";
import { evaluatorPath, resnetStudy, runStudy, watch } from "./support/study";
import type { Finished } from "./support/study";

const plain = resnetStudy();
const data = { ...plain.data, samples: 500 };
/** Small batches, and all samples twice, so that points are slow on every machine. */
const slow = resnetStudy({
  data,
  splits: [{ ...data, split: "again" }],
  grid: { x: [-1, 1], y: [-1, 1], points: [9, 9] },
  compute: { engine: "onnxruntime", evaluators: 2, batchSize: 4 },
});

function estimatesIn(events: readonly { readonly event: RunEvent }[]): readonly Estimate[] {
  return events.flatMap(({ event }) => {
    const { estimate } = event.kind === "points" ? event : event.kind === "snapshot" ? event.snapshot : {};
    return estimate ? [estimate] : [];
  });
}

function pointLines(journal: string | undefined): readonly string[] {
  const lines = readFileSync(journal!, "utf8").split("\n");
  return lines.filter((line) => line.startsWith("[")).sort();
}

describe("a run whose points take long", () => {
  let shown: Finished;
  let without: Finished;

  beforeAll(async () => {
    shown = await runStudy({ study: slow, resultsFolder: temporaryFolder("file") });
    without = await runStudy({ study: slow, resultsFolder: temporaryFolder("file"), preliminary: false });
  });

  test("shows a preliminary picture before its first point, and says from how many samples", () => {
    // Before the model itself is measured where that takes long, after it where it does not.
    const [first] = shown.events.flatMap(({ event }) => {
      const part = event.kind === "snapshot" ? event.snapshot : event.kind === "points" ? event : undefined;
      return part?.estimate ? [part] : [];
    });
    expect(first!.points).toEqual([]);
    expect(first!.progress.measured).toBe(0);
    expect(first!.estimate!.preliminary).toMatchObject({ samples: 64, of: 500 });
    expect(first!.furtherEstimates!.map(({ preliminary }) => preliminary)).toMatchObject([{ samples: 64, of: 500 }]);
    const estimates = estimatesIn(shown.events);
    const isPreliminary = estimates.map(({ preliminary }) => preliminary !== undefined);
    expect(isPreliminary.lastIndexOf(true)).toBeLessThan(isPreliminary.indexOf(false));
    expect(estimates.at(-1)!.preliminary).toBeUndefined();
    expect(estimatesIn(without.events).every(({ preliminary }) => preliminary === undefined)).toBe(true);
  });

  test("comes to the same bits as without, in its journal and in what it tells at the end", () => {
    expect(shown.outcome.status).toBe("done");
    expect(pointLines(shown.outcome.journal)).toHaveLength(81);
    expect(pointLines(shown.outcome.journal)).toEqual(pointLines(without.outcome.journal));
    expect(shown.run.snapshot()!.estimate).toEqual(without.run.snapshot()!.estimate);
    expect(shown.outcome.checks.map(({ name, level }) => [name, level])).toEqual(
      without.outcome.checks.map(({ name, level }) => [name, level]),
    );
    expect(readFileSync(shown.outcome.journal!, "utf8")).not.toContain("preliminary");
  });

  test("cancelled while its picture is preliminary keeps nothing of it, and is resumed to the same bits", async () => {
    const resultsFolder = temporaryFolder();
    let isAsked = false;
    const stopped = watch({ study: slow, resultsFolder }, (event, run) => {
      if (isAsked || event.kind !== "points" || !event.estimate?.preliminary) return;
      isAsked = true;
      run.cancel();
    });
    const { status, journal } = await stopped.run.finished;
    expect(status).toBe("cancelled");
    expect(stopped.run.snapshot()!.estimate!.preliminary).toBeDefined();
    const kept = pointLines(journal);
    expect(kept.length).toBeLessThan(9);
    const resumed = await runStudy({ study: slow, resultsFolder });
    expect(resumed.outcome.status).toBe("done");
    expect(pointLines(resumed.outcome.journal)).toEqual(pointLines(without.outcome.journal));
  });
});

describe("a part of the samples", () => {
  test("says with its correction nearly what all of them say", async () => {
    const study = resnetStudy({ data, compute: { engine: "onnxruntime", evaluators: 2, batchSize: 50 } });
    const pool = new EvaluatorPool({ evaluatorPath, evaluators: 2, log: () => {} });
    const nodes = new Map<number, readonly PointSums[]>();
    const x = coordinates([-1, 1], 9);
    try {
      await pool.prepare(study, await pool.fingerprints(study));
      const points = Array.from({ length: 81 }, (_, index) => ({
        index,
        alpha: x[index % 9]!,
        beta: x[Math.floor(index / 9)]!,
      }));
      // Eight groups: two of them are a quarter of all.
      await pool.sample(points, { first: 0, count: 500, groups: 8 }, ({ index }, groups) => {
        nodes.set(
          index,
          groups.map(([sums]) => sums!),
        );
      });
    } finally {
      await pool.close();
    }
    const all81 = Array.from({ length: 81 }, (_, index) => index);
    const valuesOf = (groups: readonly number[]) => {
      const means = all81.map((index) => meanOf(groups.map((group) => nodes.get(index)![group]!).reduce(addSums)));
      return {
        loss: Float64Array.from(means, ({ loss }) => loss),
        accuracy: Float64Array.from(means, ({ accuracy }) => accuracy),
      };
    };
    const all = valuesOf([0, 1, 2, 3, 4, 5, 6, 7]);
    const level = { columns: [0, 2, 4, 6, 8], rows: [0, 2, 4, 6, 8] };
    const at = level.rows.flatMap((row) => level.columns.map((column) => 9 * row + column));
    const values = {
      loss: Float64Array.from(at, (index) => all.loss[index]!),
      accuracy: Float64Array.from(at, (index) => all.accuracy[index]!),
    };
    const errors = [0, 2, 4, 6].flatMap((group) => {
      const sampled = { lines: allLines(9, 9), mean: valuesOf([group, group + 1]), groups: [], share: 1 / 4 };
      const { loss } = corrected(x, x, sampled, { level, values });
      return all81
        .filter((index) => !at.includes(index))
        .map((index) => Math.abs(Math.log(loss[index]! / all.loss[index]!)));
    });
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.02);
    expect(errors[Math.floor(0.95 * errors.length)]).toBeLessThan(0.1);
  });
});
