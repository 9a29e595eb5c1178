import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Study } from "../../../server/protocol/study";
import { estimateSeconds } from "../../../server/runs/estimate";
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
