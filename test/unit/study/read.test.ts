import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../../server/protocol/problem";
import { isStudyPath, subjectOfStudy, readStudy } from "../../../server/study/read";
import { problemFrom } from "../../support/data";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-read-"));
  await mkdir(path.join(folder, "models"));
  await writeFile(path.join(folder, "models", "net.onnx"), "");
  await writeFile(path.join(folder, "test.npz"), "");
});

afterAll(() => rm(folder, { recursive: true }));

async function write(text: string, name = "net.landscape.json"): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

async function problemOf(text: string): Promise<Problem> {
  return problemFrom(readStudy(await write(text)));
}

describe("readStudy", () => {
  test("takes comments, trailing commas and a byte-order mark, and makes paths absolute", async () => {
    const file = await write(`\uFEFF// A study
      {
        "model": "models/net.onnx", /* relative to this file */
        "data": { "path": "./test.npz", "samples": 200, "sample": "first", },
        "preprocess": { "scale": 2, "mean": 0.5, "std": [0.25, 0.5] },
        "directions": { "kind": "random", "seed": 7, "normalise": "layer", "ignore": "none" },
        "grid": { "x": [0, 1], "y": [-2, 0], "points": 5, },
        "compute": { "engine": "wasm" },
      }`);
    expect(await readStudy(file)).toEqual({
      file,
      model: path.join(folder, "models", "net.onnx"),
      data: { path: path.join(folder, "test.npz"), samples: 200, sample: "first" },
      preprocess: { scale: 2, mean: [0.5], std: [0.25, 0.5] },
      loss: undefined,
      directions: { kind: "random", seed: 7, normalise: "layer", ignore: "none" },
      grid: { x: [0, 1], y: [-2, 0], points: [5, 5] },
      compute: { engine: "wasm" },
    });
  });

  test("takes the long forms of model, loss and points", async () => {
    const draft = await readStudy(
      await write(
        '{"model": {"path": "models/net.onnx"}, "loss": {"name": "crossEntropy"}, "grid": {"points": [3, 4]}}',
      ),
    );
    expect(draft.model).toBe(path.join(folder, "models", "net.onnx"));
    expect(draft.loss).toEqual({ name: "crossEntropy" });
    expect(draft.grid?.points).toEqual([3, 4]);
  });

  test.each([
    ['{\n  "modle": "a"\n}', 2, 3, ['"modle" is not a field of a study', "model, checkpoints, data"]],
    ["{}", 1, 1, ['the study lacks "model"']],
    ['{"model": {}}', 1, 2, ['"model" lacks "path"']],
    ['{"model": 3}', 1, 11, ['"model" must be the path of a model file', "is 3"]],
    ['{"model": ""}', 1, 11, ['"model" must be', 'is ""']],
    ["[]", 1, 1, ["a study must be an object", "is []"]],
    ['{"model": "models/net.onnx",\n "grid": {"points": 0}}', 2, 21, ["grid.points", "from 1 to 1001", "is 0"]],
    ['{"model": "models/net.onnx",\n "grid": {"points": [5, 1002]}}', 2, 25, ["grid.points[1]", "1002"]],
    ['{"model": "models/net.onnx",\n "grid": {"points": [5]}}', 2, 21, ["grid.points", "or two of them", "is [5]"]],
    ['{"model": "models/net.onnx",\n "grid": {"points": 2.5}}', 2, 21, ["grid.points", "is 2.5"]],
    ['{"model": "models/net.onnx", "grid": {"x": [1, 1]}}', 1, 44, ["grid.x", "from below to", "is [1,1]"]],
    ['{"model": "models/net.onnx", "grid": {"x": [-1, "a"]}}', 1, 49, ["grid.x[1]", "a number", 'is "a"']],
    ['{"model": "models/net.onnx", "data": {"samples": 0}}', 1, 50, ["data.samples", "is 0"]],
    [
      '{"model": "models/net.onnx", "preprocess": {"std": [1, 0]}}',
      1,
      56,
      ["preprocess.std[1]", "other than 0", "is 0"],
    ],
    ['{"model": "models/net.onnx", "preprocess": {"std": 0}}', 1, 52, ["preprocess.std", "other than 0"]],
    ['{"model": "models/net.onnx", "preprocess": {"mean": [1,2], "std": [1,2,3]}}', 1, 67, ["preprocess.std", "(2)"]],
    ['{"model": "models/net.onnx", "preprocess": {"resize": [32]}}', 1, 55, ["preprocess.resize", "[height, width]"]],
    ['{"model": "models/net.onnx", "preprocess": {"resize": [32, 0]}}', 1, 60, ["preprocess.resize[1]", "is 0"]],
    ['{"model": "models/net.onnx", "preprocess": {"color": "red"}}', 1, 54, ['"grey", "rgb"', 'is "red"']],
    ['{"model": "models/net.onnx", "data": {"layout": "CHW"}}', 1, 49, ['"NHWC", "NCHW"']],
    [
      '{"model": "models/net.onnx", "preprocess": {"labels": {"offset": 1, "order": ["a", "b"]}}}',
      1,
      66,
      ["preprocess.labels.offset", '0 beside an "order"'],
    ],
    ['{"model": "models/net.onnx", "preprocess": {"labels": {"order": ["1", 1]}}}', 1, 65, ["without repetitions"]],
    [
      '{"model": "models/net.onnx", "directions": {"normalise": "filters"}}',
      1,
      58,
      ['one of "filter", "layer"', '"filters"'],
    ],
    ['{"model": "models/net.onnx", "model": "b.onnx"}', 1, 2, ['"model" is given more than once']],
    ['{"model": "models/net.onnx",\n "grid": {"x": [1, }}', 2, 20, ["the JSON is broken"]],
    ["// nothing", 1, 1, ["the file is empty"]],
  ])("refuses %j at its place", async (text, line, column, parts) => {
    const problem = await problemOf(text);
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toContain(`net.landscape.json, line ${line}, column ${column}: `);
    for (const part of parts) expect(problem.message).toContain(part);
    expect(problem.advice).toMatch(/^[A-Z].*\.$/);
  });

  test("says that a field belongs to a later version", async () => {
    const problem = await problemOf(`{"model": {"path": "models/net.onnx", "format": "onnx"}}`);
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toContain(`"model.format" is not available in this version`);
  });

  test("takes the layout, size and colour of pictures, and how labels count", async () => {
    await mkdir(path.join(folder, "pictures"), { recursive: true });
    const draft = await readStudy(
      await write(`{
        "model": "models/net.onnx",
        "data": { "path": "pictures", "layout": "NCHW" },
        "preprocess": { "resize": [32, 48], "color": "rgb", "labels": { "order": ["cat", 7] } }
      }`),
    );
    expect(draft.data).toEqual({ path: path.join(folder, "pictures"), layout: "NCHW" });
    expect(draft.preprocess).toMatchObject({ resize: [32, 48], color: "rgb", labels: { order: ["cat", 7] } });
  });

  test("takes splits, checkpoints, losses, directions and curvature", async () => {
    const absolute = (name: string): string => path.join(folder, name);
    const draft = await readStudy(
      await write(`{
        "model": "models/net.onnx",
        "data": { "samples": 50, "train": { "path": "train.npz", "samples": 80 }, "test": "test.npz" },
        "checkpoints": { "files": "run/model_*.pt", "every": 2, "log": "run/log.csv", "learningRateDrops": [6, 8] },
        "loss": { "name": "huber", "delta": 2 },
        "weightDecay": 0.0005,
        "directions": { "kind": "between", "checkpoints": ["a.pt", "b.pt"], "batchNorm": "interpolate" },
        "grid": { "points": 101, "refine": 0.01 },
        "curvature": { "points": [5, 3], "samples": 64, "parameters": "all", "traceProbes": 3 },
        "sharpness": { "epsilon": 0.001 }
      }`),
    );
    expect(draft).toMatchObject({
      data: { path: absolute("test.npz"), samples: 50, split: "test" },
      splits: [{ path: absolute("train.npz"), samples: 80, split: "train" }],
      checkpoints: { files: [absolute("run/model_*.pt")], every: 2, log: absolute("run/log.csv"), drops: [6, 8] },
      loss: { name: "huber", delta: 2, weightDecay: 0.0005 },
      directions: { kind: "between", checkpoints: [absolute("a.pt"), absolute("b.pt")] },
      batchNorm: "interpolate",
      grid: { points: [101, 101], refine: 0.01 },
      curvature: { points: [5, 3], samples: 64, parameters: "all", traceProbes: 3 },
      sharpness: { epsilon: 0.001 },
    });
  });

  test("takes an order of checkpoints and new names for their tensors, as an object or as pairs", async () => {
    const checkpoints = async (fields: string): Promise<unknown> =>
      (await readStudy(await write(`{"model": "models/net.onnx", "checkpoints": ${fields}}`))).checkpoints;
    const pairs = [
      ["encoder.*", "backbone.*"],
      ["head", "fc"],
    ];
    expect(await checkpoints('{"order": "time", "rename": {"encoder.*": "backbone.*", "head": "fc"}}')).toEqual({
      files: [],
      order: "time",
      rename: pairs,
    });
    expect(await checkpoints(`{"files": "*.pt", "rename": ${JSON.stringify(pairs)}}`)).toMatchObject({ rename: pairs });
    expect(
      await readStudy(
        await write('{"model": "models/net.onnx", "checkpoints": {"rename": {}}, "grid": {"lines": true}}'),
      ),
    ).toMatchObject({ checkpoints: { rename: [] } });
  });

  test("takes weights beside the architecture, logits and smoothed labels", async () => {
    await write("", "epoch_7.pt");
    const loss = { name: "crossEntropy", fromLogits: true, labelSmoothing: 0.1 };
    const fields = { model: { path: "models/net.onnx", weights: "epoch_7.pt" }, loss };
    expect(await readStudy(await write(JSON.stringify(fields)))).toMatchObject({
      model: path.join(folder, "models/net.onnx"),
      weights: path.join(folder, "epoch_7.pt"),
      loss,
    });
  });

  test("takes names of the weights' tensors as an object or as pairs, and leaves out those of no weights", async () => {
    await write("", "epoch_7.pt");
    const renamed = async (rename: unknown) =>
      readStudy(await write(JSON.stringify({ model: { path: "models/net.onnx", weights: "epoch_7.pt", rename } })));
    expect(await renamed({ "encoder.*": "backbone.*" })).toMatchObject({ rename: [["encoder.*", "backbone.*"]] });
    expect(await renamed([["head", "fc"]])).toMatchObject({ rename: [["head", "fc"]] });
    const { message } = await problemOf('{"model": {"path": "models/net.onnx", "rename": {"a": "b"}}}');
    expect(message).toContain('"model.rename" must be left out without "weights"');
  });

  test("refuses weights that are not there, at their place", async () => {
    const problem = await problemOf('{"model": {"path": "models/net.onnx",\n "weights": "gone.pt"}}');
    expect(problem).toMatchObject({ reason: "file-missing", file: path.join(folder, "gone.pt") });
    expect(problem.message).toContain("line 2, column 13: the weights should be at");
    expect(problem.advice).toContain('"model.weights"');
  });

  test("finds several splits in one file", async () => {
    const draft = await readStudy(
      await write('{"model": "models/net.onnx", "data": {"path": "test.npz", "train": {}, "test": {}}}'),
    );
    expect(draft.data).toEqual({ path: path.join(folder, "test.npz"), x: "x_test", y: "y_test", split: "test" });
    expect(draft.splits).toEqual([{ split: "train" }]);
  });

  test("takes the arrays that are named for all before those of the split's name", async () => {
    const fields = '"data": {"path": "test.npz", "x": "images", "test": {"y": "labels"}}';
    const draft = await readStudy(await write(`{"model": "models/net.onnx", ${fields}}`));
    expect(draft.data).toEqual({ path: path.join(folder, "test.npz"), x: "images", y: "labels", split: "test" });
    expect(draft.splits).toBeUndefined();
  });

  test.each([
    ['"checkpoints": "*.pt", "grid": {"lines": true}', "grid.lines"],
    ['"directions": {"kind": "pca"}, "grid": {"lines": true}', "directions.kind"],
    ['"directions": {"count": 3}', "directions.count"],
    ['"grid": {"fit": true}', "grid.fit"],
    ['"checkpoints": {"order": "epoch"}', "checkpoints.order"],
    ['"checkpoints": {"rename": {"a.*": "b.*.*"}}', "checkpoints.rename"],
    ['"checkpoints": {"rename": [["a", "*"]]}', "checkpoints.rename"],
    ['"checkpoints": {"rename": {"a": 1}}', "checkpoints.rename.a"],
    ['"checkpoints": {"rename": [["a"]]}', "checkpoints.rename[0]"],
    ['"checkpoints": {"rename": "a"}', "checkpoints.rename"],
    ['"grid": {"refine": 1}', "grid.refine"],
    ['"weightDecay": -1', "weightDecay"],
    ['"loss": {"name": "huber", "delta": 0}', "loss.delta"],
    ['"loss": {"name": "huber", "labelSmoothing": 0.1}', "loss.labelSmoothing"],
    ['"loss": {"name": "kullbackLeibler", "labelSmoothing": 0.1}', "loss.labelSmoothing"],
    ['"loss": {"name": "meanSquaredError", "fromLogits": false}', "loss.fromLogits"],
    ['"loss": {"name": "crossEntropy", "labelSmoothing": 1}', "loss.labelSmoothing"],
    ['"loss": {"name": "crossEntropy", "fromLogits": "yes"}', "loss.fromLogits"],
    ['"directions": {"kind": "random", "batchNorm": "interpolate"}', "directions.batchNorm"],
    ['"directions": {"batchNorm": "recompute"}, "sharpness": {}', "directions.batchNorm"],
    ['"curvature": {"points": 0}', "curvature.points"],
    ['"sharpness": {"epsilon": 0}', "sharpness.epsilon"],
  ])("refuses %s", async (fields, field) => {
    const problem = await problemOf(`{"model": "models/net.onnx", ${fields}}`);
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toContain(`"${field}" must be`);
  });

  test("refuses an unknown loss with what is possible", async () => {
    const problem = await problemOf('{"model": "models/net.onnx", "loss": "mse"}');
    expect(problem.message).toContain('"loss" must be one of "crossEntropy"');
    expect(problem.message).toContain('is "mse"');
  });

  test("lists every fault in the order of the file", async () => {
    const problem = await problemOf('{"model": 1,\n"grid": {"points": 0},\n"nothing": 2}');
    expect(problem.facts?.map((fact) => fact.split(" ")[0])).toEqual(["1:11", "2:20", "3:1"]);
    expect(problem.advice).toContain("2 more places need it.");
  });

  test("says where a file that is not there is named", async () => {
    const noModel = await problemOf('{\n "model": "gone.onnx"}');
    expect(noModel.reason).toBe("file-missing");
    expect(noModel.message).toContain(`line 2, column 11: the model should be at ${path.join(folder, "gone.onnx")}`);
    const noData = await problemOf('{"model": {"path": "models/net.onnx"}, "data": {"path": "gone.npz"}}');
    expect(noData.reason).toBe("data-missing");
    expect(noData.message).toContain("line 1, column 57");
    expect(noData.file).toBe(path.join(folder, "gone.npz"));
  });

  test("does not look for data that the user has replaced", async () => {
    const file = await write('{"model": "models/net.onnx", "data": "gone.npz"}');
    expect((await readStudy(file, true)).data?.path).toBe(path.join(folder, "gone.npz"));
  });

  test("refuses a study that is not there, or no text file", async () => {
    await expect(readStudy(path.join(folder, "none.landscape.json"))).rejects.toMatchObject({
      problem: { reason: "file-missing" },
    });
    await expect(readStudy(folder)).rejects.toMatchObject({ problem: { reason: "study-invalid" } });
  });
});

test("subjectOfStudy finds the model in a file with faults elsewhere", async () => {
  expect(await subjectOfStudy(await write('{"model": "models/net.onnx", "grid": {"points": 0'))).toBe(
    path.join(folder, "models", "net.onnx"),
  );
  expect(await subjectOfStudy(await write("[]"))).toBeUndefined();
});

test("a study is known by its name", () => {
  expect(isStudyPath("/a/b.landscape.json")).toBe(true);
  expect(isStudyPath("/a/landscape.json")).toBe(false);
});
