import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { float, graphOf, int, ints, node, parameter, valueInfo } from "../../../server/graph/build";
import { canonicalise } from "../../../server/graph/canonical/canonical";
import { gradientOf } from "../../../server/graph/differentiate/gradient";
import { hessianProduct } from "../../../server/graph/differentiate/hessian";
import { lossInputs, withLoss } from "../../../server/graph/differentiate/loss";
import type { Graph, Parameter } from "../../../server/graph/graph";
import type { Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import { defaultTolerance, floats } from "../../support/operatorCase";
import { openResnet8 } from "../../support/oracle";
import { evaluateReference } from "../../support/reference";

type Feeds = Readonly<Record<string, Tensor>>;

interface Network {
  readonly graph: Graph;
  readonly x: readonly number[];
  readonly classes: number;
}

/** Strided, dilated, grouped, depthwise and transposed convolutions, both poolings, no kinks but those of the maximum. */
function assorted(): Network {
  const weights: Record<string, readonly number[]> = {
    "stem.w": [6, 2, 5, 3],
    "stem.b": [6],
    "norm.scale": [6],
    "norm.shift": [6],
    "grouped.w": [6, 2, 3, 3],
    "depthwise.w": [6, 1, 3, 3],
    "dilated.w": [4, 6, 3, 3],
    "dilated.b": [4],
    "up.w": [4, 3, 3, 3],
    "up.b": [3],
    "point.w": [5, 3, 1, 1],
    "fc.w": [3, 5],
    "fc.b": [3],
  };
  const mean = parameter("norm.mean", floats([6], -0.2, 0.2, 41), "mean");
  const variance = parameter("norm.variance", floats([6], 0.5, 1.5, 42), "variance");
  const trained = Object.entries(weights).map(([name, shape], k): Parameter =>
    parameter(name, floats(shape, -0.6, 0.6, 50 + k)),
  );
  const graph = graphOf({
    inputs: [valueInfo("x", ["batch", 2, 12, 10])],
    outputs: [valueInfo("logits", ["batch", 3])],
    nodes: [
      node("Conv", ["x", "stem.w", "stem.b"], ["stem"], { pads: ints(2, 1, 2, 1) }),
      node("BatchNormalization", ["stem", "norm.scale", "norm.shift", "norm.mean", "norm.variance"], ["norm"], {
        epsilon: float(1e-3),
      }),
      node("Sigmoid", ["norm"], ["gate"]),
      node("Mul", ["norm", "gate"], ["swish"]),
      node("MaxPool", ["swish"], ["pooled"], { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
      node("Conv", ["pooled", "grouped.w"], ["grouped"], { group: int(3), pads: ints(1, 0, 1, 2) }),
      node("Conv", ["grouped", "depthwise.w"], ["depthwise"], {
        group: int(6),
        strides: ints(2, 1),
        pads: ints(1, 1, 1, 1),
      }),
      node("Tanh", ["depthwise"], ["bent"]),
      node("MaxPool", ["bent"], ["overlapping"], { kernel_shape: ints(2, 3), pads: ints(1, 1, 0, 1) }),
      node("Conv", ["overlapping", "dilated.w", "dilated.b"], ["dilated"], {
        dilations: ints(2, 1),
        pads: ints(2, 1, 2, 1),
      }),
      node("AveragePool", ["dilated"], ["averaged"], {
        kernel_shape: ints(3, 3),
        strides: ints(2, 2),
        pads: ints(1, 1, 1, 1),
      }),
      node("ConvTranspose", ["averaged", "up.w", "up.b"], ["up"], {
        strides: ints(2, 2),
        pads: ints(1, 1, 1, 1),
        output_padding: ints(1, 0),
      }),
      node("Conv", ["up", "point.w"], ["point"]),
      node("Tanh", ["point"], ["bounded"]),
      node("GlobalAveragePool", ["bounded"], ["pool"]),
      node("Flatten", ["pool"], ["flat"]),
      node("Gemm", ["flat", "fc.w", "fc.b"], ["logits"], { transB: int(1) }),
    ],
    parameters: [...trained, mean, variance],
  });
  return { graph, x: [3, 2, 12, 10], classes: 3 };
}

/** PyTorch's ResNet-8 on smaller images. */
async function resnet8(): Promise<Network> {
  const { graph } = await openResnet8();
  return { graph, x: [2, 1, 12, 12], classes: 10 };
}

function feedsOf({ graph, x, classes }: Network): Feeds {
  const [batch] = x as [number];
  const targets = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) targets[i * classes + ((2 * i + 1) % classes)] = 1;
  return {
    [graph.inputs[0]!.name]: floats(x, 0, 1, 77),
    [lossInputs.targets]: { dtype: "float32", shape: [batch, classes], data: targets },
    [lossInputs.weights]: { dtype: "float32", shape: [batch], data: new Float32Array(batch).fill(1 / batch) },
  };
}

async function run(engine: Engine, graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> {
  expect(engine.unsupported(graph)).toEqual([]);
  const executable = await engine.compile(graph);
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
}

/** The largest magnitude of a tensor. */
function sizeOf({ data }: Tensor): number {
  return Array.from<number | bigint>(data).reduce<number>((size, value) => Math.max(size, Math.abs(Number(value))), 0);
}

/** The largest error over all outputs, relative to each one's largest magnitude, or to 1e-3 of the largest of all. */
function largestError(actual: Feeds, expected: Feeds): number {
  const floor = 1e-3 * Math.max(...Object.values(expected).map(sizeOf));
  const errors = Object.entries(expected).map(([name, tensor]) => {
    const size = sizeOf(tensor);
    return (relativeError(actual[name]!, tensor) * size) / Math.max(size, floor);
  });
  return Math.max(...errors);
}

const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ["ONNX Runtime", createOnnxRuntimeEngine],
  ["TensorFlow.js on WebAssembly", () => createTensorFlowEngine("wasm")],
];

const networks: readonly (readonly [string, () => Network | Promise<Network>])[] = [
  ["convolutions and pooling of every kind", assorted],
  ["PyTorch’s ResNet-8", resnet8],
];

describe.each(networks)("derivatives of %s", (_, network) => {
  let gradient: Graph;
  let primal: Graph;
  let product: Graph;
  let feeds: Feeds;
  let vectors: Feeds;
  let exact: { gradient: Feeds; primal: Feeds; product: Feeds };

  beforeAll(async () => {
    const model = await network();
    const canonical = canonicalise(model.graph, { [model.graph.inputs[0]!.name]: model.x });
    const trained = model.graph.parameters.filter(({ role }) => role !== "mean" && role !== "variance");
    const names = trained.map(({ name }) => name);
    const loss = withLoss(canonical, { name: "crossEntropy" });
    gradient = gradientOf(loss, names).graph;
    ({ primal, product } = hessianProduct(loss, names));
    feeds = feedsOf(model);
    vectors = Object.fromEntries(
      trained.map(({ name, tensor }, k) => [`vector/${name}`, floats(tensor.shape, -1, 1, 200 + k)]),
    );
    const first = evaluateReference(primal, feeds);
    exact = {
      gradient: evaluateReference(gradient, feeds),
      primal: first,
      product: evaluateReference(product, { ...feeds, ...vectors, ...first }),
    };
  }, 100_000);

  describe.each(engines)("on %s", (__, create) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test("the gradient agrees with float64", async () => {
      expect(largestError(await run(engine, gradient, feeds), exact.gradient)).toBeLessThan(defaultTolerance);
    });

    test("products with the Hessian agree with float64, through both stages", async () => {
      const first = await run(engine, primal, feeds);
      const found = await run(engine, product, { ...feeds, ...vectors, ...first });
      expect(largestError(found, exact.product)).toBeLessThan(defaultTolerance);
    });
  });
});
