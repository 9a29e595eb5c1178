import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Study } from "../../../server/protocol/study";
import { completeStudy, noticesOf } from "../../../server/study/complete";
import { overrideDraft } from "../../../server/study/draft";
import { studyDigest } from "../../../server/study/identity";
import { resolveResultsFolder } from "../../../server/study/results";

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
      compute: { engine: "auto", evaluators: 0, batchSize: 100 },
    });
  });

  test("puts the study before the settings and the settings before the defaults", () => {
    const defaults = { grid: { x: [-2, 2], points: [9, 9] }, compute: { engine: "wasm", evaluators: 3 } } as const;
    const study = completeStudy({ model, grid: { points: [5, 7] }, compute: { evaluators: 1 } }, data, defaults);
    expect(study.grid).toEqual({ x: [-2, 2], y: [-1, 1], points: [5, 7] });
    expect(study.compute).toEqual({ engine: "wasm", evaluators: 1, batchSize: 100 });
  });

  test("flags that are not given leave the study as it is", () => {
    const written = { model, data: { samples: 20, split: "held out" }, directions: { seed: 4 } };
    const draft = overrideDraft(written, { data: { samples: undefined }, directions: { seed: undefined } });
    const study = completeStudy(draft, data, {});
    expect(study.data.samples).toBe(20);
    expect(study.data.split).toBe("held out");
    expect(study.directions.seed).toBe(4);
  });

  test("names the file of labels of an IDX pair", () => {
    const images = path.resolve("/m/t10k-images-idx3-ubyte");
    const labels = path.resolve("/m/t10k-labels-idx1-ubyte");
    const pair = { path: images, fingerprints: { [images]: "i", [labels]: "l" }, names: { x: "i", y: "l" } };
    const study = completeStudy({ model }, pair, {});
    expect(study.data).toMatchObject({ path: images, y: labels, split: "test" });
    expect(study.data.x).toBeUndefined();
  });

  test("says what it inferred, unless the study says it", () => {
    const study = completeStudy({ model }, data, {});
    expect(noticesOf({ model }, study)).toHaveLength(1);
    expect(noticesOf({ model, preprocess: { scale: 1 / 255 } }, study)).toEqual([]);
  });

  test("refuses settings that break a rule, naming them", () => {
    const settings = { grid: { points: [0, 5] } } as const;
    expect(() => completeStudy({ model }, data, settings)).toThrow(
      /"grid.points" must be two whole numbers .* is \[0,5\]/,
    );
    expect(() => completeStudy({ model }, data, { compute: { evaluators: -1 } })).toThrow(/"compute.evaluators"/);
  });
});

describe("studyDigest", () => {
  const study = completeStudy({ model }, data, {});
  const fingerprints = { [model]: "m", [file]: "d" };
  const digest = studyDigest(study, fingerprints);

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
    ["seed", { ...study, directions: { ...study.directions, seed: 1 } }],
    ["normalisation", { ...study, directions: { ...study.directions, normalise: "layer" } }],
    ["ignored parameters", { ...study, directions: { ...study.directions, ignore: "none" } }],
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
        const digests = values.map((seed) =>
          studyDigest({ ...study, directions: { ...study.directions, seed } }, fingerprints),
        );
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
