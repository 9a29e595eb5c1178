import { constant, feed, operatorCase, tensorOf, type OperatorCase } from "../operatorCase";

/** Every form of one reduction; `low` keeps logarithms defined. */
const reduction = (op: string, low = -1) => {
  // ReduceSum took its axes as an input five operator sets before the others did.
  const attributeOpset = op === "ReduceSum" ? 11 : 17;
  const x = feed([2, 3, 4], low, 1.5);
  return [
    operatorCase(op, "all axes", { inputs: [x] }),
    operatorCase(op, "all axes to a scalar", { inputs: [x], attributes: { keepdims: 0 } }),
    operatorCase(op, "axes as input", { inputs: [x, constant([1])] }),
    operatorCase(op, "axes as input, dropped", { inputs: [x, constant([-1, 0])], attributes: { keepdims: 0 } }),
    operatorCase(op, "axes as attribute", { inputs: [x], attributes: { axes: [2] }, opset: attributeOpset }),
    operatorCase(op, "axes as attribute, dropped", {
      inputs: [x],
      attributes: { axes: [0, 1], keepdims: 0 },
      opset: attributeOpset,
    }),
    operatorCase(op, "spatial axes", { inputs: [feed([2, 3, 4, 5], low, 1.5), constant([2, 3])] }),
  ];
};

const softmax = (op: string) => [
  operatorCase(op, "last axis by default", { inputs: [feed([2, 3, 4], -3, 3)] }),
  operatorCase(op, "axis 1", { inputs: [feed([2, 3, 4], -3, 3)], attributes: { axis: 1 } }),
  operatorCase(op, "axis −1", { inputs: [feed([3, 5], -3, 3)], attributes: { axis: -1 } }),
  operatorCase(op, "channels of images", { inputs: [feed([2, 3, 2, 3], -3, 3)], attributes: { axis: 1 } }),
  operatorCase(op, "opset 12 flattens, default axis", { inputs: [feed([2, 3, 4], -3, 3)], opset: 12 }),
  operatorCase(op, "opset 12 flattens, axis 2", {
    inputs: [feed([2, 3, 4], -3, 3)],
    attributes: { axis: 2 },
    opset: 12,
  }),
  operatorCase(op, "opset 11 on a matrix", { inputs: [feed([3, 5], -3, 3)], attributes: { axis: 1 }, opset: 11 }),
  operatorCase(op, "large logits", {
    inputs: [feed(tensorOf([1000, 999, -1000, -5000, -5001, -5003], [2, 3], "float32"))],
  }),
];

export const reductionCases: readonly OperatorCase[] = [
  ...[
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceProd",
    "ReduceSumSquare",
    "ReduceL1",
    "ReduceL2",
  ].flatMap((op) => reduction(op)),
  ...reduction("ReduceLogSumExp"),
  ...reduction("ReduceLogSum", 0.1),
  operatorCase("ReduceSum", "no axes change nothing", {
    inputs: [feed([2, 3])],
    attributes: { noop_with_empty_axes: 1 },
  }),
  operatorCase("ReduceMean", "no axes change nothing", {
    inputs: [feed([2, 3])],
    attributes: { noop_with_empty_axes: 1 },
  }),
  ...["ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceProd"].map((op) =>
    operatorCase(op, "no axes reduce every element on its own", {
      inputs: [feed([2, 3])],
      attributes: { noop_with_empty_axes: 1 },
    }),
  ),
  operatorCase("ReduceSum", "int64", {
    inputs: [feed(tensorOf([1, 2, 3, 4, 5, 6], [2, 3])), constant([1])],
    outputs: ["int64"],
  }),
  operatorCase("ReduceProd", "int64, of a shape", {
    inputs: [feed(tensorOf([2, 3, 4]))],
    attributes: { keepdims: 0 },
    outputs: ["int64"],
  }),
  operatorCase("ReduceLogSumExp", "large values", {
    inputs: [feed(tensorOf([1000, 999, -1000], [3], "float32"))],
  }),
  ...softmax("Softmax"),
  ...softmax("LogSoftmax"),
];
