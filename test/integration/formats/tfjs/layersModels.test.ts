import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArrays } from "../../../../server/data/npz";
import { openModel } from "../../../../server/formats/open";
import { matchCheckpoint, openCheckpoint } from "../../../../server/formats/openCheckpoint";
import { bytesOf } from "../../../../server/graph/elements";
import { ProblemError } from "../../../../server/protocol/problem";
import { expectClose, runGraph } from "../support/run";
import { expectDerivatives, folder as fixtures, runOnTensorFlow, tensorOf, type Values } from "./support";

interface Case {
  readonly name: string;
  readonly model: unknown;
  /** Bytes of the weights in base64. */
  readonly weights: string;
  readonly input: Values;
  readonly output: Values;
}

const cases = JSON.parse(readFileSync(path.join(fixtures, "layers-cases.json"), "utf8")) as readonly Case[];

let folder = "";
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "tfjs-layers-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a model as TensorFlow.js' own file handlers do. */
function write(model: unknown, weights: Uint8Array): string {
  const file = path.join(folder, "model.json");
  writeFileSync(file, JSON.stringify(model));
  writeFileSync(path.join(folder, "weights.bin"), weights);
  return file;
}

const writeCase = ({ model, weights }: Case): string => write(model, Buffer.from(weights, "base64"));
const caseOf = (name: string): Case => cases.find((each) => each.name === name)!;

describe("layers give the numbers of TensorFlow.js", () => {
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const { graph } = await openModel(writeCase(each));
    const [result] = await runGraph(graph, [tensorOf(each.input)]);
    expectClose(result!, each.output.data, each.name);
    expect(graph.outputs[0]!.shape.slice(1)).toEqual(each.output.shape.slice(1));
  });
});

describe("on our engine of TensorFlow.js", () => {
  const names = [
    "activation gelu_new",
    "Conv2D same, strided",
    "Conv2DTranspose same",
    "SeparableConv2D",
    "UpSampling2D bilinear",
    "AveragePooling2D",
    "BatchNormalization",
    "LayerNormalization",
    "a model in a model, a layer used twice",
  ];
  test.each(names)("%s", async (name) => {
    const each = caseOf(name);
    const { graph } = await openModel(writeCase(each));
    const [result] = await runOnTensorFlow(graph, [tensorOf(each.input)]);
    expectClose(result!, each.output.data, name);
  });
});

describe("derivatives agree with differences", () => {
  const names = [
    "activation gelu",
    "SeparableConv2D",
    "LayerNormalization",
    "LSTM sequences, sigmoid",
    "Bidirectional GRU, last steps",
    "a model in a model, a layer used twice",
  ];
  test.each(names)("%s", async (name) => {
    const each = caseOf(name);
    const { graph } = await openModel(writeCase(each));
    expectDerivatives(graph, tensorOf(each.input), each.output.shape);
  });
});

interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
  readonly predictions: Values;
}

describe("a model that TensorFlow.js trained", () => {
  const place = (epoch: number): string => path.join(fixtures, "layers-trained", `epoch_${epoch}`, "model.json");
  const expected = JSON.parse(readFileSync(path.join(fixtures, "layers-trained", "expected.json"), "utf8")) as Epoch[];

  /** The trained model as an object to be changed, with its weights. */
  function trained(): { model: Record<string, unknown>; weights: Uint8Array } {
    const model = JSON.parse(readFileSync(place(3), "utf8")) as Record<string, unknown>;
    return { model, weights: readFileSync(path.join(path.dirname(place(3)), "weights.bin")) };
  }

  async function expectPredictions(file: string): Promise<void> {
    const arrays = await readArrays(path.join(fixtures, "test.npz"));
    const images = arrays.get("x_test")!.data as Float32Array;
    const input = { shape: [4, 9, 11, 3], data: Array.from(images.subarray(0, 4 * 9 * 11 * 3)) };
    const [result] = await runGraph((await openModel(file)).graph, [tensorOf(input)]);
    expectClose(result!, expected[3]!.predictions.data);
  }

  test("predicts what it did there, and says how it was trained", async () => {
    await expectPredictions(place(3));
    const { training, notices, format, graph } = await openModel(place(3));
    expect(training).toEqual({
      loss: { name: "crossEntropy", fromLogits: false },
      written: "categorical_crossentropy",
    });
    expect(notices).toEqual([]);
    expect(format).toBe("TensorFlow.js");
    expect(graph.inputs).toEqual([{ name: "trained_input", dtype: "float32", shape: ["N", 9, 11, 3] }]);
    expect(graph.outputs[0]!.shape).toEqual(["N", 5]);
  });

  test("has its parameters by the names of the manifest, each with its role and filters", async () => {
    const { graph } = await openModel(place(3));
    expect(graph.parameters.map(({ name, role, filterAxes }) => [name, role, filterAxes.join()])).toEqual([
      ["stem/kernel", "kernel", "3"],
      ["stem/bias", "bias", "0"],
      ["norm/gamma", "scale", "0"],
      ["norm/beta", "shift", "0"],
      ["norm/moving_mean", "mean", "0"],
      ["norm/moving_variance", "variance", "0"],
      ["depthwise/depthwise_kernel", "kernel", "2,3"],
      ["depthwise/bias", "bias", "0"],
      ["head/kernel", "kernel", "1"],
      ["head/bias", "bias", "0"],
    ]);
  });

  test("has checkpoints of every epoch that fit it, bit for bit its own at the last", async () => {
    const { parameters } = (await openModel(place(3))).graph;
    const seen = new Set<string>();
    for (const epoch of [0, 1, 2, 3]) {
      const checkpoint = await openCheckpoint(place(epoch));
      const matched = matchCheckpoint(parameters, checkpoint, "model");
      const head = await checkpoint.read(matched.get("head/kernel")!);
      seen.add(Buffer.from(bytesOf(head)).toString("hex"));
      if (epoch === 3) {
        for (const { name, tensor } of parameters) {
          expect(bytesOf(await checkpoint.read(matched.get(name)!)), name).toEqual(bytesOf(tensor));
        }
      }
      await checkpoint.close();
    }
    expect(seen.size).toBe(4);
  });

  test("is the same as Python's converter lays it out, with more around it and longer names", async () => {
    const { model, weights } = trained();
    const { class_name, config } = model["modelTopology"] as Record<string, unknown>;
    const groups = model["weightsManifest"] as { weights: { name: string }[] }[];
    for (const weight of groups[0]!.weights) weight.name = `trained/${weight.name}`;
    const loss = { class_name: "CategoricalCrossentropy", config: { from_logits: true, label_smoothing: 0.1 } };
    const modelTopology = {
      keras_version: "2.15.0",
      backend: "tensorflow",
      model_config: { class_name, config },
      training_config: { loss },
    };
    const file = write({ ...model, modelTopology, trainingConfig: undefined }, weights);
    await expectPredictions(file);
    const { training, graph } = await openModel(file);
    expect(training?.loss).toEqual({ name: "crossEntropy", fromLogits: true, labelSmoothing: 0.1 });
    expect(graph.parameters[0]!.name).toBe("trained/stem/kernel");
  });

  test("is the same in the spelling of TensorFlow.js' own code", async () => {
    const { model, weights } = trained();
    const text = JSON.stringify(model["modelTopology"]).replace(/"([a-z]+(?:_[a-z]+)+)":/g, (_, name: string) => {
      return `"${name.replace(/_([a-z])/g, (__, letter: string) => letter.toUpperCase())}":`;
    });
    expect(text).toContain('"batchInputShape":');
    await expectPredictions(write({ ...model, modelTopology: JSON.parse(text) as unknown }, weights));
  });

  test("is refused when a weight is missing, has another shape or belongs to something else", async () => {
    const refusal = async (change: (weight: { name: string; shape: number[] }) => void): Promise<string> => {
      const { model, weights } = trained();
      const groups = model["weightsManifest"] as { weights: { name: string; shape: number[] }[] }[];
      groups[0]!.weights.forEach(change);
      const error: unknown = await openModel(write(model, weights)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProblemError);
      return (error as ProblemError).problem.message;
    };
    expect(await refusal((weight) => (weight.name = weight.name.replace("head/kernel", "tail/kernel")))).toBe(
      "model.json has no values for trained/head/kernel.",
    );
    expect(await refusal((weight) => weight.shape.reverse())).toContain(
      "model.json holds trained/stem/kernel as [4, 3, 3, 3], where its description says [3, 3, 3, 4].",
    );
  });
});

test("quantised weights are those that TensorFlow.js computes with", async () => {
  const place = (name: string): string => path.join(fixtures, "layers-quantised", name);
  const { input, output } = JSON.parse(readFileSync(place("expected.json"), "utf8")) as Pick<Case, "input" | "output">;
  const { graph, notices } = await openModel(place("model.json"));
  const [result] = await runGraph(graph, [tensorOf(input)]);
  expectClose(result!, output.data);
  expect(notices).toEqual([expect.stringContaining("stored quantised (uint8, uint16)")]);
});

describe("what TensorFlow.js computes unlike Keras, and not in one way, is refused", () => {
  const embedding = {
    class_name: "Embedding",
    config: { name: "e", input_dim: 8, output_dim: 2, mask_zero: true, batch_input_shape: [null, 3] },
  };
  const recurrence = { class_name: "SimpleRNN", config: { name: "r", units: 2, activation: "tanh", use_bias: false } };
  const repeated = { class_name: "RepeatVector", config: { name: "v", n: 3 } };

  test.each([
    [
      "masks that are left over",
      [embedding, recurrence, repeated, { ...recurrence, config: { ...recurrence.config, name: "s" } }],
      "comes after masked steps that are not its own",
    ],
    [
      "sizes of images",
      [{ class_name: "Resizing", config: { name: "z", height: 2, width: 2, batch_input_shape: [null, 4, 4, 1] } }],
      "of the class Resizing, which is not supported",
    ],
    [
      "program code",
      [{ class_name: "Lambda", config: { name: "l", batch_input_shape: [null, 4] } }],
      "of the class Lambda, which holds program code",
    ],
  ])("%s", async (_, layers, message) => {
    const weights = ["e/embeddings", "r/kernel", "r/recurrent_kernel", "s/kernel", "s/recurrent_kernel"];
    const shapes = weights.map((name, k) => ({ name, shape: k === 0 ? [8, 2] : [2, 2], dtype: "float32" }));
    const model = {
      modelTopology: { class_name: "Sequential", config: { name: "m", layers } },
      weightsManifest: [{ paths: ["weights.bin"], weights: shapes }],
    };
    const error: unknown = await openModel(write(model, new Uint8Array(128))).catch((thrown: unknown) => thrown);
    expect((error as ProblemError).problem.message).toContain(message);
  });
});
