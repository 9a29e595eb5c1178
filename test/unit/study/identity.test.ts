import path from "node:path";
import { describe, expect, test } from "vitest";
import type { CurvatureSpec, DataSelection, Directions, Study } from "../../../server/protocol/study";
import { studyDigest } from "../../../server/study/identity";

const at = (name: string): string => path.resolve("/m", name);
const [model, file] = [at("net.onnx"), at("test.npz")];
const [a, b] = [at("a.pt"), at("b.pt")];
const fingerprints: Readonly<Record<string, string>> = {
  [model]: "m",
  [file]: "d",
  [at("train.npz")]: "t",
  [a]: "first",
  [b]: "second",
  [at("d.npz")]: "directions",
};

const random: Directions = { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" };
const study: Study = {
  model: { path: model },
  data: { path: file, x: "x_test", y: "y_test", split: "test", samples: 1000, sample: "stratified", seed: 0 },
  preprocess: { scale: 1 / 255, mean: [], std: [] },
  loss: { name: "crossEntropy" },
  directions: random,
  grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
  compute: { engine: "auto", evaluators: 0, batchSize: 100 },
};
const train: DataSelection = { ...study.data, path: at("train.npz"), split: "train" };
const curvature: CurvatureSpec = {
  points: [3, 3],
  samples: 64,
  parameters: "kernels",
  traceProbes: 4,
  densityProbes: 1,
  tolerance: 1e-3,
};
const pca: Directions = { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" };
const hessian: Directions = { kind: "hessian", second: "smallest", samples: 64, ignore: "bias,norm" };
const to: Directions = { ...random, kind: "to", checkpoint: a };
const lines: Study = { ...study, grid: { x: [-1, 1], y: [0, 0], points: [9, 1], lines: true } };
const ofPath: Study = { ...study, checkpoints: { files: [a, b] }, directions: pca };
const fitted: Study = { ...ofPath, grid: { ...study.grid, fit: true } };
const recomputed: Study = { ...study, batchNorm: "recompute" };
const between: Study = { ...lines, directions: { kind: "between", checkpoints: [a, b] } };

const digest = (each: Study, files = fingerprints): string => studyDigest(each, files);

describe("studies of earlier versions keep their digests", () => {
  // Found by the first version, which knew random surfaces of cross-entropy only.
  test.each<[string, string, Study, readonly string[]]>([
    [
      "an archive",
      "6a4fefe9c8331433a245297b9107a882bdb570a325d180eec6b7335cee975e86",
      study,
      ["net.onnx=m", "test.npz=d"],
    ],
    [
      "a pair of files",
      "5dd7257a33bcaa05cf60bda3d01bb10e5bb78032b26a74f5a181d22d65a91369",
      {
        ...study,
        data: { path: at("images"), y: at("labels"), split: "test", samples: 20, sample: "first", seed: 3 },
        preprocess: { scale: 2, mean: [0.5], std: [0.25, 0.5] },
        directions: { kind: "random", seed: 7, normalise: "layer", ignore: "none" },
        grid: { x: [0, 1], y: [-2, 0], points: [5, 7] },
      },
      ["net.onnx=m", "images=i", "labels=l"],
    ],
  ])("%s", (_, expected, each, files) => {
    const contents = files.map((entry) => entry.split("=") as [string, string]);
    expect(digest(each, Object.fromEntries(contents.map(([name, content]) => [at(name), content])))).toBe(expected);
  });
});

describe("the digest does not depend on", () => {
  test.each<[string, Study, Study]>([
    ["keeping statistics being said", study, { ...study, batchNorm: "keep" }],
    ["no weight decay being said", study, { ...study, loss: { name: "crossEntropy", weightDecay: 0 } }],
    ["one line being said", lines, { ...lines, directions: { ...random, count: 1 } }],
    ["surfaces being said", study, { ...study, grid: { ...study.grid, lines: false } }],
    ["measuring everything being said", study, { ...study, grid: { ...study.grid, refine: 0 } }],
    ["the second range of lines", lines, { ...lines, grid: { ...lines.grid, y: [-1, 1] } }],
    ["a range that is fitted", fitted, { ...fitted, grid: { ...fitted.grid, x: [0, 5] } }],
    [
      "Huber's usual δ being said",
      { ...study, loss: { name: "huber" } },
      { ...study, loss: { name: "huber", delta: 1 } },
    ],
    [
      "the size of batches for statistics being left open",
      { ...recomputed, compute: { ...study.compute, batchSize: 0 } },
      { ...recomputed, compute: { ...study.compute, batchSize: 100 } },
    ],
    ["renaming nothing", ofPath, { ...ofPath, checkpoints: { files: [a, b], rename: [] } }],
    ["unsmoothed labels being said", study, { ...study, loss: { name: "crossEntropy", labelSmoothing: 0 } }],
    ["a δ that is not used", study, { ...study, loss: { name: "crossEntropy", delta: 3 } }],
    [
      "the name of a further split",
      { ...study, splits: [train] },
      { ...study, splits: [{ ...train, split: "other" }] },
    ],
    ["the log that tells of drops", ofPath, { ...ofPath, checkpoints: { files: [a, b], log: at("log.csv") } }],
    ["the batches' size", study, { ...study, compute: { ...study.compute, batchSize: 7 } }],
  ])("%s", (_, first, second) => {
    expect(digest(second)).toBe(digest(first));
  });

  test("where checkpoints and directions lie", () => {
    const names = Object.entries(fingerprints).map(([name, content]) => [name === a ? at("c.pt") : name, content]);
    const moved = Object.fromEntries(names) as Readonly<Record<string, string>>;
    const other: Study = { ...lines, directions: { ...to, checkpoint: at("c.pt") } };
    expect(digest(other, moved)).toBe(digest({ ...lines, directions: to }));
  });
});

describe("the digest depends on", () => {
  test.each<[string, Study, Study]>([
    ["the loss", study, { ...study, loss: { name: "sequenceCrossEntropy" } }],
    ["outputs being logits", study, { ...study, loss: { name: "crossEntropy", fromLogits: true } }],
    ["outputs being probabilities", study, { ...study, loss: { name: "crossEntropy", fromLogits: false } }],
    ["smoothed labels", study, { ...study, loss: { name: "crossEntropy", labelSmoothing: 0.1 } }],
    [
      "other names of the weights",
      { ...study, model: { path: model, weights: a } },
      { ...study, model: { path: model, weights: a, rename: [["a.*", "b.*"]] } },
    ],
    ["weights beside the architecture", study, { ...study, model: { path: model, weights: a } }],
    [
      "which weights",
      { ...study, model: { path: model, weights: a } },
      { ...study, model: { path: model, weights: b } },
    ],
    ["the size of pictures", study, { ...study, preprocess: { ...study.preprocess, resize: [8, 8] } }],
    ["their colour", study, { ...study, preprocess: { ...study.preprocess, color: "grey" } }],
    ["their layout", study, { ...study, data: { ...study.data, layout: "NCHW" } }],
    ["what is subtracted from labels", study, { ...study, preprocess: { ...study.preprocess, labels: { offset: 1 } } }],
    [
      "the order of labels",
      { ...study, preprocess: { ...study.preprocess, labels: { order: ["a", "b"] } } },
      { ...study, preprocess: { ...study.preprocess, labels: { order: ["b", "a"] } } },
    ],
    ["weight decay", study, { ...study, loss: { name: "crossEntropy", weightDecay: 1e-4 } }],
    ["δ", { ...study, loss: { name: "huber" } }, { ...study, loss: { name: "huber", delta: 2 } }],
    [
      "how many lines",
      lines,
      { ...lines, directions: { ...random, count: 2 }, grid: { ...lines.grid, points: [9, 2] } },
    ],
    ["lines or a surface", { ...study, grid: { ...study.grid, points: [9, 1] } }, lines],
    ["refinement", study, { ...study, grid: { ...study.grid, refine: 0.01 } }],
    ["the range being fitted", ofPath, fitted],
    ["interpolated statistics", between, { ...between, batchNorm: "interpolate" }],
    ["statistics measured anew", study, recomputed],
    ["the batches over which they are", recomputed, { ...recomputed, compute: { ...study.compute, batchSize: 7 } }],
    ["a further split", study, { ...study, splits: [train] }],
    ["its samples", { ...study, splits: [train] }, { ...study, splits: [{ ...train, samples: 5 }] }],
    ["which split comes first", { ...study, splits: [train] }, { ...study, data: train, splits: [study.data] }],
    ["the order of the checkpoints", ofPath, { ...ofPath, checkpoints: { files: [b, a] } }],
    ["new names for tensors", ofPath, { ...ofPath, checkpoints: { files: [a, b], rename: [["u", "w"]] } }],
    ["drops that are given", ofPath, { ...ofPath, checkpoints: { files: [a, b], drops: [6] } }],
    ["the kind of directions", ofPath, { ...ofPath, directions: random }],
    ["centring", ofPath, { ...ofPath, directions: { ...pca, centred: false } }],
    ["the final row", ofPath, { ...ofPath, directions: { ...pca, finalRow: true } }],
    [
      "the second eigenvector",
      { ...study, directions: hessian },
      { ...study, directions: { ...hessian, second: "second-largest" } },
    ],
    ["the Hessian's samples", { ...study, directions: hessian }, { ...study, directions: { ...hessian, samples: 32 } }],
    ["the checkpoint", { ...study, directions: to }, { ...study, directions: { ...to, checkpoint: b } }],
    ["the seed of its second direction", { ...study, directions: to }, { ...study, directions: { ...to, seed: 1 } }],
    ["which end comes first", between, { ...between, directions: { kind: "between", checkpoints: [b, a] } }],
    ["curvature", study, { ...study, curvature }],
    ["the probes of the trace", { ...study, curvature }, { ...study, curvature: { ...curvature, traceProbes: 5 } }],
    ["sharpness", study, { ...study, sharpness: { epsilon: 1e-2, samples: 64 } }],
  ])("%s", (_, first, second) => {
    expect(digest(second)).not.toBe(digest(first));
  });

  test("the contents of checkpoints and directions", () => {
    const saved: Study = { ...study, directions: { kind: "file", path: at("d.npz") } };
    expect(digest(saved, { ...fingerprints, [at("d.npz")]: "others" })).not.toBe(digest(saved));
    expect(digest(ofPath, { ...fingerprints, [a]: "others" })).not.toBe(digest(ofPath));
  });
});
