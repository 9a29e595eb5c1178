import { expect, test, describe } from "vitest";
import {
  float,
  floatTensor,
  graphOf,
  int,
  intTensor,
  ints,
  node,
  parameter,
  valueInfo,
} from "../../../../server/graph/build";
import { canonicalise, type Canonical } from "../../../../server/graph/canonical/canonical";
import { codeOf } from "../../../../server/graph/elements";
import type { Attribute, GraphNode } from "../../../../server/graph/graph";
import type { Tensor } from "../../../../server/graph/tensor";

/** The constant that `y` becomes, as the copy of it that is the graph's only node; undefined when nodes are left. */
function folded(canonical: Canonical): Tensor | undefined {
  const [copy, ...others] = canonical.graph.nodes;
  if (copy?.op !== "Reshape" || others.length > 0) return undefined;
  return canonical.graph.constants.get(copy.inputs[0]!);
}

const constants = (nodes: readonly GraphNode[], given: Readonly<Record<string, Tensor>>, opset = 20): Canonical =>
  canonicalise(graphOf({ inputs: [], outputs: [valueInfo("y", [], "int64")], nodes, constants: given, opset }), {});

const apply = (op: string, inputs: readonly Tensor[], attributes: Readonly<Record<string, Attribute>> = {}) =>
  folded(
    constants(
      [
        node(
          op,
          inputs.map((_, k) => `i${k}`),
          ["y"],
          attributes,
        ),
      ],
      Object.fromEntries(inputs.map((tensor, k) => [`i${k}`, tensor])),
    ),
  );

const int32 = (...values: number[]): Tensor => ({
  dtype: "int32",
  shape: [values.length],
  data: Int32Array.from(values),
});

describe("whole numbers", () => {
  test("are exact beyond 2^53", () => {
    const large = 2n ** 60n + 1n;
    expect(apply("Add", [intTensor([1], [large]), intTensor([1], [2])])?.data).toEqual(BigInt64Array.of(large + 2n));
    expect(apply("Equal", [intTensor([1], [large]), intTensor([1], [large - 1n])])?.data).toEqual(Uint8Array.of(0));
  });

  test("wrap around as two's complement does", () => {
    expect(apply("Mul", [int32(2 ** 30, -(2 ** 31)), int32(4, -1)])?.data).toEqual(Int32Array.of(0, -(2 ** 31)));
    expect(apply("Add", [intTensor([], [2n ** 63n - 1n]), intTensor([], [1])])?.data).toEqual(
      BigInt64Array.of(-(2n ** 63n)),
    );
  });

  test("are divided towards 0, and stay as they are where the divisor is 0", () => {
    expect(apply("Div", [intTensor([2], [-7, 7]), intTensor([], [2])])?.data).toEqual(BigInt64Array.of(-3n, 3n));
    expect(apply("Div", [intTensor([1], [7]), intTensor([], [0])])).toBeUndefined();
  });

  test("come from reals without their fraction, but not from NaN", () => {
    const to = { to: int(codeOf("int64")) };
    expect(apply("Cast", [floatTensor([3], [-2.75, 3.9, 0])], to)?.data).toEqual(BigInt64Array.of(-2n, 3n, 0n));
    expect(apply("Cast", [floatTensor([1], [NaN])], to)).toBeUndefined();
  });
});

test("reals are rounded to their own type after every operator", () => {
  const third = apply("Div", [floatTensor([1], [1]), floatTensor([1], [3])]);
  expect(third).toEqual(floatTensor([1], [Math.fround(1 / 3)]));
});

test("16-bit floats are moved but never computed with", () => {
  const half: Tensor = { dtype: "float16", shape: [2, 1], data: Uint16Array.of(0x3c00, 0x4000) };
  expect(apply("Transpose", [half], { perm: ints(1, 0) })).toEqual({ ...half, shape: [1, 2] });
  expect(apply("Add", [half, half])).toBeUndefined();
});

test("ranges count as ONNX says, upwards and downwards", () => {
  const range = (...bounds: number[]) =>
    apply(
      "Range",
      bounds.map((bound) => intTensor([], [bound])),
    )?.data;
  expect(range(2, 11, 3)).toEqual(BigInt64Array.of(2n, 5n, 8n));
  expect(range(5, -1, -2)).toEqual(BigInt64Array.of(5n, 3n, 1n));
  expect(range(3, 3, 1)).toEqual(BigInt64Array.of());
});

test("joining, cutting and turning move the right elements", () => {
  const x = intTensor([2, 3], [1, 2, 3, 4, 5, 6]);
  const data = (tensor?: Tensor) => tensor && Array.from(tensor.data, Number);
  expect(data(apply("Concat", [x, x], { axis: int(1) }))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  expect(data(apply("Transpose", [x]))).toEqual([1, 4, 2, 5, 3, 6]);
  const bounds = [[-1], [-9], [1], [-2]].map((list) => intTensor([1], list));
  expect(data(apply("Slice", [x, ...bounds]))).toEqual([3, 1, 6, 4]);
  expect(data(apply("Gather", [x, intTensor([2], [-1, 0])], { axis: int(1) }))).toEqual([3, 1, 6, 4]);
  const around = [intTensor([4], [0, 1, 1, 0]), intTensor([], [9])];
  expect(data(apply("Pad", [x, ...around]))).toEqual([9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9]);
  expect(data(apply("ReduceProd", [x, intTensor([1], [0])]))).toEqual([4, 10, 18]);
  expect(data(apply("ReduceSum", [x]))).toEqual([21]);
  expect(data(apply("Tile", [x, intTensor([2], [1, 2])]))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
});

test("a small constant that is spread over a large shape stays a node", () => {
  const canonical = constants([node("Expand", ["one", "shape"], ["y"])], {
    one: intTensor([], [1]),
    shape: intTensor([2], [1000, 1000]),
  });
  expect(canonical.graph.nodes.map(({ op }) => op)).toEqual(["Expand"]);
  expect(canonical.types.get("y")).toEqual({ dtype: "int64", shape: [1000, 1000] });
});

test("the shape of an input folds through the arithmetic that exporters write", () => {
  const graph = graphOf({
    inputs: [valueInfo("x", ["batch", 3, 4])],
    outputs: [valueInfo("y", [])],
    nodes: [
      node("Shape", ["x"], ["shape"]),
      node("Gather", ["shape", "first"], ["batch"], { axis: int(0) }),
      node("Cast", ["batch"], ["real"], { to: int(1) }),
      node("Mul", ["real", "half"], ["scaled"]),
      node("Floor", ["scaled"], ["floored"]),
      node("Cast", ["floored"], ["whole"], { to: int(7) }),
      node("Unsqueeze", ["whole", "axes"], ["column"]),
      node("Concat", ["column", "rest"], ["target"], { axis: int(0) }),
      node("Reshape", ["x", "target"], ["y"]),
    ],
    constants: {
      first: intTensor([], [0]),
      half: floatTensor([], [0.5]),
      axes: intTensor([1], [0]),
      rest: intTensor([1], [-1]),
    },
  });
  const { graph: found, types } = canonicalise(graph, { x: [5, 3, 4] });
  expect(found.nodes.map(({ op }) => op)).toEqual(["Reshape"]);
  expect(types.get("y")!.shape).toEqual([2, 30]);
});

test("parameters are never folded, not even where they are only rearranged", () => {
  const weights = floatTensor([2, 3], [1, 2, 3, 4, 5, 6]);
  const graph = graphOf({
    inputs: [],
    outputs: [valueInfo("y", [])],
    nodes: [
      node("Transpose", ["w"], ["t"]),
      node("LeakyRelu", ["t"], ["r"], { alpha: float(0.5) }),
      node("Identity", ["r"], ["y"]),
    ],
    parameters: [parameter("w", weights)],
  });
  const canonical = canonicalise(graph, {});
  expect(canonical.graph.nodes[0]).toMatchObject({ op: "Transpose", inputs: ["w"], outputs: ["t"] });
  expect(canonical.graph.parameters[0]!.tensor).toBe(weights);
});
