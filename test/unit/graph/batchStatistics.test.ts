import { describe, expect, test } from "vitest";
import { withBatchStatistics } from "../../../server/graph/batchStatistics";
import { float, floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { inOrder } from "../../../server/graph/topology";
import type { Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import { evaluateReference } from "../../support/reference";

const channels = 3;
const scale = [1, -2, 0.5];
const shift = [0.25, 0, -1];
const epsilon = 1e-3;

function vector(name: string, values: readonly number[], role: "scale" | "shift" | "mean" | "variance") {
  return parameter(name, floatTensor([channels], values), role);
}

const parameters = [
  vector("s", scale, "scale"),
  vector("b", shift, "shift"),
  vector("m", [9, 9, 9], "mean"),
  vector("v", [7, 7, 7], "variance"),
];

/** One batch normalisation between Neg and Neg. */
function normalising(opset: number, rank: number, over: Partial<Graph> = {}): Graph {
  const shape = ["batch", channels, ...new Array<null>(rank - 2).fill(null)];
  const graph = graphOf({
    inputs: [valueInfo("x", shape)],
    outputs: [valueInfo("y", shape)],
    nodes: [
      node("Neg", ["x"], ["before"]),
      node("BatchNormalization", ["before", "s", "b", "m", "v"], ["after"], { epsilon: float(epsilon) }),
      node("Neg", ["after"], ["y"]),
    ],
    parameters,
    opset,
  });
  return { ...graph, ...over };
}

function float64(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: "float64", shape, data: Float64Array.from(values) };
}

function samples(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return floatTensor(
    shape,
    Array.from({ length: size }, (_, i) => 3 * Math.sin(1.7 * i) + (i % 5)),
  );
}

/** Mean and biased variance of every channel of −x, and the normalised result, by the definition. */
function byDefinition({ shape, data }: Tensor): { mean: number[]; variance: number[]; y: Tensor } {
  const positions = shape.slice(2).reduce((product, extent) => product * extent, 1);
  const channelOf = (i: number): number => Math.floor(i / positions) % channels;
  const all = Array.from(data as Float32Array, (value) => -value);
  const of = (c: number): number[] => all.filter((_, i) => channelOf(i) === c);
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = scale.map((_, c) => average(of(c)));
  const variance = scale.map((_, c) => average(of(c).map((value) => (value - mean[c]!) ** 2)));
  const y = all.map((value, i) => {
    const c = channelOf(i);
    return -(((value - mean[c]!) / Math.sqrt(variance[c]! + Math.fround(epsilon))) * scale[c]! + shift[c]!);
  });
  return { mean, variance, y: { dtype: "float64", shape, data: Float64Array.from(y) } };
}

describe("normalises with the batch's own statistics and hands them out", () => {
  const shapes = [
    [4, channels],
    [4, channels, 5],
    [2, channels, 3, 2],
    [2, channels, 2, 3, 2],
    [1, channels, 4],
  ];
  test.each(shapes.flatMap((shape) => [13, 18, 20].map((opset) => [shape, opset] as const)))(
    "%j, operator set %i",
    (shape, opset) => {
      const x = samples(shape);
      const { graph, layers } = withBatchStatistics(normalising(opset, shape.length));
      const [layer] = layers;
      expect(layers).toHaveLength(1);
      expect(layer).toMatchObject({ mean: "m", variance: "v" });
      expect(graph.outputs.slice(1).map(({ name, dtype }) => [name, dtype])).toEqual([
        [layer!.outputs.mean, "float32"],
        [layer!.outputs.variance, "float32"],
        [layer!.outputs.shape, "int64"],
      ]);
      const found = evaluateReference(graph, { x });
      const expected = byDefinition(x);
      expect(relativeError(found["y"]!, expected.y)).toBeLessThan(1e-12);
      const statistic = (values: readonly number[]): Tensor => float64([1, channels, 1], values);
      expect(relativeError(found[layer!.outputs.mean]!, statistic(expected.mean))).toBeLessThan(1e-12);
      expect(relativeError(found[layer!.outputs.variance]!, statistic(expected.variance))).toBeLessThan(1e-12);
      const positions = shape.slice(2).reduce((product, extent) => product * extent, 1);
      expect(Array.from(found[layer!.outputs.shape]!.data, Number)).toEqual([shape[0], channels, positions]);
    },
  );

  test("in every layer, each of what the one before it makes of the batch", () => {
    const two = normalising(20, 2, {
      nodes: [
        node("BatchNormalization", ["x", "s", "b", "m", "v"], ["h"], { epsilon: float(epsilon) }),
        node("BatchNormalization", ["h", "s", "b", "m2", "v2"], ["y"], { epsilon: float(epsilon) }),
      ],
      parameters: [...parameters, vector("m2", [0, 0, 0], "mean"), vector("v2", [1, 1, 1], "variance")],
    });
    const { graph, layers } = withBatchStatistics(two);
    expect(layers.map(({ mean, variance }) => [mean, variance])).toEqual([
      ["m", "v"],
      ["m2", "v2"],
    ]);
    const found = evaluateReference(graph, { x: samples([5, channels]) });
    // What leaves the first layer has its shift as mean and its scale as deviation, but for ε.
    const second = Array.from(found[layers[1]!.outputs.mean]!.data, Number);
    second.forEach((value, c) => {
      expect(value).toBeCloseTo(shift[c]!, 12);
    });
  });

  test("in double precision where the statistics are", () => {
    const wide = (values: readonly number[]): Tensor => float64([channels], values);
    const graph = normalising(20, 2, {
      inputs: [valueInfo("x", ["batch", channels], "float64")],
      parameters: parameters.map((each) => ({ ...each, tensor: wide(Array.from(each.tensor.data, Number)) })),
    });
    const { graph: training, layers } = withBatchStatistics(graph);
    const added = [...training.constants.values()].filter(({ dtype }) => dtype !== "int64");
    expect(added.map(({ dtype }) => dtype)).toEqual(["float64"]);
    expect(training.outputs.find(({ name }) => name === layers[0]!.outputs.mean)?.dtype).toBe("float64");
  });

  test("with 1e-5 where the layer says no ε", () => {
    const graph = normalising(20, 2, {
      nodes: [node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])],
    });
    const constants = [...withBatchStatistics(graph).graph.constants.values()];
    expect(constants.find(({ shape }) => shape.length === 0)?.data[0]).toBe(Math.fround(1e-5));
  });
});

describe("leaves alone", () => {
  test("layers whose statistics are no parameters", () => {
    const fixed = normalising(20, 2, {
      parameters: parameters.slice(0, 2),
      constants: new Map(parameters.slice(2).map(({ value, tensor }) => [value, tensor])),
    });
    const { graph, layers } = withBatchStatistics(fixed);
    expect(layers).toEqual([]);
    expect(graph).toBe(fixed);
  });

  test("operators of the same name in another domain", () => {
    const foreign = normalising(20, 2);
    const nodes = foreign.nodes.map((each) => (each.op === "Neg" ? each : { ...each, domain: "my.domain" }));
    expect(withBatchStatistics({ ...foreign, nodes }).layers).toEqual([]);
  });

  test("the given graph", () => {
    const graph = normalising(20, 4);
    const before = structuredClone(graph.nodes);
    withBatchStatistics(graph);
    expect(graph.nodes).toEqual(before);
    expect(graph.constants.size).toBe(0);
  });
});

test("names never collide, whatever the graph calls its values", () => {
  const plain = withBatchStatistics(normalising(20, 2)).graph;
  const taken = [...plain.nodes.flatMap(({ outputs }) => outputs), ...plain.constants.keys()].filter(
    (name) => !["before", "after", "y"].includes(name),
  );
  const base = normalising(20, 2);
  const crowded: Graph = {
    ...base,
    nodes: [...taken.map((name) => node("Identity", ["x"], [name])), ...base.nodes],
  };
  const { graph } = withBatchStatistics(crowded);
  // Throws where a value is defined twice or never.
  expect(inOrder(graph).nodes).toHaveLength(plain.nodes.length + taken.length);
  const x = samples([4, channels]);
  expect(relativeError(evaluateReference(graph, { x })["y"]!, byDefinition(x).y)).toBeLessThan(1e-12);
});
