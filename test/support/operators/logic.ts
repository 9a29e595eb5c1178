import type { Attribute } from "../../../server/graph/graph";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import { constant, feed, operatorCase, tensorOf, weight, type OperatorCase } from "../operatorCase";

/** ONNX's numbers for the element types that the cases convert to. */
const numberOf: Partial<Record<DataType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };

const cast = (from: Tensor, to: DataType) =>
  operatorCase("Cast", `${from.dtype} to ${to}`, {
    inputs: [feed(from)],
    attributes: { to: numberOf[to]! },
    outputs: [to],
  });

const decimals = tensorOf([-2.75, -0.5, 0, 0.25, 1.5, 3.9], [2, 3], "float32");
const whole = tensorOf([-3, 0, 1, 2, 7, 100], [2, 3]);
const truth = tensorOf([1, 0, 1, 0, 0, 1], [2, 3], "bool");

const compare = (op: string) => [
  operatorCase(op, "float, broadcast", { inputs: [feed([2, 3, 4]), weight([3, 1])], outputs: ["bool"] }),
  operatorCase(op, "float, with equals", {
    inputs: [feed(tensorOf([1, 2, 3, 4], [2, 2], "float32")), feed(tensorOf([1, 5, 2, 4], [2, 2], "float32"))],
    outputs: ["bool"],
  }),
  operatorCase(op, "int64", { inputs: [feed(whole), feed(tensorOf([0, 1, 2]))], outputs: ["bool"] }),
  operatorCase(op, "NaN", {
    inputs: [feed(tensorOf([NaN, 1], [2], "float32")), feed(tensorOf([NaN, NaN], [2], "float32"))],
    outputs: ["bool"],
  }),
];

const combine = (op: string) =>
  operatorCase(op, "broadcast", {
    inputs: [feed(truth), feed(tensorOf([1, 0, 0], [3], "bool"))],
    outputs: ["bool"],
  });

const reals: Attribute = { type: "floats", value: [0.5, -1, 2] };

export const logicCases: readonly OperatorCase[] = [
  cast(decimals, "int32"),
  cast(decimals, "int64"),
  cast(decimals, "bool"),
  cast(decimals, "float32"),
  cast(decimals, "float64"),
  cast(whole, "float32"),
  cast(whole, "int32"),
  cast(whole, "bool"),
  cast(truth, "float32"),
  cast(truth, "int64"),
  cast(truth, "int32"),
  cast(tensorOf([1.25, -2.5], [2], "float64"), "float32"),
  cast(tensorOf([0, 7, 255], [3], "uint8"), "float32"),
  operatorCase("CastLike", "int64 to float", { inputs: [feed(whole), feed([1])], tensorflow: false }),

  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].flatMap(compare),
  combine("And"),
  combine("Or"),
  combine("Xor"),
  operatorCase("Not", "plain", { inputs: [feed(truth)], outputs: ["bool"] }),
  operatorCase("Where", "same shape", { inputs: [feed(truth), feed([2, 3]), feed([2, 3], -1, 1, 3)] }),
  operatorCase("Where", "broadcast", {
    inputs: [feed(truth), feed([4, 1, 1]), constant(tensorOf([-5], [], "float32"))],
  }),
  operatorCase("Where", "what is not chosen does not matter", {
    inputs: [
      feed(tensorOf([1, 0, 1], [3], "bool")),
      feed(tensorOf([1, NaN, 3], [3], "float32")),
      feed(tensorOf([Infinity, 2, NaN], [3], "float32")),
    ],
  }),
  operatorCase("Where", "int64", {
    inputs: [feed(truth), feed(whole), constant(tensorOf([9], [1]))],
    outputs: ["int64"],
  }),
  operatorCase("Constant", "list of floats", { inputs: [], attributes: { value_floats: reals } }),
  operatorCase("Constant", "tensor", {
    inputs: [],
    attributes: { value: { type: "tensor", value: tensorOf([1, 2, 3, 4], [2, 2], "float32") } },
  }),
  operatorCase("Constant", "list of integers", {
    inputs: [],
    attributes: { value_ints: [3, 1, 2] },
    outputs: ["int64"],
  }),
];
