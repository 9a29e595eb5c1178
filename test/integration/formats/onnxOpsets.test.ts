import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { readModel } from "../../../server/formats/onnx/model";
import { newest } from "../../../server/formats/onnx/versions";
import { graphOf as graphFrom, node, valueInfo } from "../../../server/graph/build";
import { canonicalise } from "../../../server/graph/canonical/canonical";
import type { Graph } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";
import { relativeError } from "../../support/compare";
import { noFiles } from "../../support/onnxFiles";
import { tensorOf } from "../../support/operatorCase";
import { evaluateReference } from "../../support/reference";

interface Numbers {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Infinities are strings. */
  readonly values: readonly (number | string)[];
}

interface OpsetCase {
  readonly name: string;
  /** The model file, base64. */
  readonly model: string;
  readonly input: Numbers;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

const folder = path.resolve("test/fixtures/onnx-opsets");
const cases = JSON.parse(readFileSync(path.join(folder, "cases.json"), "utf8")) as readonly OpsetCase[];

const tensor = ({ values, shape, dtype }: Numbers): Tensor => tensorOf(values.map(Number), shape, dtype);

function graphOf({ name, model }: OpsetCase): Graph {
  return toInference(readModel(Buffer.from(model, "base64"), noFiles, `${name}.onnx`));
}

function expectOutputs(entry: OpsetCase, graph: Graph, found: Readonly<Record<string, Tensor>>): void {
  expect(graph.outputs.length).toBeGreaterThan(0);
  for (const { name } of graph.outputs) {
    expect(relativeError(found[name]!, tensor(entry.outputs[name]!), 1), name).toBeLessThanOrEqual(1e-5);
  }
}

const feedsOf = (entry: OpsetCase) => ({ x: tensor(entry.input) });

/** The names of the cases that `refusal` gives a reason for, with the reason. */
function refusals(refusal: (entry: OpsetCase) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    cases.flatMap((entry) => {
      const reason = refusal(entry);
      return reason === undefined ? [] : [[entry.name, reason]];
    }),
  );
}

test("the newest operator set and format version that are read are the newest that ONNX Runtime takes", async () => {
  const engine = await createOnnxRuntimeEngine();
  const compile = async (opset: number, irVersion: number): Promise<void> => {
    const nodes = [node("Relu", ["x"], ["y"])];
    const graph = graphFrom({ inputs: [valueInfo("x", [2])], outputs: [valueInfo("y", [2])], nodes, opset });
    await (await engine.compile({ ...graph, irVersion })).dispose();
  };
  await compile(newest.operatorSet, newest.irVersion);
  await expect(compile(newest.operatorSet + 1, newest.irVersion)).rejects.toMatchObject({
    problem: { title: "The model is too new" },
  });
  await expect(compile(newest.operatorSet, newest.irVersion + 1)).rejects.toMatchObject({
    problem: { title: "The model is too new" },
  });
  await engine.dispose();
});

describe("operators in every form of the operator sets 7 to 25", () => {
  let onnxruntime: Engine;
  let wasm: Engine;
  beforeAll(async () => {
    onnxruntime = await createOnnxRuntimeEngine();
    wasm = await createTensorFlowEngine("wasm");
  });
  afterAll(async () => {
    await onnxruntime.dispose();
    await wasm.dispose();
  });

  async function run(engine: Engine, entry: OpsetCase): Promise<void> {
    const graph = graphOf(entry);
    const executable = await engine.compile(graph);
    try {
      expectOutputs(entry, graph, await executable.run(feedsOf(entry)));
    } finally {
      await executable.dispose();
    }
  }

  test.each(cases)("$name", async (entry) => {
    await run(onnxruntime, entry);
    if (wasm.unsupported(graphOf(entry)).length === 0) await run(wasm, entry);
    const canonical = canonicalOf(entry);
    if (typeof canonical === "string") return;
    const { graph } = canonical;
    expectOutputs(entry, graph, evaluateReference(graph, feedsOf(entry)));
  });

  function canonicalOf(entry: OpsetCase) {
    try {
      return canonicalise(graphOf(entry), { x: entry.input.shape });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.problem.reason).toBe("operator-unsupported");
      return error.problem.facts!.join();
    }
  }

  test("TensorFlow.js lacks these and no others", () => {
    expect(refusals((entry) => wasm.unsupported(graphOf(entry))[0])).toEqual({
      "Attention-23": "Attention",
      "Attention-23, 3-D": "Attention",
      "Attention-23, causal": "Attention",
      "Attention-23, mask added": "Attention",
      "Attention-23, mask of truth values": "Attention",
      "Attention-23, shared keys": "Attention",
      "Dropout-22, with its mask": "Dropout (with its mask)",
      "EyeLike-9": "EyeLike",
      "GRU-14": "GRU",
      "GRU-22": "GRU",
      "GRU-7": "GRU",
      "LSTM-14": "LSTM",
      "LSTM-22": "LSTM",
      "LSTM-7": "LSTM",
      "MeanVarianceNormalization-13": "MeanVarianceNormalization",
      "MeanVarianceNormalization-9": "MeanVarianceNormalization",
      "RMSNormalization-23": "RMSNormalization",
      "RNN-14": "RNN",
      "RNN-22": "RNN",
      "RNN-7": "RNN",
      "Resize-10": "Resize (before operator set 11)",
      "Resize-10, linear": "Resize (before operator set 11)",
      "Resize-13, cubic": "Resize (mode cubic)",
      "Resize-18, antialias": "Resize (with antialiasing)",
      "Resize-19, policy": "Resize (policy not_larger)",
      "Resize-19, symmetric": "Resize (coordinates half_pixel_symmetric)",
      "RotaryEmbedding-23": "RotaryEmbedding",
      "Scatter-9": "Scatter",
      "Swish-24": "Swish",
      "Upsample-7": "Upsample (before operator set 9)",
    });
  });

  test("these and no others have no derivatives", () => {
    expect(
      refusals((entry) => {
        const canonical = canonicalOf(entry);
        return typeof canonical === "string" ? canonical : undefined;
      }),
    ).toEqual({
      "ArgMax-12": "ArgMax",
      "ArgMax-7": "ArgMax",
      "Mod-10": "Mod",
      "NonZero-13": "NonZero",
      "Resize-18, antialias": "Resize",
      "Resize-19, policy": "Resize",
      "RotaryEmbedding-23": "RotaryEmbedding",
      "ScatterElements-18": "ScatterElements",
      "TopK-10": "TopK",
      "TopK-11": "TopK",
      "TopK-7": "TopK",
    });
  });
});
