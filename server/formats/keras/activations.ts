import { float, int, string } from "../../graph/build";
import type { LayerCall } from "./call";
import { isJson } from "./settings";
import type { KerasValue } from "./value";

/** A function of one tensor. */
export type ActivationFunction = (call: LayerCall, x: KerasValue) => KerasValue;

const operator =
  (op: string): ActivationFunction =>
  ({ emit }, x) =>
    emit.unary(op, x);

/** softmax over an axis of Keras' shape, its result in Keras' order so that a last softmax is the graph's last operator. */
export function softmax({ emit }: LayerCall, x: KerasValue, axis = x.rank - 1): KerasValue {
  return emit.value(emit.op("Softmax", [emit.plain(x)], { axis: int(axis) }), x.shape);
}

/** min(1, max(0, x/6 + ½)); in Keras 2, min(1, max(0, x/5 + ½)) */
const hardSigmoid: ActivationFunction = ({ emit, context }, x) =>
  emit.unary("HardSigmoid", x, { alpha: float(context.generation === 2 ? 0.2 : 1 / 6), beta: float(0.5) });

/** min(limit, max(0, x)) */
export function clipped({ emit }: LayerCall, x: KerasValue, limit: number): KerasValue {
  return emit.like(x, emit.op("Min", [emit.op("Relu", [x.name]), emit.scalar(limit)]));
}

const silu: ActivationFunction = ({ emit }, x) => emit.like(x, emit.op("Mul", [x.name, emit.op("Sigmoid", [x.name])]));

/** Keras' functions by the names that models call them; later names are aliases. */
export const functions: Readonly<Record<string, ActivationFunction>> = {
  linear: (_, x) => x,
  relu: operator("Relu"),
  relu6: (call, x) => clipped(call, x, 6),
  leaky_relu: ({ emit }, x) => emit.unary("LeakyRelu", x, { alpha: float(0.2) }),
  elu: operator("Elu"),
  selu: operator("Selu"),
  sigmoid: operator("Sigmoid"),
  hard_sigmoid: hardSigmoid,
  tanh: operator("Tanh"),
  softmax,
  softplus: operator("Softplus"),
  softsign: operator("Softsign"),
  exponential: operator("Exp"),
  gelu: ({ emit }, x) => emit.unary("Gelu", x, { approximate: string("none") }),
  silu,
  swish: silu,
};

/**
 * Applies the function that a setting names: a text, a described function, or a layer such as LeakyReLU. Absent is none.
 * @throws Refusal for one that is not known.
 */
export function activate(call: LayerCall, x: KerasValue, setting = "activation"): KerasValue {
  const given = call.settings.raw(setting);
  if (given === undefined) return x;
  const name = isJson(given) ? given["config"] : given;
  if (typeof name === "string") return named(call, x, name);
  return call.context.lower(call.wrapped(setting, setting, [x]))[0]!;
}

function named(call: LayerCall, x: KerasValue, name: string): KerasValue {
  const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!apply) throw call.refuse(`has the activation ${name}, which is not supported`);
  return apply(call, x);
}
