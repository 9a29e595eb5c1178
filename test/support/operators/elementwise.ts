import { float } from "../../../server/graph/build";
import type { DataType } from "../../../server/graph/tensor";
import { constant, feed, operatorCase, tensorOf, weight, type OperatorCase } from "../operatorCase";

/** One input in [low, high]. */
const unary = (op: string, low = -3, high = 3, attributes = {}, variant = "plain", options = {}) =>
  operatorCase(op, variant, { inputs: [feed([2, 3, 4], low, high)], attributes, ...options });

const binary = (op: string, low = -2, high = 2, bLow = low, bHigh = high) => [
  operatorCase(op, "same shape", { inputs: [feed([2, 3, 4], low, high), feed([2, 3, 4], bLow, bHigh, 3)] }),
  operatorCase(op, "vector on the right", { inputs: [feed([2, 3, 4], low, high), weight([4], bLow, bHigh)] }),
  operatorCase(op, "vector on the left", { inputs: [weight([4], low, high), feed([2, 3, 4], bLow, bHigh)] }),
  operatorCase(op, "scalar", { inputs: [feed([2, 3], low, high), weight([], bLow, bHigh)] }),
  operatorCase(op, "both broadcast", { inputs: [feed([2, 1, 4], low, high), feed([3, 1], bLow, bHigh, 3)] }),
];

const channels = (op: string) =>
  operatorCase(op, "one value for each channel", { inputs: [feed([2, 3, 4, 5]), weight([3, 1, 1])] });

const integers = (op: string, dtype: DataType, a: number[], b: number[]) =>
  operatorCase(op, dtype, {
    inputs: [feed(tensorOf(a, [2, 3], dtype)), feed(tensorOf(b, [3], dtype))],
    outputs: [dtype],
  });

const variadic = (op: string) => [
  operatorCase(op, "one input", { inputs: [feed([2, 3])] }),
  operatorCase(op, "two inputs", { inputs: [feed([2, 3]), feed([2, 3], -1, 1, 3)] }),
  operatorCase(op, "three inputs, broadcast", {
    inputs: [feed([2, 3, 4]), feed([3, 1], -1, 1, 3), feed([4], -1, 1, 5)],
  }),
];

const activations: readonly OperatorCase[] = [
  unary("Relu"),
  unary("LeakyRelu"),
  unary("LeakyRelu", -3, 3, { alpha: float(0.2) }, "alpha"),
  unary("Elu"),
  unary("Elu", -3, 3, { alpha: float(0.5) }, "alpha"),
  unary("Selu"),
  unary("Selu", -3, 3, { alpha: float(1.5), gamma: float(1.2) }, "alpha, gamma"),
  unary("Celu", -3, 3, { alpha: float(0.7) }, "alpha"),
  unary("Sigmoid", -8, 8),
  unary("Sigmoid", -80, 80, {}, "saturated"),
  unary("Tanh"),
  unary("Tanh", -30, 30, {}, "saturated"),
  unary("Softplus"),
  unary("Softplus", -60, 60, {}, "wide"),
  unary("Softsign"),
  unary("HardSigmoid", -4, 4),
  unary("HardSigmoid", -4, 4, { alpha: float(1 / 6), beta: float(0.4) }, "alpha, beta"),
  unary("HardSwish", -5, 5),
  unary("Gelu"),
  unary("Gelu", -3, 3, { approximate: "tanh" }, "tanh"),
  unary("Mish"),
  unary("Mish", -40, 40, {}, "wide"),
  unary("ThresholdedRelu", -3, 3, { alpha: float(0.7) }, "alpha"),
  unary("Erf"),
  unary("Shrink", -2, 2, { lambd: float(0.6), bias: float(0.2) }, "lambda, bias", { tensorflow: false }),
  operatorCase("PRelu", "one slope for each channel", { inputs: [feed([2, 3, 4, 4]), weight([3, 1, 1], 0.1, 0.5)] }),
  operatorCase("PRelu", "one slope", { inputs: [feed([2, 3, 4]), weight([1], 0.1, 0.5)] }),
  operatorCase("PRelu", "full slopes", { inputs: [feed([2, 3, 4]), weight([3, 4], -0.5, 0.5)] }),
  unary("Clip", -3, 3, { min: float(-1), max: float(1.5) }, "attributes", { opset: 6 }),
  unary("Clip", -3, 3, { max: float(0.5) }, "one attribute", { opset: 6 }),
  operatorCase("Clip", "inputs", {
    inputs: [feed([2, 3, 4], -3, 3), constant(tensorOf([0], [], "float32")), constant(tensorOf([6], [], "float32"))],
  }),
  operatorCase("Clip", "lower bound only", {
    inputs: [feed([2, 3, 4], -3, 3), constant(tensorOf([-0.5], [], "float32"))],
  }),
  operatorCase("Clip", "upper bound only", {
    inputs: [feed([2, 3, 4], -3, 3), null, constant(tensorOf([0.5], [], "float32"))],
  }),
];

const functions: readonly OperatorCase[] = [
  unary("Neg"),
  unary("Abs"),
  unary("Sqrt", 0.01, 9),
  unary("Exp"),
  unary("Log", 0.01, 9),
  unary("Reciprocal", 0.2, 3),
  unary("Floor"),
  unary("Ceil"),
  unary("Round"),
  operatorCase("Round", "halves go to the even neighbour", {
    inputs: [feed(tensorOf([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], [6], "float32"))],
  }),
  unary("Sign"),
  operatorCase("Sign", "zero", { inputs: [feed(tensorOf([-2, 0, 3], [3], "float32"))] }),
  unary("Sin"),
  unary("Cos"),
  unary("Tan", -1.2, 1.2),
  unary("Asin", -0.9, 0.9, {}, "plain", { tensorflow: false }),
  unary("Acos", -0.9, 0.9, {}, "plain", { tensorflow: false }),
  unary("Atan"),
  unary("Sinh"),
  unary("Cosh"),
  unary("Asinh", -3, 3, {}, "plain", { tensorflow: false }),
  unary("Acosh", 1.2, 4, {}, "plain", { tensorflow: false }),
  unary("Atanh", -0.9, 0.9, {}, "plain", { tensorflow: false }),
  unary("Identity"),
  operatorCase("Neg", "int64", { inputs: [feed(tensorOf([3, -4, 0]))], outputs: ["int64"], tensorflow: false }),
  operatorCase("Abs", "int32", { inputs: [feed(tensorOf([3, -4, 0], [3], "int32"))], outputs: ["int32"] }),
];

const arithmetic: readonly OperatorCase[] = [
  ...binary("Add"),
  ...binary("Sub"),
  ...binary("Mul"),
  ...binary("Div", -2, 2, 0.5, 2),
  ...binary("Pow", 0.2, 2, -2, 2),
  channels("Add"),
  channels("Mul"),
  integers("Add", "int64", [1, -2, 3, 4, 5, -6], [10, 20, 30]),
  integers("Sub", "int32", [1, -2, 3, 4, 5, -6], [10, 20, 30]),
  integers("Mul", "int64", [1, -2, 3, 4, 5, -6], [10, 20, 30]),
  integers("Div", "int64", [7, -7, 9, 8, 100, -6], [2, 2, 4]),
  integers("Div", "int32", [7, -7, 9, 8, 100, -6], [2, 2, 4]),
  operatorCase("Pow", "negative base, whole exponent", {
    inputs: [feed([2, 3], -2, 2), constant(tensorOf([2], [], "float32"))],
  }),
  operatorCase("Pow", "cube by an int64 exponent", { inputs: [feed([2, 3], -2, 2), constant(tensorOf([3], []))] }),
  operatorCase("Mod", "int64", {
    inputs: [feed(tensorOf([7, -7, 9])), feed(tensorOf([4, 4, -5]))],
    outputs: ["int64"],
    tensorflow: false,
  }),
  operatorCase("Mod", "fmod", {
    inputs: [feed([2, 3], -5, 5), feed([3], 0.5, 2, 3)],
    attributes: { fmod: 1 },
    tensorflow: false,
  }),
  ...variadic("Max"),
  ...variadic("Min"),
  ...variadic("Mean"),
  ...variadic("Sum"),
];

const inf = Infinity;

const strange = (shape: number[]) => feed(tensorOf([NaN, inf, -inf, -2, 0, 3], shape, "float32"));

/** What is not a number stays so: it is never replaced on the way to the loss. */
const nonFinite: readonly OperatorCase[] = [
  ...["Relu", "LeakyRelu", "Sigmoid", "Tanh", "Softplus", "Exp", "Abs", "Neg", "Identity"].map((op) =>
    operatorCase(op, "NaN and infinities", { inputs: [strange([2, 3])] }),
  ),
  operatorCase("Clip", "NaN and infinities", {
    inputs: [strange([2, 3]), constant(tensorOf([0], [], "float32")), constant(tensorOf([6], [], "float32"))],
  }),
  operatorCase("Max", "NaN and infinities", {
    inputs: [strange([2, 3]), constant(tensorOf([0], [], "float32"))],
  }),
  operatorCase("Min", "NaN and infinities", {
    inputs: [strange([2, 3]), constant(tensorOf([0], [], "float32"))],
  }),
  operatorCase("Softmax", "a row with NaN and a row without", {
    inputs: [feed(tensorOf([1, NaN, 2, 3, 1, 2], [2, 3], "float32"))],
  }),
  operatorCase("LogSoftmax", "a row with NaN and a row without", {
    inputs: [feed(tensorOf([1, NaN, 2, 3, 1, 2], [2, 3], "float32"))],
  }),
  operatorCase("ReduceSum", "NaN", {
    inputs: [feed(tensorOf([1, NaN, 2, 3, 1, 2], [2, 3], "float32")), constant([1])],
  }),
  operatorCase("GlobalAveragePool", "NaN", { inputs: [feed(tensorOf([1, NaN, 2, 3, 1, 2], [1, 2, 1, 3], "float32"))] }),
  operatorCase("Gemm", "NaN and infinity", {
    inputs: [feed(tensorOf([1, NaN, inf, 3, 1, 2], [3, 2], "float32")), weight([2, 4], 0.1, 1)],
  }),
  operatorCase("Conv", "NaN", {
    inputs: [feed(tensorOf([1, NaN, 2, 3, 1, 2, 5, 4, 6], [1, 1, 3, 3], "float32")), weight([2, 1, 2, 2])],
  }),
  operatorCase("Add", "NaN and infinities", {
    inputs: [
      feed(tensorOf([NaN, inf, -inf, inf, 1], [5], "float32")),
      feed(tensorOf([1, 1, 1, -inf, 2], [5], "float32")),
    ],
  }),
  operatorCase("Mul", "zero times infinity", {
    inputs: [feed(tensorOf([0, inf, 2], [3], "float32")), feed(tensorOf([inf, -2, NaN], [3], "float32"))],
  }),
  operatorCase("Div", "by zero", {
    inputs: [feed(tensorOf([1, -1, 0], [3], "float32")), feed(tensorOf([0, 0, 0], [3], "float32"))],
  }),
  operatorCase("Exp", "overflow", { inputs: [feed(tensorOf([1000, -2000, 1], [3], "float32"))] }),
  operatorCase("Log", "zero and below", { inputs: [feed(tensorOf([0, -1, 2], [3], "float32"))] }),
  operatorCase("Sqrt", "below zero", { inputs: [feed(tensorOf([-1, 4], [2], "float32"))] }),
  operatorCase("IsNaN", "plain", { inputs: [feed(tensorOf([NaN, inf, 1], [3], "float32"))], outputs: ["bool"] }),
  operatorCase("IsInf", "plain", {
    inputs: [feed(tensorOf([NaN, inf, -inf, 1], [4], "float32"))],
    outputs: ["bool"],
  }),
];

export const elementwiseCases: readonly OperatorCase[] = [...activations, ...functions, ...arithmetic, ...nonFinite];
