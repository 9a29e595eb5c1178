import { float, int, intTensor, string } from "../../graph/build";
import type { LayerCall } from "./call";
import type { Emitter } from "./emitter";
import { madeConstant } from "./steps";
import { isJson } from "./settings";
import { axisOf, type KerasValue } from "./value";

/** A function of one tensor. */
export type ActivationFunction = (call: LayerCall, x: KerasValue) => KerasValue;

/** One operator of ONNX that works element by element. */
const operator =
  (op: string): ActivationFunction =>
  ({ emit }, x) =>
    emit.unary(op, x);

/** A formula of the elements, given as the name of their value. */
const formula =
  (write: (emit: Emitter, x: string) => string): ActivationFunction =>
  ({ emit }, x) =>
    emit.like(x, write(emit, x.name));

/** softmax over an axis of Keras' shape, its result in Keras' order so that a last softmax is the graph's last operator. */
export function softmax({ emit }: LayerCall, x: KerasValue, axis = x.rank - 1): KerasValue {
  return emit.value(emit.op("Softmax", [emit.plain(x)], { axis: int(axisOf(axis, x.rank)) }), x.shape);
}

const logSoftmax: ActivationFunction = ({ emit }, x) =>
  emit.value(emit.op("LogSoftmax", [emit.plain(x)], { axis: int(x.rank - 1) }), x.shape);

/** min(1, max(0, x/6 + ½)); in Keras 2, min(1, max(0, x/5 + ½)) */
const hardSigmoid: ActivationFunction = ({ emit, context }, x) =>
  emit.unary("HardSigmoid", x, { alpha: float(context.generation === 2 ? 0.2 : 1 / 6), beta: float(0.5) });

const hardSilu: ActivationFunction = (call, x) => call.emit.broadcast("Mul", [x, hardSigmoid(call, x)]);

/** min(limit, max(0, x)) */
const clipped =
  (limit: number): ActivationFunction =>
  ({ emit }, x) =>
    emit.like(x, emit.op("Min", [emit.op("Relu", [x.name]), emit.scalar(limit)]));

const hardTanh = formula((emit, x) => emit.op("Max", [emit.op("Min", [x, emit.scalar(1)]), emit.scalar(-1)]));

const silu = formula((emit, x) => emit.op("Mul", [x, emit.op("Sigmoid", [x])]));

/** log σ(x) = −softplus(−x) */
const logSigmoid = formula((emit, x) => emit.op("Neg", [emit.op("Softplus", [emit.op("Neg", [x])])]));

/** x where |x| > ½, else 0 */
const hardShrink = formula((emit, x) =>
  emit.op("Where", [emit.op("Greater", [emit.op("Abs", [x]), emit.scalar(0.5)]), x, emit.scalar(0)]),
);

/** (x + √(x² + 4)) / 2 */
const squareplus = formula((emit, x) => {
  const root = emit.op("Sqrt", [emit.op("Add", [emit.op("Mul", [x, x]), emit.scalar(4)])]);
  return emit.op("Mul", [emit.op("Add", [x, root]), emit.scalar(0.5)]);
});

/** 0 below −1, x above 1, (x + 1)² / 4 between */
const sparsePlus = formula((emit, x) => {
  const shifted = emit.op("Relu", [emit.op("Add", [x, emit.scalar(1)])]);
  const curve = emit.op("Mul", [emit.op("Mul", [shifted, shifted]), emit.scalar(0.25)]);
  return emit.op("Where", [emit.op("Less", [x, emit.scalar(1)]), curve, x]);
});

/** a ∘ σ(b), a and b the halves along the last axis */
const gatedLinear: ActivationFunction = (call, x) => {
  const { emit } = call;
  const width = call.extent(-1, x);
  if (width % 2 !== 0) throw call.refuse(`halves ${width} features`);
  const axis = int(x.order.indexOf(x.rank - 1));
  const [a, b] = emit.ops("Split", [x.name, emit.integers([width / 2, width / 2])], 2, { axis }) as [string, string];
  const name = emit.op("Mul", [a, emit.op("Sigmoid", [b])]);
  return emit.value(name, [...x.shape.slice(0, -1), width / 2], { order: x.order });
};

/**
 * max(x − τ, 0) along the last axis, where k elements z₁ ≥ … ≥ z_k count, those with z_j > (z₁ + … + z_j − 1)/j, and τ is,
 * as Keras has it, the sum of all of their partial sums, less one, by k.
 */
const sparsemax: ActivationFunction = (call, x) => {
  const { emit } = call;
  const count = call.extent(-1, x);
  const axis = x.rank - 1;
  const plain = emit.plain(x);
  const [sorted] = emit.ops("TopK", [plain, emit.integers([count])], 2, { axis: int(axis) }) as [string];
  const sums = emit.op("CumSum", [sorted, emit.constant(intTensor([], [axis]))]);
  const ranks = madeConstant(call, [count], (k) => k + 1);
  const bound = emit.op("Div", [emit.op("Sub", [sums, emit.scalar(1)]), ranks]);
  const counts = emit.op("Greater", [sorted, bound]);
  const total = (name: string): string => emit.op("ReduceSum", [name, emit.integers([axis])], { keepdims: int(1) });
  const k = total(emit.op("Where", [counts, emit.scalar(1), emit.scalar(0)]));
  const sum = total(emit.op("Where", [counts, sums, emit.scalar(0)]));
  const threshold = emit.op("Div", [emit.op("Sub", [sum, emit.scalar(1)]), k]);
  return emit.value(emit.op("Relu", [emit.op("Sub", [plain, threshold])]), x.shape);
};

/** Keras' functions by the names that models call them; `swish` and `hard_swish` are older names. */
export const functions: Readonly<Record<string, ActivationFunction>> = {
  linear: (_, x) => x,
  celu: ({ emit }, x) => emit.unary("Celu", x, { alpha: float(1) }),
  elu: ({ emit }, x) => emit.unary("Elu", x, { alpha: float(1) }),
  exponential: operator("Exp"),
  gelu: ({ emit }, x) => emit.unary("Gelu", x, { approximate: string("none") }),
  glu: gatedLinear,
  hard_shrink: hardShrink,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  hard_tanh: hardTanh,
  leaky_relu: ({ emit }, x) => emit.unary("LeakyRelu", x, { alpha: float(0.2) }),
  log_sigmoid: logSigmoid,
  log_softmax: logSoftmax,
  mish: operator("Mish"),
  relu: operator("Relu"),
  relu6: clipped(6),
  selu: operator("Selu"),
  sigmoid: operator("Sigmoid"),
  silu,
  soft_shrink: ({ emit }, x) => emit.unary("Shrink", x, { bias: float(0.5), lambd: float(0.5) }),
  softmax: (call, x) => softmax(call, x),
  softplus: operator("Softplus"),
  softsign: operator("Softsign"),
  sparse_plus: sparsePlus,
  /** min(1, max(0, (x + 1)/2)) */
  sparse_sigmoid: ({ emit }, x) => emit.unary("HardSigmoid", x, { alpha: float(0.5), beta: float(0.5) }),
  sparsemax,
  squareplus,
  swish: silu,
  tanh: operator("Tanh"),
  tanh_shrink: formula((emit, x) => emit.op("Sub", [x, emit.op("Tanh", [x])])),
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
