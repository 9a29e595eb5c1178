import { coordinates } from "../../../server/landscape/grid";
import type { RunHeader } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";

/** A complete study of a grid of `points`. */
export function studyOf(points: readonly [number, number], over: Partial<Study> = {}): Study {
  return {
    model: { path: "/models/net.onnx" },
    data: {
      path: "/models/test.npz",
      x: "x_test",
      y: "y_test",
      split: "test",
      samples: 100,
      sample: "stratified",
      seed: 0,
    },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points },
    compute: { engine: "auto", evaluators: 2, batchSize: 50 },
    ...over,
  };
}

/** A header as a run of that study has it. */
export function headerFor(points: readonly [number, number]): RunHeader {
  const study = studyOf(points);
  return {
    id: "7d2b8f8e-0000-4000-8000-000000000000",
    study,
    fingerprints: { [study.model.path]: "aa", [study.data.path]: "bb" },
    model: { name: "net", path: study.model.path, format: "ONNX", parameters: 10, tensors: 2 },
    data: { path: study.data.path, split: "test", samples: 100, available: 500, classes: 10, preprocessing: "" },
    engine: { name: "onnxruntime", label: "ONNX Runtime", version: "1.30.0", device: "CPU", why: "first choice" },
    evaluators: 2,
    centre: { loss: 0.4, accuracy: 85, lossError: 0.01 },
    directions: {
      kind: "random",
      label: "random, filter-normalised, seed 0",
      axes: ["direction 1", "direction 2"],
      seed: 0,
      normalisation: "filter",
      cosine: 0.01,
      expectedCosine: 0.02,
    },
    x: coordinates(study.grid.x, points[0]),
    y: coordinates(study.grid.y, points[1]),
    checks: [{ name: "centre", level: "ok", value: 0.4, expected: 0.4, message: "Fine." }],
    started: "2025-01-01T00:00:00.000Z",
  };
}
