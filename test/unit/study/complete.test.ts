import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StudyDefaults } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { completeStudy } from "../../../server/study/complete";
import { overrideDraft } from "../../../server/study/draft";
import type { StudyDraft } from "../../../server/study/draft";
import { studyDigest } from "../../../server/study/identity";
import { resolveResultsFolder } from "../../../server/study/results";
import { checkStudy } from "../../../server/study/rules";
import { problemOf } from "../../support/data";

const model = path.resolve("/m/net.onnx");
const file = path.resolve("/m/test.npz");
const data = {
  path: file,
  fingerprints: { [file]: "d" },
  names: { x: "x_test", y: "y_test" },
  preprocess: { scale: 1 / 255, mean: [], std: [] },
};

describe("completeStudy", () => {
  test("fills in the defaults of the method and what the data says", () => {
    expect(completeStudy({ model }, data, {})).toEqual({
      model: { path: model },
      data: { path: file, x: "x_test", y: "y_test", split: "test", samples: 1000, sample: "stratified", seed: 0 },
      preprocess: { scale: 1 / 255, mean: [], std: [] },
      loss: { name: "crossEntropy" },
      directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
      grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
      compute: { engine: "auto", evaluators: 0, batchSize: 0 },
    });
  });

  test("puts the study before the settings and the settings before the defaults", () => {
    const defaults = { grid: { x: [-2, 2], points: [9, 9] }, compute: { engine: "wasm", evaluators: 3 } } as const;
    const study = completeStudy({ model, grid: { points: [5, 7] }, compute: { evaluators: 1 } }, data, defaults);
    expect(study.grid).toEqual({ x: [-2, 2], y: [-1, 1], points: [5, 7] });
    expect(study.compute).toEqual({ engine: "wasm", evaluators: 1, batchSize: 0 });
  });

  test("flags that are not given leave the study as it is", () => {
    const written = { model, data: { samples: 20, split: "held out" }, directions: { seed: 4 } };
    const draft = overrideDraft(written, { data: { samples: undefined }, directions: { seed: undefined } });
    const study = completeStudy(draft, data, {});
    expect(study.data.samples).toBe(20);
    expect(study.data.split).toBe("held out");
    expect(study.directions).toMatchObject({ kind: "random", seed: 4 });
  });

  test("names the file of labels of an IDX pair", () => {
    const images = path.resolve("/m/t10k-images-idx3-ubyte");
    const labels = path.resolve("/m/t10k-labels-idx1-ubyte");
    const pair = { path: images, fingerprints: { [images]: "i", [labels]: "l" }, names: { y: labels } };
    const study = completeStudy({ model }, pair, {});
    expect(study.data).toMatchObject({ path: images, y: labels, split: "test" });
    expect(study.data.x).toBeUndefined();
  });

  test("refuses settings that break a rule, naming them", () => {
    const settings = { grid: { points: [0, 5] } } as const;
    expect(() => completeStudy({ model }, data, settings)).toThrow(
      /"grid.points" must be two whole numbers .* is \[0,5\]/,
    );
    expect(() => completeStudy({ model }, data, { compute: { evaluators: -1 } })).toThrow(/"compute.evaluators"/);
  });
});

describe("completeStudy of more than random surfaces", () => {
  const checkpoints = ["a.pt", "b.pt", "c.pt", "d.pt"].map((name) => path.resolve("/m", name));
  const [first, second] = checkpoints as [string, string];
  const draftOf = (over: Partial<StudyDraft>): StudyDraft => ({ model, ...over });
  const gridOf = (over: Partial<StudyDraft>, defaults: StudyDefaults = {}): Study["grid"] =>
    completeStudy(draftOf(over), data, defaults).grid;

  test("lines have as many rows as directions, and reach beyond both models between two", () => {
    const lines = { lines: true } as const;
    expect(gridOf({ grid: lines })).toEqual({ x: [-1, 1], y: [0, 0], points: [401, 1], lines: true });
    expect(gridOf({ grid: { ...lines, points: [9, 9] }, directions: { count: 3 } }).points).toEqual([9, 3]);
    for (const directions of [
      { kind: "to", checkpoint: first },
      { kind: "between", checkpoints: [first, second] },
    ] as const) {
      expect(gridOf({ grid: lines, directions })).toMatchObject({ x: [-0.5, 1.5], points: [401, 1] });
      expect(gridOf({ grid: { ...lines, x: [0, 1] }, directions }).x).toEqual([0, 1]);
    }
    const saved = { kind: "file", path: path.resolve("/m/d.h5") } as const;
    expect(gridOf({ grid: lines, directions: saved })).toMatchObject({ x: [-1, 1], points: [401, 1] });
  });

  test("lines take the settings' range, and not their number of points", () => {
    const settings: StudyDefaults = { grid: { x: [-3, 3], y: [-3, 3], points: [25, 25] } };
    expect(gridOf({ grid: { lines: true } }, settings)).toMatchObject({ x: [-3, 3], y: [0, 0], points: [401, 1] });
    const between = { kind: "between", checkpoints: [first, second] } as const;
    expect(gridOf({ grid: { lines: true }, directions: between }, settings).x).toEqual([-0.5, 1.5]);
  });

  test("a path is fitted unless a range is given", () => {
    const path4 = { checkpoints: { files: checkpoints } };
    expect(gridOf(path4)).toEqual({ x: [-1, 1], y: [-1, 1], points: [51, 51], fit: true });
    expect(gridOf({ ...path4, grid: { x: [-2, 2] } })).toEqual({ x: [-2, 2], y: [-1, 1], points: [51, 51] });
    expect(gridOf({ ...path4, grid: { points: [5, 5], fit: false } })).toMatchObject({ points: [5, 5], fit: false });
    expect(gridOf({})).not.toHaveProperty("fit");
  });

  test("a path has principal directions from three checkpoints on", () => {
    const kindOf = (files: readonly string[]): string =>
      completeStudy(draftOf({ checkpoints: { files } }), data, {}).directions.kind;
    expect([2, 3].map((count) => kindOf(checkpoints.slice(0, count)))).toEqual(["random", "pca"]);
  });

  test("every n-th checkpoint and the last one are taken, with log and drops", () => {
    const draft = draftOf({ checkpoints: { files: checkpoints, every: 2, log: "/m/log.csv", drops: [3] } });
    expect(completeStudy(draft, data, {}).checkpoints).toEqual({
      files: [0, 2, 3].map((k) => checkpoints[k]),
      log: "/m/log.csv",
      drops: [3],
    });
  });

  test("further splits are as the first one but for what they say", () => {
    const train = path.resolve("/m/train.npz");
    const draft = draftOf({
      data: { samples: 50, seed: 4 },
      splits: [{ split: "train", path: train, samples: 80 }, { split: "valid" }],
    });
    const study = completeStudy(draft, data, {});
    expect(study.splits).toEqual([
      { split: "train", path: train, samples: 80, sample: "stratified", seed: 4 },
      { split: "valid", path: file, x: "x_valid", y: "y_valid", samples: 50, sample: "stratified", seed: 4 },
    ]);
  });

  test("curvature and sharpness get the method's defaults", () => {
    const study = completeStudy(draftOf({ curvature: { traceProbes: 3 }, sharpness: {} }), data, {});
    expect(study.curvature).toEqual({
      points: [11, 11],
      samples: 256,
      parameters: "kernels",
      traceProbes: 3,
      densityProbes: 0,
      tolerance: 1e-3,
    });
    expect(study.sharpness).toEqual({ epsilon: 0.01, samples: 256 });
    const plain = completeStudy(draftOf({}), data, {});
    for (const field of ["curvature", "sharpness", "splits", "checkpoints", "batchNorm"]) {
      expect(plain).not.toHaveProperty(field);
    }
  });

  test("refinement of 0 and statistics that are kept are as if nothing were said", () => {
    const said = completeStudy(draftOf({ grid: { refine: 0 }, batchNorm: "keep" }), data, {});
    expect(said).toStrictEqual(completeStudy(draftOf({ grid: {} }), data, {}));
    expect(gridOf({ grid: { refine: 0.01 } }).refine).toBe(0.01);
  });

  test.each<[Partial<StudyDraft>, string]>([
    [{ batchNorm: "interpolate" }, '"directions.batchNorm" must be "keep" or "recompute"'],
    [{ batchNorm: "recompute", curvature: {} }, '"directions.batchNorm" must be "keep"'],
    [{ directions: { count: 2 } }, '"directions.count" must be 1 for a surface'],
    [{ grid: { fit: true } }, '"grid.fit" must be false without checkpoints'],
    [{ grid: { lines: true }, checkpoints: { files: checkpoints } }, '"grid.lines" must be false where checkpoints'],
    [{ loss: { name: "huber", delta: 0 } }, '"loss.delta" must be a number above 0, but is 0'],
    [{ loss: { weightDecay: -1 } }, '"weightDecay" must be a number of at least 0, but is -1'],
    [{ splits: [{ split: "test" }] }, '"data" must be splits with names of their own'],
    [{ sharpness: { epsilon: Infinity } }, '"sharpness.epsilon" must be a number above 0'],
  ])("refuses %j", (over, sentence) => {
    const problem = problemOf(() => completeStudy(draftOf(over), data, {}));
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toContain(sentence);
  });

  test("a complete study from elsewhere must have a row for each line", () => {
    const study = completeStudy(draftOf({ grid: { lines: true }, directions: { count: 2 } }), data, {});
    expect(() => {
      checkStudy(study);
    }).not.toThrow();
    const problem = problemOf(() => {
      checkStudy({ ...study, grid: { ...study.grid, points: [401, 3] } });
    });
    expect(problem.message).toContain('"grid.points" must have 2 as its second number');
    expect(problem.advice).toBe('Set "grid.points" to [401,2].');
  });
});

describe("overrideDraft", () => {
  test("curvature that only the overrides ask for is that of the centre", () => {
    expect(overrideDraft({ model }, { curvature: { traceProbes: 4 } }).curvature).toEqual({
      points: [1, 1],
      traceProbes: 4,
    });
    expect(overrideDraft({ model }, { curvature: { points: [3, 3] } }).curvature).toEqual({ points: [3, 3] });
  });

  test("curvature that the study asks for keeps its map", () => {
    const mapped = { model, curvature: { points: [5, 5], samples: 64 } } as const;
    expect(overrideDraft(mapped, { curvature: { traceProbes: 4 } }).curvature).toEqual({
      points: [5, 5],
      samples: 64,
      traceProbes: 4,
    });
    const study = completeStudy(overrideDraft({ model, curvature: {} }, { curvature: { samples: 9 } }), data, {});
    expect(study.curvature).toMatchObject({ points: [11, 11], samples: 9 });
    expect(overrideDraft(mapped, {}).curvature).toEqual(mapped.curvature);
  });
});

describe("studyDigest", () => {
  const study = completeStudy({ model }, data, {});
  const fingerprints = { [model]: "m", [file]: "d" };
  const digest = studyDigest(study, fingerprints);
  const random = { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" } as const;

  test("does not depend on the folder or on how it is computed", () => {
    const moved = { ...study, model: { path: "/n/net.onnx" }, data: { ...study.data, path: "/n/test.npz" } };
    expect(studyDigest(moved, { "/n/net.onnx": "m", "/n/test.npz": "d" })).toBe(digest);
    const elsewhere = { ...study, compute: { engine: "wasm", evaluators: 8, batchSize: 7 } } as const;
    expect(studyDigest(elsewhere, fingerprints)).toBe(digest);
    expect(studyDigest({ ...study, data: { ...study.data, split: "other" } }, fingerprints)).toBe(digest);
  });

  test.each<[string, Study]>([
    ["samples", { ...study, data: { ...study.data, samples: 999 } }],
    ["drawing", { ...study, data: { ...study.data, sample: "first" } }],
    ["sample seed", { ...study, data: { ...study.data, seed: 1 } }],
    ["array", { ...study, data: { ...study.data, x: "x_train" } }],
    ["scale", { ...study, preprocess: { ...study.preprocess, scale: 1 } }],
    ["std", { ...study, preprocess: { ...study.preprocess, std: [2] } }],
    ["seed", { ...study, directions: { ...random, seed: 1 } }],
    ["normalisation", { ...study, directions: { ...random, normalise: "layer" } }],
    ["ignored parameters", { ...study, directions: { ...random, ignore: "none" } }],
    ["range", { ...study, grid: { ...study.grid, x: [-1, 2] } }],
    ["points", { ...study, grid: { ...study.grid, points: [51, 50] } }],
  ])("depends on %s", (_, other) => {
    expect(studyDigest(other, fingerprints)).not.toBe(digest);
  });

  test("depends on the contents of the files, and not on the order in which they are named", () => {
    expect(studyDigest(study, { [model]: "m", [file]: "e" })).not.toBe(digest);
    expect(studyDigest(study, { [model]: "d", [file]: "m" })).not.toBe(digest);
    expect(studyDigest(study, { [file]: "d", [model]: "m" })).toBe(digest);
  });

  test("different seeds never share a digest", () => {
    const seeds = fc.uniqueArray(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(seeds, (values) => {
        const digests = values.map((seed) => studyDigest({ ...study, directions: { ...random, seed } }, fingerprints));
        expect(new Set(digests).size).toBe(values.length);
      }),
    );
  });
});

test("results go beside the model, or where the user says", () => {
  expect(resolveResultsFolder(model)).toBe(path.resolve("/m/.loss-landscape"));
  expect(resolveResultsFolder(model, " ")).toBe(path.resolve("/m/.loss-landscape"));
  expect(resolveResultsFolder(model, "out")).toBe(path.resolve("/m/out"));
  expect(resolveResultsFolder(model, path.resolve("/elsewhere"))).toBe(path.resolve("/elsewhere"));
});
