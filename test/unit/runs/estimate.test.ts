import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { estimateSeconds, evaluationsOf, experienceOf, productsOf } from "../../../server/runs/estimate";
import { Journal } from "../../../server/runs/journal";
import { headerFor, studyOf } from "./header";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "estimate-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** A run of 3 × 3 points of 100 samples that took so long. */
async function finished(seconds: number, end: "done" | "cancelled" = "done", over: Partial<Study> = {}): Promise<void> {
  const header = headerFor([3, 3]);
  const file = path.join(folder, `net-${seconds}.landscape-run.jsonl`);
  const journal = await Journal.create(file, { ...header, study: { ...header.study, ...over } });
  const points = Array.from({ length: 9 }, (_, index) => ({ index, loss: 1, accuracy: 50, lossError: 0 }));
  await journal.appendPoints(points);
  await journal.appendEnd({ end, checks: [], seconds });
  await journal.close();
}

const estimate = (study: Study, fingerprint = "aa"): Promise<number | undefined> =>
  estimateSeconds(study, fingerprint, folder);

describe("the time of a run", () => {
  test("goes with points and samples of an earlier run of the model", async () => {
    await finished(45);
    expect(await estimate(studyOf([3, 3]))).toBeCloseTo(45, 9);
    expect(await estimate(studyOf([9, 10]))).toBeCloseTo(450, 9);
    const data = studyOf([3, 3]).data;
    expect(await estimate(studyOf([3, 3], { data: { ...data, samples: 200 } }))).toBeCloseTo(90, 9);
    // The file has 500 only.
    expect(await estimate(studyOf([3, 3], { data: { ...data, samples: 1000 } }))).toBeCloseTo(225, 9);
  });

  test("is not told by a short run of a much longer one", async () => {
    await finished(4);
    expect(await estimate(studyOf([3, 5]))).toBeCloseTo((4 * 15) / 9, 9);
    expect(await estimate(studyOf([51, 51]))).toBeUndefined();
  });

  test.each<[string, Partial<Study>]>([
    ["other evaluators", { compute: { engine: "auto", evaluators: 1, batchSize: 50 } }],
    ["another engine", { compute: { engine: "wasm", evaluators: 2, batchSize: 50 } }],
    ["other data", { data: { ...studyOf([3, 3]).data, path: "/models/other.npz" } }],
    ["curvature", { sharpness: { epsilon: 0.01, samples: 10 } }],
    ["refinement", { grid: { ...studyOf([3, 3]).grid, refine: 0.01 } }],
  ])("is unknown for %s", async (_, over) => {
    await finished(45);
    expect(await estimate(studyOf([3, 3], over))).toBeUndefined();
  });

  test("is unknown after a run of another model, one that was cancelled, or none", async () => {
    expect(await estimate(studyOf([3, 3]))).toBeUndefined();
    await finished(50, "cancelled");
    expect(await estimate(studyOf([3, 3]))).toBeUndefined();
    await finished(45);
    expect(await estimate(studyOf([3, 3]), "cc")).toBeUndefined();
  });
});

describe("the amount of a run", () => {
  test("counts points once for all splits, and of a checkpoint its own evaluation and its projection's", () => {
    expect(evaluationsOf(studyOf([51, 51]))).toBe(2601);
    const train = { ...studyOf([1, 1]).data, split: "train" };
    const checkpoints = { files: ["/models/a.pt", "/models/b.pt"] };
    expect(evaluationsOf(studyOf([3, 4], { checkpoints, splits: [train] }))).toBe(16);
  });

  test("counts products of curvature, at most or as an earlier run took", () => {
    const curved = studyOf([3, 3], { curvature: { ...curvature, traceProbes: 5, densityProbes: 2 } });
    expect(productsOf(studyOf([3, 3]))).toBe(0);
    expect(productsOf(curved)).toBe(4 * 200 + 5 + 2 * 60);
    expect(productsOf(curved, 30)).toBe(4 * 30 + 5 + 2 * 60);
  });
});

const curvature = {
  points: [2, 2],
  samples: 50,
  parameters: "kernels",
  traceProbes: 0,
  densityProbes: 0,
  tolerance: 1e-3,
} as const;

describe("the time of curvature", () => {
  /** A run of 3 × 3 points of 100 samples, and of 2 × 2 points of curvature with 40 products each of 50 samples. */
  async function curved(seconds: number, over: Partial<RunHeader> = {}): Promise<void> {
    const header = { ...headerFor([3, 3]), ...over };
    const file = path.join(folder, `net-curved.landscape-run.jsonl`);
    const journal = await Journal.create(file, { ...header, study: { ...header.study, curvature } });
    const points = Array.from({ length: 9 }, (_, index) => ({ index, loss: 1, accuracy: 50, lossError: 0 }));
    await journal.appendPoints(points);
    const values = { max: 1, min: 0, residual: [0, 0], symmetry: 0, products: 40 } as const;
    await journal.appendExtras(
      [0, 1, 2, 3].map((index) => ({ extra: "curvature", values: { ...values, index }, parameters: 10 })),
    );
    await journal.appendEnd({ end: "done", checks: [], seconds });
    await journal.close();
  }

  test("is that of the same amount of work, wherever its plane is", async () => {
    await curved(80);
    const moved = studyOf([3, 3], { curvature, grid: { x: [2, 3], y: [0, 1], points: [3, 3] } });
    expect(await experienceOf(moved, "aa", folder)).toEqual({ seconds: { all: 80 }, productsPerPoint: 40 });
  });

  test("is told by what a run with curvature took beyond one without", async () => {
    await curved(80);
    expect(await estimate(studyOf([3, 3], { curvature: { ...curvature, points: [4, 4] } }))).toBeUndefined();
    await finished(45);
    // 35 seconds for 4 points of curvature of 50 samples; 16 of 100 take eight times as long.
    const more = studyOf([3, 3], { curvature: { ...curvature, points: [4, 4], samples: 100 } });
    expect(await estimate(more)).toBeCloseTo(45 + 8 * 35, 9);
    expect(await estimate(studyOf([3, 3], { curvature: { ...curvature, parameters: "all" } }))).toBeUndefined();
    expect(await estimate(studyOf([6, 3]))).toBeCloseTo(90, 9);
  });

  test("is told by what a run has measured itself, not by what it has taken over", async () => {
    // Nine points were there before its 35 seconds, which went into four points of curvature alone.
    await curved(35, { takenOver: { run: "net-1.landscape-run.jsonl", points: 9, extras: 0 } });
    const same = studyOf([3, 3], { curvature });
    expect(await estimate(same)).toBeUndefined();
    await finished(45);
    expect(await experienceOf(same, "aa", folder)).toEqual({
      seconds: { all: 45 + 35, products: 35 },
      productsPerPoint: 40,
    });
    // A part of its curvature was taken over too: how long all of it takes is not known.
    await rm(path.join(folder, "net-curved.landscape-run.jsonl"));
    await curved(35, { takenOver: { run: "net-1.landscape-run.jsonl", points: 9, extras: 1 } });
    expect(await experienceOf(same, "aa", folder)).toEqual({});
  });

  test("is unknown for sharpness that no run had", async () => {
    await curved(80);
    await finished(45);
    expect(await estimate(studyOf([3, 3], { curvature, sharpness: { epsilon: 0.01, samples: 9 } }))).toBeUndefined();
  });
});
