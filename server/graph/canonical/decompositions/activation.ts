import type { Call, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";

/**
 * x where x > 0, else γ·(e^(x/c) − 1). What the exponential is taken of is 0 where it is not chosen, so that nothing
 * overflows, in derivatives either.
 */
function exponential(
  emit: Emitter,
  x: Name,
  gamma: number,
  c: number,
  positive: (x: Name) => Name = (each) => each,
): Name {
  const isPositive = emit.isAbove(x, 0);
  const below = emit.where(isPositive, emit.like(x, 0), x);
  const curve = emit.shift(emit.node("Exp", [emit.scale(below, 1 / c)]), -1);
  return emit.where(isPositive, positive(x), emit.scale(curve, gamma));
}

/**
 * log(1 + e^x) = max(x, 0) − log σ(|x|), which neither overflows nor loses the small values; smooth at 0 too, since size
 * and maximum are choices between x, −x and 0 whose derivatives fit together.
 */
function softplus(emit: Emitter, x: Name): Name {
  const isPositive = emit.isAbove(x, 0);
  const size = emit.where(isPositive, x, emit.neg(x));
  const most = emit.where(isPositive, x, emit.like(x, 0));
  return emit.sub(most, emit.node("Log", [emit.node("Sigmoid", [size])]));
}

/** min(1, max(0, α·x + β)) */
function hardSigmoid(emit: Emitter, x: Name, alpha: number, beta: number): Name {
  const line = emit.shift(emit.scale(x, alpha), beta);
  return emit.node("Min", [emit.node("Relu", [line]), emit.like(x, 1)]);
}

/** ½x·(1 + erf(x/√2)), or ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) */
function gelu(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const half = emit.scale(x, 0.5);
  if (call.string("approximate", "none") === "none") {
    return emit.mul(half, emit.shift(emit.node("Erf", [emit.scale(x, Math.SQRT1_2)]), 1));
  }
  const cube = emit.mul(emit.mul(x, x), x);
  const inner = emit.scale(emit.add(x, emit.scale(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return emit.mul(half, emit.shift(emit.node("Tanh", [inner]), 1));
}

/** x where x > 0, else slope·x. */
function leaky(emit: Emitter, x: Name, slope: Name): Name {
  return emit.where(emit.isAbove(x, 0), x, emit.mul(x, slope));
}

/** x / (1 + |x|) */
function softsign(emit: Emitter, x: Name): Name {
  return emit.div(x, emit.shift(emit.node("Abs", [x]), 1));
}

/** A function of a recurrent layer's gate, with its own α and β where it has any. */
export interface GateFunction {
  readonly alpha?: number;
  readonly beta?: number;
  readonly apply: (emit: Emitter, x: Name, alpha: number, beta: number) => Name;
}

/** The functions of gates, by ONNX' names. */
export const gateFunctions: Readonly<Record<string, GateFunction>> = {
  Relu: { apply: (emit, x) => emit.node("Relu", [x]) },
  Tanh: { apply: (emit, x) => emit.node("Tanh", [x]) },
  Sigmoid: { apply: (emit, x) => emit.node("Sigmoid", [x]) },
  HardSigmoid: { alpha: 0.2, beta: 0.5, apply: hardSigmoid },
  LeakyRelu: { alpha: 0.01, apply: (emit, x, alpha) => leaky(emit, x, emit.like(x, alpha)) },
  Elu: { alpha: 1, apply: (emit, x, alpha) => exponential(emit, x, alpha, 1) },
  Affine: { alpha: 1, beta: 0, apply: (emit, x, alpha, beta) => emit.shift(emit.scale(x, alpha), beta) },
  Softsign: { apply: softsign },
  Softplus: { apply: softplus },
};

/** Activations; at a kink the derivative is that of PyTorch, the one from below. */
export const activations: Decompositions = {
  LeakyRelu: (call) => leaky(call.emit, call.input(0), call.emit.like(call.input(0), call.float("alpha", 0.01))),
  PRelu: (call) => leaky(call.emit, call.input(0), call.input(1)),
  ThresholdedRelu: (call) => {
    const x = call.input(0);
    return call.emit.where(call.emit.isAbove(x, call.float("alpha", 1)), x, call.emit.like(x, 0));
  },
  Elu: (call) => exponential(call.emit, call.input(0), call.float("alpha", 1), 1),
  Celu: (call) => exponential(call.emit, call.input(0), call.float("alpha", 1), call.float("alpha", 1)),
  Selu: (call) => {
    const gamma = call.float("gamma", 1.0507009873554805);
    const alpha = call.float("alpha", 1.6732632423543772);
    return exponential(call.emit, call.input(0), alpha * gamma, 1, (x) => call.emit.scale(x, gamma));
  },
  HardSigmoid: (call) => hardSigmoid(call.emit, call.input(0), call.float("alpha", 0.2), call.float("beta", 0.5)),
  HardSwish: (call) => call.emit.mul(call.input(0), hardSigmoid(call.emit, call.input(0), 1 / 6, 0.5)),
  Softplus: (call) => softplus(call.emit, call.input(0)),
  Softsign: (call) => softsign(call.emit, call.input(0)),
  Mish: (call) => call.emit.mul(call.input(0), call.emit.node("Tanh", [softplus(call.emit, call.input(0))])),
  Swish: (call) => {
    const x = call.input(0);
    return call.emit.mul(x, call.emit.node("Sigmoid", [call.emit.scale(x, call.float("alpha", 1))]));
  },
  Gelu: gelu,
  Shrink: (call) => {
    const { emit } = call;
    const x = call.input(0);
    const [bias, lambda] = [call.float("bias", 0), call.float("lambd", 0.5)];
    const upper = emit.where(emit.isAbove(x, lambda), emit.shift(x, -bias), emit.like(x, 0));
    return emit.where(emit.isBelow(x, -lambda), emit.shift(x, bias), upper);
  },
};
