import { describe, expect, test } from "vitest";
import { sameSettings } from "../../../extension/panels/sameSettings";
import type { DataSelection, Study } from "../../../server/protocol/study";

const data = (path: string, split: string, samples: number): DataSelection => ({
  path,
  split,
  samples,
  sample: "stratified",
  seed: 0,
});

const study = (change: Partial<Study>): Study => ({
  model: { path: "/a/own.onnx" },
  data: data("/a/test.npz", "test", 1000),
  preprocess: { scale: 1, mean: [], std: [] },
  loss: { name: "crossEntropy" },
  directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
  grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
  compute: { engine: "auto", evaluators: 2, batchSize: 64 },
  ...change,
});

const first = study({
  model: { path: "/b/first.onnx" },
  data: { ...data("/b/test.npz", "test", 200), sample: "first", seed: 4 },
  preprocess: { scale: 1 / 255, mean: [0.5], std: [0.5] },
  loss: { name: "meanSquaredError" },
  directions: { kind: "random", seed: 7, normalise: "layer", ignore: "none" },
  grid: { x: [-0.5, 0.5], y: [-0.2, 0.2], points: [9, 7], refine: 0.01 },
  curvature: { points: [1, 1], samples: 64, parameters: "kernels", traceProbes: 4, densityProbes: 0, tolerance: 1e-3 },
  compute: { engine: "onnxruntime", evaluators: 8, batchSize: 1 },
});

describe("a study under the settings of another", () => {
  test("takes ranges, points, directions, samples and curvature, and keeps model, data, preprocessing and loss", () => {
    expect(sameSettings(study({}), first)).toEqual({
      ...study({}),
      data: { ...data("/a/test.npz", "test", 200), sample: "first", seed: 4 },
      directions: first.directions,
      grid: first.grid,
      curvature: first.curvature,
      compute: { engine: "onnxruntime", evaluators: 2, batchSize: 64 },
    });
  });

  test("measures the split of the same name, whichever comes first in its own", () => {
    const own = study({ data: data("/a/train.npz", "train", 10), splits: [data("/a/test.npz", "test", 20)] });
    const both = { ...first, splits: [data("/b/train.npz", "train", 300)] };
    const { data: measured, splits } = sameSettings(own, both);
    expect([measured.path, measured.samples]).toEqual(["/a/test.npz", 200]);
    expect(splits).toEqual([data("/a/train.npz", "train", 300)]);
    expect(sameSettings(own, first).splits).toBeUndefined();
  });

  test("keeps directions that are made from its own files", () => {
    const to = { kind: "to", checkpoint: "/b/x.pt", seed: 1, normalise: "filter", ignore: "none" } as const;
    expect(sameSettings(study({}), { ...first, directions: to }).directions).toEqual(study({}).directions);
    const pca = { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" } as const;
    const path = { ...first, directions: pca, checkpoints: { files: ["/b/1.pt"] }, grid: { ...first.grid, fit: true } };
    expect(sameSettings(study({}), path)).toMatchObject({ directions: study({}).directions, grid: first.grid });
    const checkpoints = { files: ["/a/1.pt", "/a/2.pt"] };
    expect(sameSettings(study({ checkpoints }), path)).toMatchObject({
      directions: pca,
      checkpoints,
      grid: { fit: true },
    });
    expect(sameSettings(study({ checkpoints }), first).checkpoints).toBeUndefined();
  });
});
