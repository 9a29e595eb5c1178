import { describe, expect, test } from "vitest";
import {
  floats,
  floatTensor,
  graphOf,
  int,
  ints,
  intTensor,
  node,
  string,
  tensor,
  valueInfo,
} from "../../../server/graph/build";
import type { Attribute, Graph, GraphNode, Parameter } from "../../../server/graph/graph";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";
import { reread } from "../../support/onnxFiles";

/** Values that are neither a mask nor trivial. */
const weights = (...shape: number[]): Tensor =>
  floatTensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => 0.5 + i),
  );

function model(nodes: readonly GraphNode[], constants: Record<string, Tensor>, outputs = ["y"]): Graph {
  return graphOf({
    inputs: [valueInfo("x", ["batch", 4])],
    outputs: outputs.map((name) => valueInfo(name, [])),
    // Samples reach the operators through one that is no preprocessing.
    nodes: [node("Relu", ["x"], ["h"]), ...nodes],
    constants,
  });
}

/** Role and filter axes of every parameter that is found, by name. */
function found(graph: Graph): Record<string, [Parameter["role"], readonly number[]]> {
  const read = reread(graph);
  expect(reread(read)).toEqual(read);
  return Object.fromEntries(read.parameters.map(({ name, role, filterAxes }) => [name, [role, filterAxes]]));
}

/** An operator whose input `position` is a tensor of `shape`; other inputs are samples. */
function consumer(op: string, position: number, shape: number[], attributes: Record<string, Attribute>, domain = "") {
  const inputs = Array.from({ length: position + 1 }, (_, i) => (i === position ? "w" : i === 0 ? "h" : `h${i}`));
  if (position === 0) inputs.push("h");
  const filled = inputs.filter((name) => /^h\d/.test(name)).map((name) => node("Relu", ["h"], [name]));
  return model([...filled, node(op, inputs, ["y"], attributes, domain)], { w: weights(...shape) });
}

describe("role and filter axes by the operator that takes the weight", () => {
  type Row = [string, number, number[], Record<string, Attribute>, Parameter["role"], number[]];
  test.each<Row>([
    ["Conv", 1, [4, 2, 3, 3], {}, "kernel", [0]],
    ["Conv", 1, [4, 1, 3, 3], { group: int(4) }, "kernel", [0]],
    ["Conv", 1, [4, 2, 3], {}, "kernel", [0]],
    ["Conv", 2, [4], {}, "bias", [0]],
    ["ConvTranspose", 1, [2, 4, 3, 3], {}, "kernel", [1]],
    ["ConvTranspose", 1, [4, 2, 3, 3], { group: int(2) }, "kernel", [0, 1]],
    ["ConvTranspose", 2, [4], {}, "bias", [0]],
    ["Gemm", 1, [3, 4], { transB: int(1) }, "kernel", [0]],
    ["Gemm", 1, [4, 3], {}, "kernel", [1]],
    ["Gemm", 0, [4, 3], {}, "kernel", [0]],
    ["Gemm", 0, [3, 4], { transA: int(1) }, "kernel", [1]],
    ["Gemm", 2, [3], {}, "bias", [0]],
    ["MatMul", 1, [4, 3], {}, "kernel", [1]],
    ["MatMul", 1, [2, 4, 3], {}, "kernel", [0, 2]],
    ["MatMul", 1, [4], {}, "kernel", []],
    ["MatMul", 0, [3, 4], {}, "kernel", [0]],
    ["MatMul", 0, [2, 3, 4], {}, "kernel", [0, 1]],
    ["BatchNormalization", 1, [4], {}, "scale", [0]],
    ["BatchNormalization", 2, [4], {}, "shift", [0]],
    ["BatchNormalization", 3, [4], {}, "mean", [0]],
    ["BatchNormalization", 4, [4], {}, "variance", [0]],
    ["InstanceNormalization", 1, [4], {}, "scale", [0]],
    ["InstanceNormalization", 2, [4], {}, "shift", [0]],
    ["LayerNormalization", 1, [2, 4], {}, "scale", [0, 1]],
    ["LayerNormalization", 2, [4], {}, "shift", [0]],
    ["GroupNormalization", 1, [4], {}, "scale", [0]],
    ["GroupNormalization", 2, [4], {}, "shift", [0]],
    ["RMSNormalization", 1, [4], {}, "scale", [0]],
    ["Gather", 0, [7, 4], {}, "embedding", [0]],
    ["Gather", 0, [4, 7], { axis: int(-1) }, "embedding", [1]],
    ["LSTM", 1, [2, 16, 5], {}, "kernel", [0, 1]],
    ["LSTM", 2, [2, 16, 4], {}, "kernel", [0, 1]],
    ["LSTM", 3, [2, 32], {}, "bias", [0, 1]],
    ["GRU", 1, [1, 12, 5], {}, "kernel", [0, 1]],
    ["RNN", 2, [1, 4, 4], {}, "kernel", [0, 1]],
    ["PRelu", 1, [4, 1, 1], {}, "scale", [0, 1, 2]],
    ["Add", 1, [4], {}, "bias", [0]],
    ["Sub", 1, [4, 1, 1], {}, "bias", [0, 1, 2]],
    ["Mul", 1, [4], {}, "scale", [0]],
    ["Div", 1, [4], {}, "scale", [0]],
    ["Add", 1, [1, 5, 8], {}, "embedding", [1]],
    ["Einsum", 1, [6, 2, 3], { equation: string("btd,dhk->bthk") }, "kernel", [1, 2]],
    ["Einsum", 1, [2, 3, 6], { equation: string("bthk, hkd -> btd") }, "kernel", [2]],
  ])("%s input %i of shape %j %j is a %s", (op, position, shape, attributes, role, axes) => {
    expect(found(consumer(op, position, shape, attributes))).toEqual({ w: [role, axes] });
  });

  test.each<[string, string, number, number[], Parameter["role"], number[]]>([
    ["my.domain", "Own", 1, [3, 4], "kernel", [0]],
    ["my.domain", "Own", 1, [4], "bias", [0]],
    ["my.domain", "Conv", 1, [3, 4], "kernel", [0]],
    ["com.microsoft", "FusedConv", 1, [4, 2, 3, 3], "kernel", [0]],
    ["com.microsoft", "Attention", 1, [4, 12], "kernel", [1]],
    ["com.microsoft", "SkipLayerNormalization", 2, [4], "scale", [0]],
    ["", "GatherElements", 0, [7, 4], "kernel", [0]],
  ])("%s %s input %i of shape %j is a %s", (domain, op, position, shape, role, axes) => {
    expect(found(consumer(op, position, shape, {}, domain))).toEqual({ w: [role, axes] });
  });

  test.each<[string, number, number[]]>([
    ["Resize", 2, [4]],
    ["Clip", 1, []],
    ["Pow", 1, [4]],
    ["Where", 2, [4, 4]],
    ["QLinearConv", 1, [4]],
    ["DequantizeLinear", 1, [4]],
    ["MatMulInteger", 3, [4]],
    ["LSTM", 5, [1, 1, 4]],
    ["Div", 0, [4]],
    ["Mul", 1, []],
    ["Add", 1, [1]],
    ["Own", 1, [1]],
  ])("%s input %i of shape %j is a setting", (op, position, shape) => {
    const graph = consumer(op, position, shape, {});
    expect(found(graph)).toEqual({});
    expect(reread(graph).constants.has("w")).toBe(true);
  });

  test("integers are never parameters", () => {
    const ids: Tensor = { dtype: "int32", shape: [4, 3], data: Int32Array.from({ length: 12 }, (_, i) => i) };
    expect(found(model([node("MatMul", ["h", "w"], ["y"])], { w: ids }))).toEqual({});
  });
});

describe("operands of arithmetic", () => {
  test("one number added behind a matrix product is a bias", () => {
    const graph = model([node("MatMul", ["h", "w"], ["m"]), node("Add", ["m", "b"], ["y"])], {
      w: weights(4, 1),
      b: weights(1),
    });
    expect(found(graph)).toEqual({ w: ["kernel", [1]], b: ["bias", [0]] });
  });

  test("masks stay as they are", () => {
    const masks: [string, Tensor][] = [
      ["Add", floatTensor([2, 2], [0, -Infinity, 0, 0])],
      ["Add", floatTensor([2, 2], [0, -1e9, 0, 0])],
      ["Mul", floatTensor([4], [0, 1, 1, 0])],
    ];
    for (const [op, mask] of masks) expect(found(model([node(op, ["h", "w"], ["y"])], { w: mask }))).toEqual({});
  });

  test("zeros, ones and lost values are no masks", () => {
    const kept: [string, Tensor][] = [
      ["Add", floatTensor([2], [0, 0])],
      ["Mul", floatTensor([2], [1, 1])],
      ["Add", floatTensor([2], [0, NaN])],
    ];
    for (const [op, values] of kept)
      expect(found(model([node(op, ["h", "w"], ["y"])], { w: values }))).toHaveProperty("w");
  });

  test("centring and scaling of the samples is preprocessing", () => {
    const graph = graphOf({
      inputs: [valueInfo("x", ["batch", 3, 8, 8])],
      outputs: [valueInfo("y", [])],
      nodes: [
        node("Sub", ["x", "mean"], ["a"]),
        node("Div", ["a", "std"], ["b"]),
        node("Conv", ["b", "w"], ["c"]),
        node("Add", ["c", "bias"], ["y"]),
      ],
      constants: {
        mean: weights(1, 3, 1, 1),
        std: weights(1, 3, 1, 1),
        w: weights(4, 3, 1, 1),
        bias: weights(1, 4, 1, 1),
      },
    });
    expect(found(graph)).toEqual({ w: ["kernel", [0]], bias: ["bias", [0, 1, 2, 3]] });
  });
});

describe("weights on their way", () => {
  const through = (nodes: readonly GraphNode[], stored: number[], constants: Record<string, Tensor> = {}) =>
    found(model([...nodes, node("MatMul", ["h", "v"], ["y"])], { w: weights(...stored), ...constants }));

  test.each<[string, GraphNode[], number[], number[], Record<string, Tensor>]>([
    ["Identity", [node("Identity", ["w"], ["v"])], [4, 3], [1], {}],
    ["Transpose", [node("Transpose", ["w"], ["v"])], [3, 4], [0], {}],
    ["Transpose by perm", [node("Transpose", ["w"], ["v"], { perm: ints(2, 0, 1) })], [4, 3, 2], [1, 2], {}],
    ["Cast", [node("Cast", ["w"], ["v"], { to: int(1) })], [4, 3], [1], {}],
    ["Unsqueeze", [node("Unsqueeze", ["w", "axes"], ["v"])], [4, 3], [1], { axes: intTensor([1], [0]) }],
    ["Unsqueeze by attribute", [node("Unsqueeze", ["w"], ["v"], { axes: ints(-3) })], [4, 3], [1], {}],
    ["Squeeze", [node("Squeeze", ["w", "axes"], ["v"])], [4, 1, 3], [2], { axes: intTensor([1], [1]) }],
    ["Squeeze of all", [node("Squeeze", ["w"], ["v"])], [1, 4, 3], [2], {}],
    ["Flatten", [node("Flatten", ["w"], ["v"])], [4, 3, 2], [1, 2], {}],
    ["Reshape that merges", [node("Reshape", ["w", "s"], ["v"])], [2, 2, 3], [2], { s: intTensor([2], [4, 3]) }],
    ["Reshape with 0 and -1", [node("Reshape", ["w", "s"], ["v"])], [4, 3, 2], [1, 2], { s: intTensor([2], [0, -1]) }],
    ["Reshape that splits", [node("Reshape", ["w", "s"], ["v"])], [8, 3], [0, 1], { s: intTensor([3], [2, 4, 3]) }],
    ["a Reshape that cannot be told", [node("Reshape", ["w", "s"], ["v"])], [4, 3], [0], { s: intTensor([2], [6, 2]) }],
    [
      "Slice",
      [node("Slice", ["w", "from", "to"], ["v"])],
      [8, 3],
      [1],
      { from: intTensor([1], [0]), to: intTensor([1], [4]) },
    ],
    ["Split", [node("Split", ["w"], ["v", "rest"], { axis: int(0) })], [8, 3], [1], {}],
    ["Gather of a part", [node("Gather", ["w", "i"], ["v"])], [3, 4, 2], [2], { i: intTensor([], [1]) }],
    ["scaling by a number", [node("Mul", ["w", "s"], ["v"])], [4, 3], [1], { s: floatTensor([], [0.1]) }],
    [
      "fake quantisation",
      [node("QuantizeLinear", ["w", "s"], ["q"]), node("DequantizeLinear", ["q", "s"], ["v"])],
      [4, 3],
      [1],
      { s: floatTensor([], [0.1]) },
    ],
  ])("%s", (_, nodes, stored, axes, constants) => {
    expect(through(nodes, stored, constants)).toEqual({ w: ["kernel", axes] });
  });

  test("Reshape by a shape in a Constant node", () => {
    const shape = node("Constant", [], ["s"], { value: tensor(intTensor([2], [4, 6])) });
    expect(through([shape, node("Reshape", ["w", "s"], ["v"])], [4, 3, 2])).toEqual({ w: ["kernel", [1, 2]] });
  });

  test("weights joined from parts, and parts of weight normalisation", () => {
    const joined = through([node("Concat", ["w", "u"], ["v"], { axis: int(1) })], [4, 3], { u: weights(4, 2) });
    expect(joined).toEqual({ w: ["kernel", [1]], u: ["kernel", [1]] });
    const normal = found(
      model(
        [
          node("ReduceL2", ["w"], ["n"], { axes: ints(1), keepdims: int(1) }),
          node("Div", ["w", "n"], ["d"]),
          node("Mul", ["g", "d"], ["v"]),
          node("Conv", ["h", "v"], ["y"]),
        ],
        { w: weights(4, 3), g: weights(4, 1) },
      ),
    );
    expect(normal).toEqual({ w: ["kernel", [0]], g: ["kernel", [0]] });
  });

  test("a low-rank update is two kernels", () => {
    const graph = model(
      [node("MatMul", ["a", "b"], ["d"]), node("Add", ["w", "d"], ["v"]), node("MatMul", ["h", "v"], ["y"])],
      { w: weights(4, 3), a: weights(4, 2), b: weights(2, 3) },
    );
    expect(found(graph)).toEqual({ w: ["kernel", [1]], a: ["kernel", [0]], b: ["kernel", [1]] });
  });

  test("the samples stop the way: a class token is no bias of what follows", () => {
    const graph = model([node("Concat", ["t", "h"], ["c"], { axis: int(1) }), node("Add", ["c", "b"], ["y"])], {
      t: weights(1, 1, 4),
      b: weights(4),
    });
    expect(found(graph)).toEqual({ t: ["kernel", [0]], b: ["bias", [0]] });
  });
});

describe("weights used twice", () => {
  test("are one parameter, of the role that an operator made for weights gives it", () => {
    const graph = model(
      [
        node("Mul", ["h", "w"], ["a"]),
        node("Transpose", ["w"], ["v"]),
        node("MatMul", ["a", "v"], ["b"]),
        node("Own", ["b", "w"], ["y"], {}, "my.domain"),
      ],
      { w: weights(3, 4) },
    );
    expect(found(graph)).toEqual({ w: ["kernel", [0]] });
  });

  test("equal tensors that an exporter merged through Identity are parameters of their own", () => {
    const graph = model(
      [
        node("Identity", ["first.bias"], ["second.bias"]),
        node("Identity", ["second.bias"], ["third.bias"]),
        node("Gemm", ["h", "w", "first.bias"], ["a"]),
        node("Gemm", ["a", "w", "second.bias"], ["b"]),
        node("Gemm", ["b", "w", "third.bias"], ["y"]),
      ],
      { w: weights(4, 4), "first.bias": weights(4) },
    );
    const read = reread(graph);
    expect(read.parameters.map(({ name }) => name)).toEqual(["w", "first.bias", "second.bias", "third.bias"]);
    expect(read.parameters[3]!.tensor).toEqual(weights(4));
    expect(read.nodes.some(({ op }) => op === "Identity")).toBe(false);
    expect(found(graph)["third.bias"]).toEqual(["bias", [0]]);
  });

  test("an Identity that only gives another name makes no copy", () => {
    const graph = model([node("Identity", ["w"], ["v"]), node("MatMul", ["h", "v"], ["y"])], { w: weights(4, 3) });
    expect(found(graph)).toEqual({ w: ["kernel", [1]] });
    expect(reread(graph).nodes.map(({ op }) => op)).toEqual(["Relu", "Identity", "MatMul"]);
  });

  test("a tensor that the model gives out is no parameter", () => {
    const graph = model([node("MatMul", ["h", "w"], ["y"])], { w: weights(4, 3) }, ["y", "w"]);
    expect(found(graph)).toEqual({});
  });
});

describe("Constant nodes", () => {
  const constant = (name: string, value: Tensor): GraphNode => node("Constant", [], [name], { value: tensor(value) });

  test("in the place of weights are parameters, named by their value", () => {
    const graph = model(
      [
        constant("w", weights(4, 2, 1, 1)),
        constant("b", weights(4)),
        node("Conv", ["h", "w", "b"], ["c"]),
        node("Constant", [], ["s"], { value_floats: floats(0.5, 2, 3, 4) }),
        node("InstanceNormalization", ["c", "s", "b"], ["y"]),
      ],
      {},
    );
    expect(found(graph)).toEqual({ w: ["kernel", [0]], b: ["bias", [0]], s: ["scale", [0]] });
    expect(reread(graph).nodes.some(({ op }) => op === "Constant")).toBe(false);
    expect(reread(graph).parameters[2]!.tensor).toEqual(floatTensor([4], [0.5, 2, 3, 4]));
  });

  test("in arithmetic, in unknown operators and as fillings stay", () => {
    const graph = model(
      [
        constant("c", weights(4)),
        constant("ones", floatTensor([4], [1, 1, 1, 1])),
        constant("zeros", floatTensor([4], [0, 0, 0, 0])),
        constant("zero", floatTensor([], [0])),
        node("Mul", ["h", "c"], ["a"]),
        node("Own", ["a", "c"], ["b"], {}, "my.domain"),
        node("InstanceNormalization", ["b", "ones", "zeros"], ["d"]),
        node("Expand", ["zero", "n"], ["e"]),
        node("Conv", ["d", "w", "e"], ["y"]),
      ],
      { w: weights(4, 4, 1), n: intTensor([1], [4]) },
    );
    expect(found(graph)).toEqual({ w: ["kernel", [0]] });
    expect(reread(graph).nodes).toHaveLength(graph.nodes.length);
  });
});
