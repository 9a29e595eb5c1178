import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { functions } from "../../../server/formats/keras/activations";
import { layers } from "../../../server/formats/keras/layers/table";
import { openModel } from "../../../server/formats/open";
import type { Graph } from "../../../server/graph/graph";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";
import { classesIn, functionsIn, kerasCases, ModelFolder, type KerasCase } from "../../support/kerasCases";

const cases = kerasCases();
const readable = cases.filter((each) => each.computed);
const refused = cases.filter((each) => !each.computed);

const folder = new ModelFolder();
afterAll(() => folder.remove());

const opened = new Map<string, Promise<Graph>>();

function graphOf(each: KerasCase): Promise<Graph> {
  const graph = opened.get(each.name) ?? openModel(folder.write(each)).then((model) => model.graph);
  opened.set(each.name, graph);
  return graph;
}

async function computed(engine: Engine, graph: Graph, input: Tensor): Promise<Tensor> {
  const executable = await engine.compile(graph);
  try {
    return (await executable.run({ [graph.inputs[0]!.name]: input }))[graph.outputs[0]!.name]!;
  } finally {
    await executable.dispose();
  }
}

/** The largest |is − should| / (1 + |should|). */
function distance(is: Tensor, should: Tensor): number {
  expect(is.shape).toEqual(should.shape);
  let largest = 0;
  for (let i = 0; i < should.data.length; i++) {
    const [a, b] = [Number(is.data[i]), Number(should.data[i])];
    const apart = Math.abs(a - b) / (1 + Math.abs(b));
    if (!(apart <= largest)) largest = apart;
  }
  return largest;
}

const named = (list: readonly KerasCase[]): (readonly [string, KerasCase])[] => list.map((each) => [each.name, each]);

describe("Keras' own outputs, to 1e-5", () => {
  let runtime: Engine;
  let wasm: Engine;
  let onWasm = 0;
  beforeAll(async () => {
    runtime = await createOnnxRuntimeEngine();
    wasm = await createTensorFlowEngine("wasm");
  });
  afterAll(() => Promise.all([runtime.dispose(), wasm.dispose()]));

  test.each(named(readable))("%s", async (_, each) => {
    const { input, output } = each.computed!;
    const graph = await graphOf(each);
    expect(distance(await computed(runtime, graph, input), output), runtime.label).toBeLessThan(1e-5);
    if (wasm.unsupported(graph).length > 0) return;
    onWasm++;
    expect(distance(await computed(wasm, graph, input), output), wasm.label).toBeLessThan(1e-5);
  });

  test("most of them on TensorFlow.js too, which has no recurrent operators", () => {
    expect(onWasm).toBeGreaterThan(0.7 * readable.length);
  });
});

describe("parameters", () => {
  test.each(named(readable))("of %s are Keras' variables, by path and shape", async (_, each) => {
    const { parameters } = await graphOf(each);
    const shapes = Object.fromEntries(parameters.map(({ name, tensor }) => [name, tensor.shape]));
    const wanted = Object.entries(each.variables).filter(([path]) => !/\/(vector_u|count)$/.test(path));
    expect(shapes).toEqual(Object.fromEntries(wanted));
  });

  test.each([
    ["dense-einsum-heads", "einsum_dense/kernel", [1, 2]],
    ["dense-einsum-merge", "einsum_dense/kernel", [2]],
    ["dense-embedding", "embedding/embeddings", [0]],
    ["recurrent-lstm-last", "lstm/lstm_cell/recurrent_kernel", [1]],
    ["recurrent-gru-last", "gru/gru_cell/kernel", [1]],
    ["attention-multihead-plain", "multi_head_attention/query/kernel", [1, 2]],
    ["attention-multihead-plain", "multi_head_attention/attention_output/kernel", [2]],
    ["convolution-3d-valid", "conv3d/kernel", [4]],
    ["convolution-depthwise-2d-valid", "depthwise_conv2d/kernel", [2, 3]],
    ["transposed-2d-valid", "conv2d_transpose/kernel", [2]],
    ["normalisation-group-images", "group_normalization/gamma", [0]],
  ])("of %s: the filters of %s are along %j", async (name, path, axes) => {
    const { parameters } = await graphOf(cases.find((each) => each.name === name)!);
    expect(parameters.find((each) => each.name === path)?.filterAxes).toEqual(axes);
  });
});

describe("HDF5 of the older layout", () => {
  const older = readable.filter((each) => each.older);

  test("has variables in parts of layers", () => expect(older.length).toBeGreaterThan(10));

  test.each(named(older))("has the parameters of %s, and its graph", async (_, each) => {
    const { graph } = await openModel(folder.writeOlder(each));
    const wanted = await graphOf(each);
    expect(graph.parameters).toEqual(wanted.parameters);
    expect(graph.nodes).toEqual(wanted.nodes);
  });
});

describe("refused", () => {
  test.each(named(refused))("%s, by name and with advice", async (_, each) => {
    const problem = await openModel(folder.write(each)).then(
      () => undefined,
      (error: unknown) => (error instanceof ProblemError ? error.problem : undefined),
    );
    expect(problem).toMatchObject({ reason: "file-unsupported", file: expect.stringContaining(each.name) as string });
    expect(problem!.advice).toContain("ONNX");
    const strange = [...classesIn(each.config)].filter((name) => problem!.message.includes(name));
    expect(strange, problem!.message).toHaveLength(1);
  });
});

describe("every", () => {
  test("layer that is supported has a case", () => {
    const covered = new Set(readable.flatMap(({ config }) => [...classesIn(config)]));
    const missing = Object.keys(layers).filter((name) => !covered.has(name));
    // One that only Keras 2 has, another name of GroupQueryAttention, and that of ConvNeXt, which a model has (`scoped`).
    expect(missing.sort()).toEqual(["GroupedQueryAttention", "LayerScale", "ThresholdedReLU"]);
  });

  test("activation function has a case", () => {
    const covered = new Set(readable.flatMap(({ config }) => [...functionsIn(config)]));
    const missing = Object.keys(functions).filter((name) => !covered.has(name));
    // Keras 3 writes them as silu and hard_silu.
    expect(missing.sort()).toEqual(["hard_swish", "swish"]);
    expect([functions["swish"], functions["hard_swish"]]).toEqual([functions["silu"], functions["hard_silu"]]);
  });
});
