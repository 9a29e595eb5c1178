import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeSafetensors } from "../../../server/formats/safetensors/write";
import type { Problem } from "../../../server/protocol/problem";
import type { DescribeParams } from "../../../server/protocol/requests";
import { npy, npz } from "../../support/data";
import { resultOf } from "../method/support";
import { temporaryFolder } from "../runs/support/folders";
import { resnetStudy } from "../runs/support/study";
import { fixtures, ServerClient } from "./client";

/** The errors that users must see, each with what to do: every sentence as the worker sends it. */
let client: ServerClient;
let folder: string;

beforeAll(async () => {
  client = await ServerClient.start();
});
beforeEach(() => {
  folder = temporaryFolder();
  at("model.onnx", path.join(fixtures, "model.onnx"));
});
afterAll(() => client.kill());

const fixture = (...names: readonly string[]): string => path.join(fixtures, "..", ...names);

/** A file of the folder, a copy of `source` if one is given. */
function at(name: string, source?: string): string {
  const file = path.join(folder, name);
  if (source !== undefined) copyFileSync(source, file);
  return file;
}

async function problemOf(file: string, more: Partial<Record<"data" | "model", string>> = {}): Promise<Problem> {
  const uris = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, pathToFileURL(value).href]));
  const described = await client.describe(file, uris as Partial<DescribeParams>);
  if (described.kind !== "problem") throw new Error(JSON.stringify(described));
  const { message, advice } = described.problem;
  for (const sentence of [message, advice]) expect(sentence).toMatch(/^\S.*\.$/s);
  return described.problem;
}

/** Samples of a shape with the labels 0 to `classes` − 1. */
function dataOf(name: string, shape: readonly number[], classes: number): string {
  const x = new Float32Array(classes * shape.reduce((product, extent) => product * extent, 1)).fill(0.5);
  const y = BigInt64Array.from({ length: classes }, (_, label) => BigInt(label));
  writeFileSync(at(name), npz({ x_test: npy("<f4", [classes, ...shape], x), y_test: npy("<i8", [classes], y) }));
  return at(name);
}

describe("every error that users must see", () => {
  test("weights only: choose the architecture", async () => {
    const alone = path.join(temporaryFolder(), "a", "b", "epoch_7.pt");
    mkdirSync(path.dirname(alone), { recursive: true });
    copyFileSync(path.join(fixtures, "model_7.pt"), alone);
    expect(await client.describe(alone)).toMatchObject({
      kind: "choose-model",
      reason: expect.stringContaining("epoch_7.pt holds weights without their architecture") as string,
    });
  });

  test("a layer is not supported: export ONNX", async () => {
    const problem = await problemOf(at("lambda.keras", fixture("keras-training", "lambda.keras")));
    expect(problem.message).toMatch(/lambda\.keras .*twice/);
    expect(problem.advice).toMatch(/ONNX/);
  });

  test("batch normalisation was folded: export again, with the call to copy", async () => {
    const folded = at("folded.onnx", fixture("onnx", "cnn-folded.onnx"));
    const problem = await problemOf(at("run.pt", path.join(fixtures, "model_7.pt")), { model: folded });
    expect(problem.message).toMatch(/batch normalisation .*folded into/);
    expect(problem.snippet).toContain("training=torch.onnx.TrainingMode.PRESERVE");
  });

  test("batch normalisation was folded: told with every picture of the model", async () => {
    const folded = at("folded.onnx", fixture("onnx", "cnn-folded.onnx"));
    const described = await client.describe(folded, {
      data: pathToFileURL(dataOf("small.npz", [2, 4, 4], 2)).href,
    });
    if (described.kind !== "ready") throw new Error(JSON.stringify(described));
    expect(described.notices.join("\n")).toMatch(
      /Batch normalisation was folded into \d+ convolutions? when folded\.onnx/,
    );
  });

  test("a checkpoint does not fit: the tensor, and both shapes", async () => {
    const softmax = at("softmax.onnx", fixture("losses", "softmax.onnx"));
    const tensor = (shape: readonly number[]) =>
      ({ dtype: "float32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }) as const;
    const tensors = { "0.weight": [6, 5], "0.bias": [6], "2.weight": [7, 6], "2.bias": [7] };
    const file = at("checkpoint_7.safetensors");
    const handle = await open(file, "w");
    await writeSafetensors(handle, new Map(Object.entries(tensors).map(([name, shape]) => [name, tensor(shape)])));
    await handle.close();
    const problem = await problemOf(file, { model: softmax });
    expect(problem.message).toContain("checkpoint_7.safetensors does not fit softmax.onnx");
    expect(problem.message).toContain("2.weight [7, 6] against [4, 6]");
  });

  test("data of another shape: resize?", async () => {
    const problem = await problemOf(at("model.onnx"), { data: dataOf("wide.npz", [32, 32, 3], 10) });
    expect(problem.message).toMatch(/32.*28/);
    expect(`${problem.message} ${problem.advice}`).toMatch(/resize/i);
  });

  test("labels that the model has no outputs for", async () => {
    const problem = await problemOf(at("model.onnx"), { data: dataOf("labels.npz", [1, 28, 28], 12) });
    expect(problem.reason).toBe("labels-mismatch");
    expect(problem.message).toMatch(/11/);
    expect(problem.message).toMatch(/10/);
  });

  test("a loss at the centre of chance level", async () => {
    // The untrained network.
    const study = resnetStudy({ grid: { x: [-1, 1], y: [-1, 1], points: [1, 1] } });
    const weights = path.join(fixtures, "model_0.pt");
    const { checks, centre } = await resultOf({ ...study, model: { ...study.model, weights } });
    expect(Number(centre.loss)).toBeGreaterThan(2.1);
    const chance = checks.find(({ name }) => name === "chance")!;
    expect(chance.level).toBe("warning");
    expect(chance.message).toMatch(/chance/);
  });

  test.each(["whole.pt", "script.pt", "malicious.pt"])("program code was not opened: %s", async (name) => {
    const problem = await problemOf(at(name, fixture("checkpoints", name)));
    expect(problem.message).toMatch(new RegExp(`^${name} .*contains program code and was not opened`));
    expect(problem.snippet).toContain("torch.onnx.export(");
  });

  test("a program of torch.export: contains program code, with the call that exports ONNX", async () => {
    writeFileSync(at("program.pt2"), "PK");
    const problem = await problemOf(at("program.pt2"));
    expect(problem.message).toMatch(/^program\.pt2 is a program of torch\.export, which contains program code/);
    expect(problem.snippet).toContain("torch.onnx.export(");
  });

  test("a folder: which files of it are models", async () => {
    const saved = at("saved");
    mkdirSync(saved);
    expect((await problemOf(saved)).advice).toBe("Check the path.");
    for (const name of ["saved_model.pb", "model.json", "notes.txt"]) writeFileSync(path.join(saved, name), "{}");
    expect(await problemOf(saved)).toMatchObject({
      message: `A model should be at ${saved}, but there is a folder.`,
      advice: "Choose a file in it: model.json, saved_model.pb.",
    });
  });

  test.each([
    ["model.tflite", "python -m tf2onnx.convert --tflite model.tflite --output model.onnx"],
    ["saved_model.pb", "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx"],
  ])("a model of another program, with the command that converts it: %s", async (name, snippet) => {
    writeFileSync(at(name), "TFL3");
    expect(await problemOf(at(name))).toMatchObject({ reason: "file-unsupported", snippet });
  });
});
