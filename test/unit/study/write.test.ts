import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StudyDefaults } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { completeStudy } from "../../../server/study/complete";
import type { DataFacts } from "../../../server/study/propose";
import { readStudy } from "../../../server/study/read";
import { studyText } from "../../../server/study/write";

let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-write-"));
  await mkdir(at("run"));
  for (const name of ["net.onnx", "test.npz", "run/w.pt"]) await writeFile(at(name), "");
});
afterEach(() => rm(folder, { recursive: true }));

const facts = (): DataFacts => ({ path: at("test.npz"), names: { x: "x_test", y: "y_test" } });

function studyOf(over: Partial<Study> = {}): Study {
  return { ...completeStudy({ model: at("net.onnx") }, facts(), {}), ...over };
}

async function readBack(text: string, defaults: StudyDefaults = {}): Promise<Study> {
  await writeFile(at("net.landscape.json"), text);
  return completeStudy(await readStudy(at("net.landscape.json")), facts(), defaults);
}

test("says what was inferred, with where it came from, and nothing that is usual", () => {
  const study = studyOf({ preprocess: { scale: 1 / 255, mean: [], std: [] } });
  const origins = {
    data: ["Data found beside the model: test.npz."],
    preprocess: ["Samples are bytes."],
    loss: ["Loss from the training configuration: a\nb."],
  };
  expect(studyText(study, { file: at("net.landscape.json"), origins })).toBe(`{
  "model": "net.onnx",
  // Data found beside the model: test.npz.
  "data": { "path": "test.npz", "x": "x_test", "y": "y_test" },
  // Samples are bytes.
  "preprocess": { "scale": 0.00392156862745098 },
  // Loss from the training configuration: a b.
  "loss": "crossEntropy"
}
`);
});

describe("reads back as the same study", () => {
  const files = ["run/a.pt", "run/b.pt", "run/c.pt"];
  const cases: readonly (readonly [string, () => Study])[] = [
    ["a surface", () => studyOf()],
    [
      "weights of other names",
      () => studyOf({ model: { path: at("net.onnx"), weights: at("run/w.pt"), rename: [["a.*", "b.*"]] } }),
    ],
    ["weights beside an architecture", () => studyOf({ model: { path: at("net.onnx"), weights: at("run/w.pt") } })],
    [
      "a loss of logits with smoothed labels and weight decay",
      () => studyOf({ loss: { name: "crossEntropy", fromLogits: true, labelSmoothing: 0.1, weightDecay: 5e-4 } }),
    ],
    [
      "another split and selection",
      () => {
        const study = studyOf();
        return { ...study, data: { ...study.data, split: "held", samples: 20, sample: "first", seed: 3 } };
      },
    ],
    [
      "several splits",
      () => {
        const study = studyOf();
        return { ...study, splits: [{ ...study.data, x: "x_train", y: "y_train", split: "train", samples: 50 }] };
      },
    ],
    ["preprocessing", () => studyOf({ preprocess: { scale: 2, mean: [0.5, 0.1], std: [0.25, 0.5] } })],
    [
      "other random directions and grid",
      () =>
        studyOf({
          directions: { kind: "random", seed: 7, normalise: "layer", ignore: "none" },
          batchNorm: "recompute",
          grid: { x: [-2, 0.5], y: [0, 10], points: [5, 7], refine: 0.01 },
        }),
    ],
    [
      "a family of lines",
      () =>
        studyOf({
          directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm", count: 4 },
          grid: { x: [-1, 1], y: [0, 0], points: [401, 4], lines: true },
        }),
    ],
    [
      "a line between two models",
      () =>
        studyOf({
          directions: { kind: "between", checkpoints: [at("run/a.pt"), at("run/b.pt")] },
          batchNorm: "interpolate",
          grid: { x: [-0.5, 1.5], y: [0, 0], points: [101, 1], lines: true },
        }),
    ],
    [
      "a path in its principal plane",
      () =>
        studyOf({
          checkpoints: { files: files.map(at), log: at("run/log.csv"), drops: [6] },
          directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" },
          grid: { x: [-1, 1], y: [-1, 1], points: [51, 51], fit: true },
        }),
    ],
    [
      "a path in a random plane of the usual range",
      () =>
        studyOf({
          checkpoints: { files: files.map(at) },
          directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
        }),
    ],
    [
      "eigenvectors, curvature and sharpness",
      () =>
        studyOf({
          directions: { kind: "hessian", second: "second-largest", samples: 64, ignore: "bias,norm" },
          curvature: {
            points: [5, 3],
            samples: 64,
            parameters: "all",
            traceProbes: 3,
            densityProbes: 0,
            tolerance: 1e-3,
          },
          sharpness: { epsilon: 1e-3, samples: 256 },
        }),
    ],
    ["saved directions", () => studyOf({ directions: { kind: "file", path: at("run/d.npz") } })],
    ["an engine of its own", () => studyOf({ compute: { engine: "wasm", evaluators: 2, batchSize: 7 } })],
  ];

  test.each(cases)("%s", async (_, make) => {
    const study = make();
    const text = studyText(study, { file: at("net.landscape.json") });
    expect(await readBack(text)).toEqual(study);
    // Paths stay right when the folder is moved.
    expect(text).not.toContain(folder);
  });

  test.each(cases)("%s, whatever the user's settings are now", async (_, make) => {
    const defaults: StudyDefaults = { grid: { points: [25, 25], x: [-3, 3], y: [-3, 3] }, compute: { engine: "wasm" } };
    const study = make();
    const read = await readBack(studyText(study, { file: at("net.landscape.json"), defaults }), defaults);
    // The range of a path that is fitted says nothing.
    const { x, y } = study.grid;
    expect(study.grid.fit === true ? { ...read, grid: { ...read.grid, x, y } } : read).toEqual(study);
  });

  test("with what agrees with the user's settings alone", async () => {
    const defaults: StudyDefaults = { grid: { points: [25, 25] } };
    const study = completeStudy({ model: at("net.onnx") }, facts(), defaults);
    expect(await readBack(studyText(study, { file: at("net.landscape.json"), defaults }))).toEqual(study);
  });
});

test("writes checkpoints as the pattern that stands for them", () => {
  const study = studyOf({ checkpoints: { files: [at("run/a_1.pt"), at("run/a_2.pt")] } });
  expect(studyText(study, { file: at("net.landscape.json"), pattern: at("run/a_*.pt") })).toContain(
    '"checkpoints": "run/a_*.pt"',
  );
});

test("refuses splits that no study file can name", () => {
  const study = studyOf();
  const splits = [{ ...study.data, split: "elsewhere" }];
  expect(() => studyText({ ...study, splits }, { file: at("net.landscape.json") })).toThrow(/names its splits/);
});
