import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openModel } from "../../../server/formats/open";
import { matchCheckpoint, openCheckpoint } from "../../../server/formats/openCheckpoint";
import { bytesOf } from "../../../server/graph/elements";
import type { Graph } from "../../../server/graph/graph";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError, type Problem } from "../../../server/protocol/problem";
import { expectClose, runFile } from "./support/run";

const sequential = path.resolve("test/fixtures/keras-sequential");

interface Oracle {
  readonly weights: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly filter_axes: readonly number[] | null;
  }[];
  readonly logits_first_3: readonly (readonly number[])[];
}
const oracle = JSON.parse(readFileSync(path.join(sequential, "oracle.json"), "utf8")) as Oracle;

/** The first samples, as the model wants them. */
async function samples(count: number): Promise<Tensor> {
  const { shape, data } = (await readArrays(path.join(sequential, "test.npz"))).get("x_test")!;
  const size = count * 28 * 28;
  return {
    dtype: "float32",
    shape: [count, ...shape.slice(1)],
    data: Float32Array.from((data as Uint8Array).subarray(0, size), (value) => value / 255),
  };
}

describe.each(["model.keras", "model_legacy.h5"])("the sequential model in %s", (name) => {
  const file = path.join(sequential, name);

  test("gives the logits that Keras gave", async () => {
    const [logits] = await runFile(file, [await samples(3)]);
    expectClose(logits!, oracle.logits_first_3.flat());
  });

  test("has Keras' parameters and their filters", async () => {
    const { graph, training, format } = await openModel(file);
    const found = graph.parameters.map(({ name, tensor, filterAxes, role }) => ({
      path: name,
      shape: tensor.shape,
      filter_axes: role === "kernel" ? filterAxes : null,
    }));
    expect(found).toEqual(oracle.weights);
    expect(format).toBe("Keras");
    expect(training).toEqual({
      loss: { name: "crossEntropy", fromLogits: true },
      written: "SparseCategoricalCrossentropy(from_logits=True)",
    });
  });
});

const graph = async (): Promise<Graph> => (await openModel(path.join(sequential, "model.keras"))).graph;
const epoch = (number: number): string =>
  path.join(sequential, "checkpoints", `epoch_${String(number).padStart(2, "0")}.weights.h5`);

/** The values that a file of weights has for the model's parameters, by the parameters' names. */
async function weightsFrom(file: string, { parameters }: Graph): Promise<ReadonlyMap<string, Tensor>> {
  const checkpoint = await openCheckpoint(file);
  try {
    const names = matchCheckpoint(parameters, checkpoint, "model.keras");
    const found = new Map<string, Tensor>();
    for (const [name, tensor] of names) found.set(name, await checkpoint.read(tensor));
    return found;
  } finally {
    await checkpoint.close();
  }
}

async function problemOf(action: Promise<unknown>): Promise<Problem> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error.problem;
  throw error ?? new Error("It was read.");
}

describe("files of weights", () => {
  test.each([["model.keras"], ["model_legacy.h5"]])("%s holds the model's own weights", async (name) => {
    const model = await graph();
    const weights = await weightsFrom(path.join(sequential, name), model);
    for (const { name: parameter, tensor } of model.parameters) expect(weights.get(parameter)).toEqual(tensor);
  });

  test("the last epoch is the model, the others are not", async () => {
    const model = await graph();
    const files = readdirSync(path.join(sequential, "checkpoints"));
    const same = [];
    for (const file of files) {
      const weights = await weightsFrom(path.join(sequential, "checkpoints", file), model);
      expect(weights.size).toBe(10);
      same.push(
        model.parameters.every(({ name, tensor }) =>
          bytesOf(weights.get(name)!).every((b, i) => b === bytesOf(tensor)[i]),
        ),
      );
    }
    expect(same).toEqual(files.map((_, k) => k === files.length - 1));
  });

  test("say the learning rate at which they were written", async () => {
    const checkpoint = await openCheckpoint(epoch(1));
    expect(checkpoint.learningRate).toBeCloseTo(0.05, 6);
    await checkpoint.close();
  });

  test("of another model are told tensor by tensor", async () => {
    const model = await graph();
    const parameters = model.parameters.map((parameter) =>
      parameter.name.endsWith("dense_1/kernel")
        ? { ...parameter, tensor: { ...parameter.tensor, shape: [40, 5], data: new Float32Array(200) } }
        : parameter,
    );
    const problem = await problemOf(weightsFrom(epoch(3), { ...model, parameters }));
    expect(problem).toMatchObject({
      reason: "file-unsupported",
      facts: ["fashion_sequential/dense_1/kernel [40, 10] against [40, 5]"],
    });
  });

  test("whose layers are others of the same shapes do not fit", async () => {
    const model = await graph();
    const parameters = model.parameters.map((parameter) => ({
      ...parameter,
      name: parameter.name.replace("/dense/", "/features/"),
    }));
    const problem = await problemOf(weightsFrom(epoch(3), { ...model, parameters }));
    expect(problem.facts).toEqual([
      "fashion_sequential/features/kernel holds the weights of the layer dense",
      "fashion_sequential/features/bias holds the weights of the layer dense",
    ]);
  });

  test("are no models", async () => {
    expect(await problemOf(openModel(epoch(3)))).toMatchObject({
      reason: "file-unsupported",
      message: "epoch_03.weights.h5 holds weights only.",
      advice: expect.stringMatching(/^Choose the architecture file/) as string,
    });
  });
});

describe("the same model in the files of both generations", () => {
  const models = path.resolve("test/fixtures/keras-models");

  test.each([
    ["nested.keras", "nested.h5"],
    ["residual.h5", "residual.keras"],
    ["scoped.keras", "scoped.h5"],
    ["scoped.h5", "scoped.keras"],
    ["keras2-branches.h5", "keras2-branches.h5"],
    ["keras2-sequences.h5", "keras2-sequences.h5"],
  ])("%s takes its weights from %s", async (name, weights) => {
    const model = (await openModel(path.join(models, name))).graph;
    const found = await weightsFrom(path.join(models, weights), model);
    for (const { name: parameter, tensor } of model.parameters) expect(found.get(parameter), parameter).toEqual(tensor);
  });

  test("keras2-sequential.h5 fits itself, though its weights have shorter names", async () => {
    const file = path.join(models, "keras2-sequential.h5");
    const { graph: model, training } = await openModel(file);
    expect((await weightsFrom(file, model)).size).toBe(model.parameters.length);
    expect(model.parameters.map(({ name }) => name)).toContain("sequential_1/dense_7/kernel");
    expect(training).toEqual({
      loss: { name: "crossEntropy", fromLogits: false },
      written: "categorical_crossentropy",
    });
  });

  test("keras2-scopes.h5 fits itself but for the layer that a session had numbered anew", async () => {
    const file = path.join(models, "keras2-scopes.h5");
    const { graph: model } = await openModel(file);
    const { facts } = await problemOf(weightsFrom(file, model));
    expect(facts).toEqual(["conv2d_1/kernel missing, against [2, 2, 8, 4]", "conv2d_1/bias missing, against [4]"]);
  });

  test("keras2-functional.h5 was trained with Huber's loss", async () => {
    const { training } = await openModel(path.join(models, "keras2-functional.h5"));
    expect(training).toEqual({ loss: { name: "huber", delta: 0.5 }, written: "Huber(delta=0.5)" });
  });
});
