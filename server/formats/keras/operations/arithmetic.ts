import { float, int, string } from "../../../graph/build";
import { functions, softmax } from "../activations";
import type { LayerCall, Lowering, Lowerings } from "../call";
import { axisOf, type KerasValue } from "../value";
import { axesOf, operand } from "./operand";

const binary =
  (op: string): Lowering =>
  (call) =>
    call.emit.broadcast(op, [operand(call, "x1", 0), operand(call, "x2", 1)]);

/** Operators one after another. */
const unary =
  (...ops: readonly string[]): Lowering =>
  (call) =>
    ops.reduce((x, op) => call.emit.unary(op, x), call.input());

const named =
  (name: string): Lowering =>
  (call) =>
    functions[name]!(call, call.input());

/** One value for all indices of some axes. */
const reduction =
  (op: string): Lowering =>
  (call) => {
    const { emit, settings } = call;
    const x = call.input();
    const axes = axesOf(call, x.rank);
    if (axes.includes(0)) throw call.refuse("joins the samples of a batch");
    if (settings.has("initial")) throw call.refuse("has an initial value");
    const keep = settings.flag("keepdims", false);
    const shape = x.shape.flatMap((extent, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [extent]));
    const name = emit.op(op, [emit.plain(x), emit.integers(axes)], { keepdims: int(keep ? 1 : 0) });
    return emit.value(name, shape);
  };

function clip(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const limits = ["x_min", "x_max"].map((name) => emit.scalar(settings.number(name)));
  const x = call.input();
  return emit.like(x, emit.op("Clip", [x.name, ...limits]));
}

function softmaxOf(call: LayerCall): KerasValue {
  const x = call.input();
  return softmax(call, x, axisOf(call.settings.integer("axis", -1), x.rank));
}

/** Operations that work element by element or reduce axes, by Keras' class name. */
export const arithmeticOperations: Lowerings = {
  Abs: unary("Abs"),
  Absolute: unary("Abs"),
  Add: binary("Add"),
  Clip: clip,
  Divide: binary("Div"),
  Elu: (call) => call.emit.unary("Elu", call.input(), { alpha: float(call.settings.number("alpha", 1)) }),
  Exp: unary("Exp"),
  Gelu(call) {
    const approximate = call.settings.flag("approximate", true) ? "tanh" : "none";
    return call.emit.unary("Gelu", call.input(), { approximate: string(approximate) });
  },
  HardSigmoid: named("hard_sigmoid"),
  LeakyRelu(call) {
    const slope = call.settings.number("negative_slope", 0.2);
    return call.emit.unary("LeakyRelu", call.input(), { alpha: float(slope) });
  },
  Log: unary("Log"),
  Max: reduction("ReduceMax"),
  Maximum: binary("Max"),
  Mean: reduction("ReduceMean"),
  Min: reduction("ReduceMin"),
  Minimum: binary("Min"),
  Multiply: binary("Mul"),
  Negative: unary("Neg"),
  Power: binary("Pow"),
  Prod: reduction("ReduceProd"),
  Reciprocal: unary("Reciprocal"),
  Relu: unary("Relu"),
  Relu6: named("relu6"),
  Rsqrt: unary("Sqrt", "Reciprocal"),
  Selu: unary("Selu"),
  Sigmoid: unary("Sigmoid"),
  Silu: named("silu"),
  Softmax: softmaxOf,
  Softplus: unary("Softplus"),
  Softsign: unary("Softsign"),
  Sqrt: unary("Sqrt"),
  Square(call) {
    const x = call.input();
    return call.emit.like(x, call.emit.op("Mul", [x.name, x.name]));
  },
  Subtract: binary("Sub"),
  Sum: reduction("ReduceSum"),
  Tanh: unary("Tanh"),
  TrueDivide: binary("Div"),
};
