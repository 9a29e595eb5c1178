import { describe, expect, test } from "vitest";
import type { StudyChange } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { changedStudy } from "../../../server/study/change";
import { problemOf } from "../../support/data";
import { studyOf } from "../runs/header";

const base = studyOf([51, 51]);
const pca: Partial<Study> = {
  checkpoints: { files: ["/models/c/1.pt", "/models/c/2.pt", "/models/c/3.pt"], rename: [["m.*", "*"]] },
  directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" },
  grid: { x: [-3, 9], y: [-5, 7], points: [51, 51], fit: true },
};
const path = studyOf([51, 51], pca);
const lines = studyOf([401, 3], {
  directions: { kind: "random", seed: 2, normalise: "layer", ignore: "none", count: 3 },
  grid: { x: [-1, 1], y: [0, 0], points: [401, 3], lines: true },
});

describe("a changed study", () => {
  test("is the same without a change", () => {
    for (const study of [base, path, lines]) expect(changedStudy(study, {})).toEqual(study);
  });

  test("has what the change says, and all else as it was", () => {
    const change: StudyChange = {
      grid: { x: [0.1, 0.4], y: [-0.2, 0.1], points: [7, 9], refine: 0.02 },
      samples: 50,
      seed: 7,
      normalise: "layer",
      engine: "wasm",
    };
    expect(changedStudy(base, change)).toEqual({
      ...base,
      data: { ...base.data, samples: 50 },
      directions: { kind: "random", seed: 7, normalise: "layer", ignore: "bias,norm" },
      grid: { x: [0.1, 0.4], y: [-0.2, 0.1], points: [7, 9], refine: 0.02 },
      compute: { ...base.compute, engine: "wasm" },
    });
  });

  test("takes a range as it is in place of one that was fitted, and keeps the path", () => {
    expect(changedStudy(path, { grid: { x: [0, 1] } })).toEqual({
      ...path,
      grid: { x: [0, 1], y: [-5, 7], points: [51, 51] },
    });
    expect(changedStudy(path, { grid: { points: [9, 9] } }).grid).toEqual({ ...path.grid, points: [9, 9] });
  });

  test("takes samples of every split", () => {
    const train = { ...base.data, split: "train", path: "/models/train.npz" };
    const study = studyOf([5, 5], { splits: [train] });
    const changed = changedStudy(study, { samples: 20 });
    expect([changed.data.samples, changed.splits?.[0]?.samples]).toEqual([20, 20]);
  });

  test("measures the splits that are chosen, in their order; new ones as the first one is", () => {
    const own = { ...base.data, split: "train", path: "/models/train.npz", samples: 50, seed: 9 };
    const study = studyOf([5, 5], { splits: [own] });
    const { split, path: file } = study.data;
    const validation = { split: "validation", path: "/models/val.npz", x: "x", y: "y" };
    const chosen = [{ split, path: file }, validation, { split: "train", path: own.path }];
    const { samples, sample, seed } = study.data;
    expect(changedStudy(study, { splits: chosen })).toEqual({
      ...study,
      splits: [{ ...validation, samples, sample, seed }, own],
    });
    const alone = changedStudy(study, { splits: [{ split: "train", path: own.path }] });
    expect(alone.data).toEqual(own);
    expect("splits" in alone).toBe(false);
    expect(problemOf(() => changedStudy(study, { splits: [] })).message).toBe(
      "In the study of net.onnx, no split is left to be measured.",
    );
  });

  test("turns refinement off by 0, and curvature and sharpness by null", () => {
    const refined = studyOf([5, 5], { grid: { ...base.grid, refine: 0.1 }, sharpness: { epsilon: 0.01, samples: 9 } });
    expect(changedStudy(refined, { grid: { refine: 0 } }).grid.refine).toBeUndefined();
    expect(changedStudy(refined, {}).grid.refine).toBe(0.1);
    expect(changedStudy(refined, { sharpness: null }).sharpness).toBeUndefined();
    const curved = changedStudy(base, { curvature: { points: [5, 5], traceProbes: 3 } });
    expect(curved.curvature).toMatchObject({ points: [5, 5], traceProbes: 3, samples: 256, parameters: "kernels" });
    expect(changedStudy(curved, { curvature: { samples: 100 } }).curvature).toMatchObject({
      points: [5, 5],
      samples: 100,
    });
    expect(changedStudy(curved, { curvature: null }).curvature).toBeUndefined();
  });

  test("keeps as many lines as there are directions", () => {
    expect(changedStudy(lines, { grid: { points: [9, 9], x: [0, 2] } }).grid).toEqual({
      x: [0, 2],
      y: [0, 0],
      points: [9, 3],
      lines: true,
    });
  });
});

describe("other weights as the centre", () => {
  test("of a path: random filter-normalised directions around it, and no checkpoints", () => {
    const changed = changedStudy(path, { weights: "/models/c/2.pt" });
    expect(changed).toEqual({
      ...studyOf([51, 51]),
      model: { path: "/models/net.onnx", weights: "/models/c/2.pt", rename: [["m.*", "*"]] },
      directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
      grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
    });
  });

  test("of random directions: the same directions and a window of the same size", () => {
    const zoomed = changedStudy(base, { grid: { x: [0.1, 0.4], y: [-0.2, 0.4] }, seed: 3 });
    const changed = changedStudy(zoomed, { weights: "/models/other.pt" });
    expect(changed.directions).toEqual(zoomed.directions);
    expect(changed.grid.x[1] - changed.grid.x[0]).toBeCloseTo(0.3, 12);
    expect(changed.grid.x[0]).toBeCloseTo(-0.15, 12);
    expect(changed.grid.y[1]).toBeCloseTo(0.3, 12);
    const far = changedStudy(base, { weights: "/models/other.pt", grid: { x: [-2, 2] }, seed: 5 });
    expect(far.grid).toMatchObject({ x: [-2, 2], y: [-1, 1] });
    expect(far.directions).toMatchObject({ seed: 5 });
  });

  test("that are the model's own are none", () => {
    expect(changedStudy(path, { weights: "/models/net.onnx" }).model).toEqual({ path: "/models/net.onnx" });
  });

  test("interpolate no statistics, which is for lines between models", () => {
    const between = studyOf([9, 9], {
      directions: { kind: "between", checkpoints: ["/models/c/1.pt", "/models/c/2.pt"] },
      batchNorm: "interpolate",
    });
    expect(changedStudy(between, { weights: "/models/c/1.pt" }).batchNorm).toBeUndefined();
  });
});

describe("a change is refused with a sentence", () => {
  test.each<[string, Study, StudyChange, RegExp]>([
    [
      "a range that is turned round",
      base,
      { grid: { x: [1, -1] } },
      /"grid\.x" must be .* from below to, but is \[1,-1\]/,
    ],
    ["an infinite range", base, { grid: { y: [0, Infinity] } }, /"grid\.y" must be two numbers/],
    ["no points", base, { grid: { points: [0, 5] } }, /"grid\.points" must be two whole numbers/],
    ["too many points", base, { grid: { points: [5, 2000] } }, /from 1 to 1001/],
    ["half a sample", base, { samples: 0.5 }, /"data\.samples" must be a whole number/],
    ["a seed below zero", base, { seed: -1 }, /"directions\.seed" must be a whole number/],
    ["a tolerance of everything", base, { grid: { refine: 1 } }, /"grid\.refine" must be a number from 0 to below 1/],
    ["a seed of a path", path, { seed: 1 }, /"directions\.seed" is about random .* principal directions/],
    ["a normalisation of a path", path, { normalise: "layer" }, /"directions\.normalise" is about random directions/],
    ["a second range of lines", lines, { grid: { y: [0, 1] } }, /"grid\.y" .* lines have one direction/],
    ["curvature of no samples", base, { curvature: { samples: 0 } }, /"curvature\.samples" must be a whole number/],
    ["curvature of no points", base, { curvature: { points: [0, 1] } }, /"curvature\.points" must be/],
    ["sharpness in no box", base, { sharpness: { epsilon: 0, samples: 9 } }, /"sharpness\.epsilon" must be/],
    [
      "curvature where statistics are measured anew",
      studyOf([5, 5], { batchNorm: "recompute" }),
      { curvature: {} },
      /"directions\.batchNorm" must be "keep"/,
    ],
  ])("%s", (_, study, change, message) => {
    expect(problemOf(() => changedStudy(study, change))).toMatchObject({
      reason: "study-invalid",
      message: expect.stringMatching(message) as string,
    });
  });
});
