import { float } from "../../../server/graph/build";
import { constant, feed, graphCase, node, tensorOf, weight, type OperatorCase } from "../operatorCase";

const scalar = (value: number) => constant(tensorOf([value], [], "float32"));

/** Zeros around numbers below zero, then a window over both: the padding of a pooling is not that of a Pad. */
const padded = (op: string, variant: string, attributes: Record<string, number | number[]>): OperatorCase =>
  graphCase(`network: Pad, then ${op}${variant}`, {
    values: { x: feed([1, 2, 5, 6], -3, -1), pads: constant([0, 0, 1, 1, 0, 0, 1, 1]) },
    nodes: [
      node("Pad", ["x", "pads"], ["p"]),
      node("Identity", ["p"], ["i"]),
      node(op, ["i"], ["y"], { kernel_shape: [3, 3], strides: [2, 2], ...attributes }),
    ],
    outputs: { y: "float32" },
  });

/** Small networks: what engines fuse, and the idioms that exporters write. */
export const networkCases: readonly OperatorCase[] = [
  padded("MaxPool", "", {}),
  padded("MaxPool", " with padding of its own", { pads: [1, 1, 1, 1] }),
  padded("AveragePool", "", {}),
  padded("AveragePool", " with padding of its own", { pads: [1, 1, 1, 1] }),
  padded("AveragePool", ", windows beyond the end", { ceil_mode: 1 }),
  graphCase("network: Pad, Transpose, then MaxPool", {
    values: { x: feed([1, 5, 6, 2], -3, -1), pads: constant([0, 1, 1, 0, 0, 1, 1, 0]) },
    nodes: [
      node("Pad", ["x", "pads"], ["p"]),
      node("Transpose", ["p"], ["t"], { perm: [0, 3, 1, 2] }),
      node("MaxPool", ["t"], ["y"], { kernel_shape: [3, 3], strides: [2, 2] }),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: Pad with a value, then a convolution", {
    values: {
      x: feed([1, 2, 5, 6]),
      pads: constant([0, 0, 1, 1, 0, 0, 1, 1]),
      value: scalar(0.5),
      w: weight([3, 2, 3, 3]),
    },
    nodes: [node("Pad", ["x", "pads", "value"], ["p"]), node("Conv", ["p", "w"], ["y"], { strides: [2, 2] })],
    outputs: { y: "float32" },
  }),
  graphCase("network: convolution, batch norm, relu, twice, with a shortcut", {
    values: {
      x: feed([2, 3, 8, 8]),
      w1: weight([8, 3, 3, 3]),
      s1: weight([8], 0.5, 1.5),
      b1: weight([8]),
      m1: weight([8], -0.5, 0.5, 7),
      v1: weight([8], 0.5, 1.5, 8),
      w2: weight([8, 8, 3, 3], -0.3, 0.3),
      s2: weight([8], 0.5, 1.5, 9),
      b2: weight([8], -1, 1, 10),
      m2: weight([8], -0.5, 0.5, 11),
      v2: weight([8], 0.5, 1.5, 12),
    },
    nodes: [
      node("Conv", ["x", "w1"], ["c1"], { pads: [1, 1, 1, 1], strides: [2, 2] }),
      node("BatchNormalization", ["c1", "s1", "b1", "m1", "v1"], ["n1"]),
      node("Relu", ["n1"], ["r1"]),
      node("Conv", ["r1", "w2"], ["c2"], { pads: [1, 1, 1, 1] }),
      node("BatchNormalization", ["c2", "s2", "b2", "m2", "v2"], ["n2"]),
      node("Add", ["n2", "r1"], ["a"]),
      node("Relu", ["a"], ["r2"]),
      node("GlobalAveragePool", ["r2"], ["g"]),
      node("Flatten", ["g"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: flatten through the shape (Shape, Gather, Concat, Reshape)", {
    values: {
      x: feed([2, 3, 4, 4]),
      zero: constant(tensorOf([0], [])),
      axes: constant([0]),
      rest: constant([-1]),
      w: weight([48, 5]),
      b: weight([5]),
    },
    nodes: [
      node("Shape", ["x"], ["shape"]),
      node("Gather", ["shape", "zero"], ["batch"], { axis: 0 }),
      node("Unsqueeze", ["batch", "axes"], ["batch1"]),
      node("Concat", ["batch1", "rest"], ["target"], { axis: 0 }),
      node("Reshape", ["x", "target"], ["flat"]),
      node("Gemm", ["flat", "w", "b"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: GELU written out with Erf", {
    values: { x: feed([2, 6], -3, 3), root: scalar(Math.SQRT2), one: scalar(1), half: scalar(0.5) },
    nodes: [
      node("Div", ["x", "root"], ["d"]),
      node("Erf", ["d"], ["e"]),
      node("Add", ["e", "one"], ["a"]),
      node("Mul", ["x", "a"], ["m"]),
      node("Mul", ["m", "half"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: layer normalisation written out", {
    values: {
      x: feed([2, 3, 8]),
      axes: constant([-1]),
      two: scalar(2),
      epsilon: scalar(1e-5),
      scale: weight([8]),
      shift: weight([8], -1, 1, 3),
    },
    nodes: [
      node("ReduceMean", ["x", "axes"], ["mean"]),
      node("Sub", ["x", "mean"], ["d"]),
      node("Pow", ["d", "two"], ["sq"]),
      node("ReduceMean", ["sq", "axes"], ["var"]),
      node("Add", ["var", "epsilon"], ["ve"]),
      node("Sqrt", ["ve"], ["sd"]),
      node("Div", ["d", "sd"], ["n"]),
      node("Mul", ["n", "scale"], ["m"]),
      node("Add", ["m", "shift"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: one attention head", {
    values: {
      x: feed([2, 5, 6]),
      wq: weight([6, 4]),
      wk: weight([6, 4], -1, 1, 3),
      wv: weight([6, 4], -1, 1, 4),
      scale: scalar(0.5),
    },
    nodes: [
      node("MatMul", ["x", "wq"], ["q"]),
      node("MatMul", ["x", "wk"], ["k"]),
      node("MatMul", ["x", "wv"], ["v"]),
      node("Transpose", ["k"], ["kt"], { perm: [0, 2, 1] }),
      node("MatMul", ["q", "kt"], ["s"]),
      node("Mul", ["s", "scale"], ["scaled"]),
      node("Softmax", ["scaled"], ["p"], { axis: -1 }),
      node("MatMul", ["p", "v"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: relu6 block with padding and depthwise convolution", {
    values: {
      x: feed([1, 4, 6, 6]),
      pads: constant([0, 0, 0, 0, 0, 0, 1, 1]),
      w: weight([4, 1, 3, 3]),
      p: weight([6, 4, 1, 1]),
      low: scalar(0),
      high: scalar(6),
    },
    nodes: [
      node("Pad", ["x", "pads"], ["padded"]),
      node("Conv", ["padded", "w"], ["d"], { group: 4, strides: [2, 2] }),
      node("Clip", ["d", "low", "high"], ["c"]),
      node("Conv", ["c", "p"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: dense blocks and pooling", {
    values: { x: feed([2, 4, 6, 6]), w1: weight([3, 4, 3, 3]), w2: weight([2, 7, 1, 1]) },
    nodes: [
      node("Conv", ["x", "w1"], ["c1"], { pads: [1, 1, 1, 1] }),
      node("LeakyRelu", ["c1"], ["r1"], { alpha: float(0.1) }),
      node("Concat", ["x", "r1"], ["cat"], { axis: 1 }),
      node("Conv", ["cat", "w2"], ["c2"]),
      node("MaxPool", ["c2"], ["p"], { kernel_shape: [2, 2], strides: [2, 2] }),
      node("AveragePool", ["p"], ["y"], { kernel_shape: [3, 3] }),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: mask by comparison, as relu's gradient has it", {
    values: { x: feed([2, 5]), d: feed([2, 5], -1, 1, 3), zero: scalar(0) },
    nodes: [
      node("Greater", ["x", "zero"], ["mask"]),
      node("Cast", ["mask"], ["one"], { to: 1 }),
      node("Mul", ["d", "one"], ["y"]),
    ],
    outputs: { y: "float32" },
  }),
  graphCase("network: two outputs, one of them in the middle", {
    values: { x: feed([2, 4]), w: weight([4, 3]) },
    nodes: [node("MatMul", ["x", "w"], ["h"]), node("Relu", ["h"], ["y"])],
    outputs: { h: "float32", y: "float32" },
  }),
  graphCase("network: the same weight used twice", {
    values: { x: feed([2, 4]), w: weight([4, 4]) },
    nodes: [node("MatMul", ["x", "w"], ["h"]), node("Tanh", ["h"], ["t"]), node("MatMul", ["t", "w"], ["y"])],
    outputs: { y: "float32" },
  }),
];
