import { copyFile, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Problem } from "../../../server/protocol/problem";
import { StudyTextRequest } from "../../../server/protocol/requests";
import type { DescribeParams } from "../../../server/protocol/requests";
import { npy, npz } from "../../support/data";
import { fixtures, folderWith, ServerClient } from "./client";

let client: ServerClient;
let folder: string;
let model: string;

beforeAll(async () => {
  client = await ServerClient.start();
});
afterAll(() => client.kill());
beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz");
  model = path.join(folder, "model.onnx");
});
afterEach(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => path.join(folder, name);

async function problemOf(file: string, more: Partial<DescribeParams> = {}): Promise<Problem> {
  const described = await client.describe(file, more);
  if (described.kind !== "problem") throw new Error(`no problem but ${described.kind}`);
  const { message, advice } = described.problem;
  // One sentence each, and never a stack trace.
  for (const sentence of [message, advice]) {
    expect(sentence).toMatch(/\.$/);
    expect(sentence).not.toMatch(/\n| at .*:\d+:\d+/);
  }
  return described.problem;
}

/** A .npz of `count` samples with the given labels. */
function samples(shape: readonly number[], labels: readonly number[]): Uint8Array {
  const x = new Float32Array(labels.length * shape.reduce((product, extent) => product * extent, 1));
  return npz({
    x_test: npy("<f4", [labels.length, ...shape], x),
    y_test: npy("<i8", [labels.length], BigInt64Array.from(labels, BigInt)),
  });
}

describe("a model of which no training is known", () => {
  test.each([
    ["regression", "meanSquaredError", /y_test holds numbers, not classes/],
    ["sigmoid", "binaryCrossEntropy", /y_test holds several labels of a sample/],
    ["sequence", "sequenceCrossEntropy", /y_test holds a class for every token/],
  ])("%s: its labels ask for %s, which is said", async (name, loss, sentence) => {
    await rm(inFolder("test.npz"));
    for (const ending of ["onnx", "npz"]) {
      await copyFile(path.join(fixtures, "..", "losses", `${name}.${ending}`), inFolder(`${name}.${ending}`));
    }
    const described = await client.describe(inFolder(`${name}.onnx`));
    if (described.kind !== "ready") throw new Error(JSON.stringify(described));
    expect(described.study.loss).toEqual({ name: loss });
    expect(described.origins.loss).toEqual([expect.stringMatching(sentence)]);
  });
});

describe("a model with one fitting file beside it", () => {
  test("is ready, with everything filled in", async () => {
    await copyFile(path.join(fixtures, "directions.npz"), inFolder("directions.npz"));
    expect(await client.describe(model)).toEqual({
      kind: "ready",
      study: {
        model: { path: model },
        data: {
          path: inFolder("test.npz"),
          x: "x_test",
          y: "y_test",
          split: "test",
          samples: 1000,
          sample: "stratified",
          seed: 0,
        },
        preprocess: { scale: 1, mean: [], std: [] },
        loss: { name: "crossEntropy" },
        directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
        grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
        compute: { engine: "auto", evaluators: 0, batchSize: 0 },
      },
      notices: ["Data found beside the model: test.npz."],
      origins: {
        model: [],
        data: ["Data found beside the model: test.npz."],
        checkpoints: [],
        preprocess: [],
        loss: [],
      },
    });
  });

  test("takes the user's settings where the study says nothing", async () => {
    const study = inFolder("s.landscape.json");
    await writeFile(study, '{"model": "model.onnx", "grid": {"points": 5}}');
    const defaults = { grid: { points: [9, 9], x: [-2, 2] }, compute: { engine: "wasm" } } as const;
    const described = await client.describe(study, { defaults });
    if (described.kind !== "ready") throw new Error(described.kind);
    expect(described.study.grid).toEqual({ x: [-2, 2], y: [-1, 1], points: [5, 5] });
    expect(described.study.compute.engine).toBe("wasm");
  });

  test("takes the study beside it that names it", async () => {
    await writeFile(inFolder("look.landscape.json"), '{"model": "model.onnx", "directions": {"seed": 9}}');
    const described = await client.describe(model);
    if (described.kind !== "ready") throw new Error(described.kind);
    expect(described.study.directions).toMatchObject({ kind: "random", seed: 9 });
    expect(described.notices).toContain("The study look.landscape.json beside the model is used.");
  });
});

describe("the data is asked for", () => {
  test("when two files fit, and the choice is taken", async () => {
    await copyFile(inFolder("test.npz"), inFolder("other.npz"));
    const described = await client.describe(model);
    expect(described).toMatchObject({
      kind: "choose-data",
      candidates: [inFolder("test.npz"), inFolder("other.npz")],
    });
    const chosen = await client.describe(model, { data: pathToFileURL(inFolder("other.npz")).href });
    if (chosen.kind !== "ready") throw new Error(chosen.kind);
    expect(chosen.study.data.path).toBe(inFolder("other.npz"));
  });

  test("but not when the other one is what was trained on", async () => {
    await copyFile(inFolder("test.npz"), inFolder("train.npz"));
    const described = await client.describe(model);
    if (described.kind !== "ready") throw new Error(described.kind);
    expect(described.study.data.path).toBe(inFolder("test.npz"));
    expect(described.notices).toContain(
      'test.npz is used; train.npz fits too and can be named in a study as the split "train".',
    );
  });

  test("when there is none", async () => {
    await rm(inFolder("test.npz"));
    expect(await client.describe(model)).toMatchObject({ kind: "choose-data", candidates: [] });
  });

  test("when the only one does not fit, saying why", async () => {
    await writeFile(inFolder("test.npz"), samples([1, 8, 8], [0, 1, 2]));
    const described = await client.describe(model);
    if (described.kind !== "choose-data") throw new Error(described.kind);
    expect(described.candidates).toEqual([]);
    expect(described.reason).toMatch(/test\.npz beside model\.onnx does not fit: .*8.*28/);
  });
});

describe("weights without an architecture", () => {
  const weights = (): string => inFolder(path.join("runs", "a", "epoch_7.pt"));
  const chosenBy = (file: string): Partial<DescribeParams> => ({ model: pathToFileURL(file).href });

  beforeEach(async () => {
    await mkdir(inFolder(path.join("runs", "a")), { recursive: true });
    await copyFile(path.join(fixtures, "model_7.pt"), weights());
  });

  test("take the only model near them that fits", async () => {
    // Another architecture: told from the right one by its names and shapes.
    await copyFile(path.join(fixtures, "..", "losses", "softmax.onnx"), inFolder("other.onnx"));
    const described = await client.describe(weights());
    if (described.kind !== "ready") throw new Error(JSON.stringify(described));
    expect(described.study.model).toEqual({ path: model, weights: weights() });
    expect(described.study.data.path).toBe(inFolder("test.npz"));
    expect(described.origins.model).toEqual(["Model found near the weights: ../../model.onnx."]);
    expect(described.notices).toContain("Model found near the weights: ../../model.onnx.");
  });

  test("ask when several models fit, and take the answer", async () => {
    await copyFile(model, inFolder(path.join("runs", "copy.onnx")));
    const candidates = [inFolder(path.join("runs", "copy.onnx")), model];
    expect(await client.describe(weights())).toEqual({
      kind: "choose-model",
      candidates,
      reason:
        "epoch_7.pt holds weights without their architecture, and 2 models fit them: ../copy.onnx, ../../model.onnx.",
    });
    const described = await client.describe(weights(), chosenBy(model));
    expect(described).toMatchObject({ kind: "ready", study: { model: { path: model, weights: weights() } } });
  });

  test("ask when none fits or there is none, and say why", async () => {
    await copyFile(path.join(fixtures, "..", "losses", "softmax.onnx"), model);
    const unfit = await client.describe(weights());
    expect(unfit).toMatchObject({ kind: "choose-model", candidates: [] });
    expect(unfit).toHaveProperty(
      "reason",
      expect.stringContaining("../../model.onnx does not fit: epoch_7.pt does not fit model.onnx"),
    );
    await copyFile(path.join(fixtures, "..", "onnx", "cnn-folded.onnx"), model);
    expect(await client.describe(weights())).toHaveProperty(
      "reason",
      expect.stringMatching(/folded into .*\. Export the model with training=torch\.onnx\.TrainingMode\.PRESERVE/),
    );
    await rm(model);
    expect(await client.describe(weights())).toHaveProperty(
      "reason",
      "epoch_7.pt holds weights without their architecture, and there is no model beside it or up to two folders above.",
    );
  });

  test("of another architecture than the chosen one are refused, tensor by tensor", async () => {
    const other = inFolder("other.onnx");
    await copyFile(path.join(fixtures, "..", "losses", "softmax.onnx"), other);
    const problem = await problemOf(weights(), chosenBy(other));
    expect(problem).toMatchObject({ reason: "file-unsupported", file: weights() });
    expect(problem.facts!.length).toBeGreaterThan(1);
  });

  test("have studies of their own, apart from those of the architecture", async () => {
    const own = inFolder(path.join("runs", "a", "epoch_7.landscape.json"));
    const fields = { model: { path: "../../model.onnx", weights: "epoch_7.pt" }, directions: { seed: 4 } };
    await writeFile(own, JSON.stringify(fields));
    expect(await client.describe(weights())).toMatchObject({
      kind: "ready",
      study: { model: { path: model, weights: weights() }, directions: { seed: 4 } },
    });
    expect(await client.describe(model)).toMatchObject({ kind: "ready", study: { directions: { seed: 0 } } });
  });
});

describe("a study as text", () => {
  test("reads back as the study that was proposed", async () => {
    const described = await client.describe(model);
    if (described.kind !== "ready") throw new Error(described.kind);
    const { study, origins } = described;
    const target = inFolder("model.landscape.json");
    const { text } = await client.connection.sendRequest(StudyTextRequest, {
      uri: pathToFileURL(target).href,
      study,
      origins,
      defaults: {},
    });
    expect(text).toContain("  // Data found beside the model: test.npz.\n");
    await writeFile(target, text);
    const again = await client.describe(target);
    if (again.kind !== "ready") throw new Error(JSON.stringify(again));
    expect(again.study).toEqual(study);
  });
});

describe("bad input is one clear sentence, and the server lives on", () => {
  afterEach(async () => {
    const alive = await folderWith("model.onnx", "test.npz");
    expect((await client.describe(path.join(alive, "model.onnx"))).kind).toBe("ready");
    await rm(alive, { recursive: true });
  });

  test("a missing model", async () => {
    expect(await problemOf(inFolder("none.onnx"))).toMatchObject({
      reason: "file-missing",
      file: inFolder("none.onnx"),
    });
  });

  test("a truncated model", async () => {
    await truncate(model, Math.floor((await readFile(model)).length / 2));
    const problem = await problemOf(model);
    expect(problem.reason).toBe("file-corrupt");
    expect(problem.message).toContain("model.onnx");
  });

  test("a model of random bytes", async () => {
    await writeFile(model, Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 2654435761) & 255)));
    const problem = await problemOf(model);
    expect(problem.reason).toMatch(/^file-(corrupt|unsupported)$/);
    expect(problem.message).toContain("model.onnx");
  });

  test("data that the user chose and that is not there", async () => {
    const problem = await problemOf(model, { data: pathToFileURL(inFolder("gone.npz")).href });
    expect(problem.reason).toBe("data-missing");
    expect(problem.message).toContain("gone.npz");
  });

  test("labels that do not fit the model's classes", async () => {
    const data = inFolder("labels.npz");
    await writeFile(data, samples([1, 28, 28], [0, 3, 12]));
    const problem = await problemOf(model, { data: pathToFileURL(data).href });
    expect(problem.reason).toBe("labels-mismatch");
    expect(problem.message).toMatch(/12/);
    expect(problem.message).toMatch(/10/);
  });

  test("an invalid study, with the place", async () => {
    const study = inFolder("s.landscape.json");
    await writeFile(study, '{\n  "model": "model.onnx",\n  "grid": { "points": 0 }\n}');
    const problem = await problemOf(study);
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toMatch(/^s\.landscape\.json, line 3, column 23: "grid\.points" must be .*, but is 0\.$/);
    expect(client.log.some(({ message }) => message.includes('3:23 "grid.points"'))).toBe(true);
  });

  test("a file that is not on the disk of this machine", async () => {
    expect(await problemOf(model, { uri: "vscode-vfs://github/a/b.onnx" })).toMatchObject({
      reason: "file-unsupported",
    });
  });
});

test("a journal that is not there is a problem, not a crash", async () => {
  expect(await client.open(inFolder("gone.landscape-run.jsonl"))).toMatchObject({
    kind: "problem",
    problem: { reason: "file-missing" },
  });
});
