import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Executable } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { float, floatTensor, graphOf, int, ints, node, parameter, valueInfo } from "../../../server/graph/build";
import { toFloat32 } from "../../../server/graph/elements";
import type { Graph, GraphNode, Parameter } from "../../../server/graph/graph";
import { sizeOf } from "../../../server/graph/tensor";
import { randomDirections } from "../../../server/landscape/directions";
import { Plane } from "../../../server/landscape/plane";
import { Random } from "../../../server/landscape/random";
import { originValues } from "../../../server/landscape/values";
import type { Normalisation } from "../../../server/protocol/study";
import { measure, openResnet8 } from "../../support/oracle";
import type { Resnet8 } from "../../support/oracle";

/** A network with samples, labels and nothing else: what `measure` takes. */
type Labelled = Pick<Resnet8, "graph" | "x" | "labels">;

const epsilon = 1e-5;
const points = [
  [0, 0],
  [0.4, 0],
  [0, -0.3],
  [0.25, 0.2],
  [-0.6, 0.5],
] as const;

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxRuntimeEngine();
});
afterAll(() => engine.dispose());

/** Losses at the points of the plane of two random directions that belong to the network's own weights. */
async function surface(network: Labelled, normalise: Normalisation): Promise<readonly number[]> {
  const { parameters } = network.graph;
  const directions = randomDirections(parameters, { kind: "random", seed: 3, normalise, ignore: "bias,norm" });
  const plane = new Plane(originValues(parameters), directions);
  const executable: Executable = await engine.compile(network.graph);
  try {
    const losses: number[] = [];
    for (const [alpha, beta] of points) {
      await executable.setParameters(plane.at(alpha, beta));
      losses.push((await measure(executable, network as Resnet8)).loss);
    }
    return losses;
  } finally {
    await executable.dispose();
  }
}

function largestChange(before: readonly number[], after: readonly number[]): number {
  return Math.max(...before.map((loss, i) => Math.abs(after[i]! / loss - 1)));
}

/** Positive factors from 1/20 to 20, none of them a power of two, one for each output unit. */
function factors(count: number, seed: number): readonly number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => 20 ** (2 * random.nextUniform() - 1));
}

type Change = (value: number, index: number, shape: readonly number[]) => number;

/** The graph with other values for the named parameters, computed in float64 and rounded to float32. */
function changed(graph: Graph, changes: ReadonlyMap<string, Change>): Graph {
  const parameters = graph.parameters.map((each) => {
    const change = changes.get(each.name);
    if (!change) return each;
    const { shape } = each.tensor;
    const data = Float32Array.from(toFloat32(each.tensor), (value, i) => change(value, i, shape));
    return { ...each, tensor: floatTensor(shape, data) };
  });
  for (const name of changes.keys()) if (!parameters.some((each) => each.name === name)) throw new Error(name);
  return { ...graph, parameters };
}

/** Multiplies everything that belongs to output unit f (axis 0) by the f-th factor. */
function byOutput(of: readonly number[]): Change {
  return (value, i, shape) => value * of[Math.floor(i / sizeOf(shape.slice(1)))]!;
}

/** What batch normalisation sees after its convolution was rescaled: mean and, ε included, variance go along. */
function absorbed(graph: Graph, convolution: GraphNode, seed: number): readonly (readonly [string, Change])[] {
  const nameOf = (value: string): string => graph.parameters.find((each) => each.value === value)!.name;
  const follower = graph.nodes.find(
    ({ op, inputs }) => op === "BatchNormalization" && inputs[0] === convolution.outputs[0],
  )!;
  const kernel = graph.parameters.find(({ value }) => value === convolution.inputs[1])!;
  const scales = factors(kernel.tensor.shape[0]!, seed);
  return [
    [kernel.name, byOutput(scales)],
    [nameOf(follower.inputs[3]!), byOutput(scales)],
    [nameOf(follower.inputs[4]!), (value, i) => scales[i]! ** 2 * (value + epsilon) - epsilon],
  ];
}

describe("a network with ReLU", () => {
  const random = new Random(11);
  const normals = (shape: readonly number[], scale: number): Float32Array =>
    Float32Array.from({ length: sizeOf(shape) }, () => scale * random.nextNormal());
  const weight = (name: string, shape: readonly number[], role?: Parameter["role"]): Parameter =>
    parameter(name, floatTensor(shape, normals(shape, 1.4 / Math.sqrt(sizeOf(shape.slice(1))))), role);
  const network: Labelled = {
    graph: graphOf({
      inputs: [valueInfo("x", ["batch", 2, 6, 6])],
      outputs: [valueInfo("y", ["batch", 4])],
      nodes: [
        node("Conv", ["x", "conv1", "b1"], ["c1"], { pads: ints(1, 1, 1, 1) }),
        node("Relu", ["c1"], ["r1"]),
        node("Conv", ["r1", "conv2", "b2"], ["c2"]),
        node("Relu", ["c2"], ["r2"]),
        node("Mul", ["r2", "gain"], ["m2"]),
        node("GlobalAveragePool", ["m2"], ["p"]),
        node("Flatten", ["p"], ["f"]),
        node("Gemm", ["f", "head", "b3"], ["y"], { transB: int(1), alpha: float(3) }),
      ],
      parameters: [
        weight("conv1", [6, 2, 3, 3]),
        weight("b1", [6], "bias"),
        weight("conv2", [8, 6, 3, 3]),
        weight("b2", [8], "bias"),
        parameter("gain", floatTensor([8, 1, 1], new Float32Array(8).fill(1)), "scale"),
        weight("head", [4, 8]),
        weight("b3", [4], "bias"),
      ],
    }),
    x: floatTensor([60, 2, 6, 6], normals([60, 2, 6, 6], 1)),
    labels: Int32Array.from({ length: 60 }, (_, i) => i % 4),
  };

  /** Layer 1 times 7, undone in layer 2; every filter of layer 2 by a factor of its own, undone in the gain behind it. */
  const scales = factors(8, 5);
  const rescaled = changed(
    network.graph,
    new Map<string, Change>([
      ["conv1", (value) => 7 * value],
      ["b1", (value) => 7 * value],
      ["conv2", (value, i, shape) => byOutput(scales)(value, i, shape) / 7],
      ["b2", byOutput(scales)],
      ["gain", (value, i) => value / scales[i]!],
    ]),
  );

  test("is the same network when its filters are rescaled and that is undone behind them", async () => {
    const [before, after] = [await surface(network, "none"), await surface({ ...network, graph: rescaled }, "none")];
    expect(Math.abs(after[0]! / before[0]! - 1)).toBeLessThan(1e-6);
  });

  test("keeps its filter-normalised surface", async () => {
    const [before, after] = [
      await surface(network, "filter"),
      await surface({ ...network, graph: rescaled }, "filter"),
    ];
    expect(largestChange(before, after)).toBeLessThan(1e-6);
    // The surface is none that hardly changes anyway.
    expect(largestChange(before.slice(0, 1), [Math.max(...before)])).toBeGreaterThan(0.05);
  });

  test.each(["none", "layer", "dfilter", "dlayer"] as const)("does not keep its surface with %s", async (normalise) => {
    const after = await surface({ ...network, graph: rescaled }, normalise);
    expect(largestChange(await surface(network, normalise), after)).toBeGreaterThan(0.05);
  });
});

describe("a ResNet with batch normalisation", () => {
  let network: Labelled;
  let rescaled: Graph;
  beforeAll(async () => {
    const { graph, x, labels } = await openResnet8();
    const size = sizeOf(x.shape.slice(1));
    const few = {
      dtype: x.dtype,
      shape: [100, ...x.shape.slice(1)],
      data: (x.data as Float32Array).subarray(0, 100 * size),
    };
    network = { graph, x: few, labels: labels.subarray(0, 100) };
    const convolutions = graph.nodes.filter(({ op }) => op === "Conv");
    expect(convolutions).toHaveLength(9);
    rescaled = changed(graph, new Map(convolutions.flatMap((each, k) => absorbed(graph, each, k))));
  });

  test("keeps its filter-normalised surface when every filter of every convolution is rescaled", async () => {
    const [before, after] = [
      await surface(network, "filter"),
      await surface({ ...network, graph: rescaled }, "filter"),
    ];
    expect(largestChange(before, after)).toBeLessThan(1e-5);
    expect(Math.max(...before)).toBeGreaterThan(2 * before[0]!);
  });

  test.each(["none", "layer", "dfilter", "dlayer"] as const)("does not keep its surface with %s", async (normalise) => {
    const [before, after] = [
      await surface(network, normalise),
      await surface({ ...network, graph: rescaled }, normalise),
    ];
    expect(Math.abs(after[0]! / before[0]! - 1)).toBeLessThan(1e-6);
    expect(largestChange(before, after)).toBeGreaterThan(0.05);
  });
});
