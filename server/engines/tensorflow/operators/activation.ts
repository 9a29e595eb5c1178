import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { Call, Family, Operator } from "../call";
import type { Library } from "../library";
import { axisOf, countTo } from "../shapes";
import { sizeOf } from "../../../graph/tensor";
import type { Value } from "../values";
import { combine, map } from "./broadcast";
import { clamp, relu } from "./guarded";
import { reshape, transpose } from "./movement";

/**
 * Activations, composed so that infinities follow the formula; the library's own PReLU makes NaN of ∞ on the native
 * library.
 */

function activation(f: (call: Call, x: DeviceTensor) => DeviceTensor): Operator {
  return { run: (call) => map(call, call.input(0), (x) => f(call, x)) };
}

/** x where it is positive, α(e^(x/β) − 1) where it is not. */
function exponentialUnit(call: Call, x: DeviceTensor, alpha: number, beta = 1): DeviceTensor {
  const { tf } = call;
  const negative = clamp(call, x, -Infinity, 0);
  return tf.add(relu(call, x), tf.mul(tf.expm1(beta === 1 ? negative : tf.div(negative, beta)), alpha));
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which does not overflow. */
function softplus(call: Call, x: DeviceTensor): DeviceTensor {
  const { tf } = call;
  return tf.add(relu(call, x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}

/** clip(a·x + b, 0, 1) */
function hardSigmoid(call: Call, x: DeviceTensor, a: number, b: number): DeviceTensor {
  return clamp(call, call.tf.add(call.tf.mul(x, a), b), 0, 1);
}

/** max(x, 0) + slope·min(x, 0) */
function bent(call: Call, x: DeviceTensor, slope: DeviceTensor | number): DeviceTensor {
  return call.tf.add(relu(call, x), call.tf.mul(clamp(call, x, -Infinity, 0), slope));
}

/** ½x(1 + erf(x/√2)), or with tanh its usual approximation. */
function gelu(call: Call, x: DeviceTensor): DeviceTensor {
  const { tf } = call;
  const half = tf.mul(x, 0.5);
  if (call.string("approximate", "none") === "tanh") {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(half, tf.add(tf.tanh(inner), 1));
  }
  return tf.mul(half, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/**
 * A function of lines along one axis. Before operator set 13, softmax and its like saw the tensor as a matrix whose
 * rows begin at `axis`.
 */
function alongAxis(f: (tf: Library, x: DeviceTensor) => DeviceTensor): (call: Call) => Value {
  return (call) => {
    const x = call.input(0);
    const flat = call.opset < 13;
    const axis = axisOf(call.int("axis", flat ? 1 : -1), x.rank);
    const view = flat
      ? reshape(call, x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
      : transpose(call, x, swapped(x.rank, axis));
    const done = call.plain(f(call.tf, view.plain()));
    const result = flat ? reshape(call, done, x.shape) : transpose(call, done, swapped(x.rank, axis));
    view.release();
    done.release();
    return result;
  };
}

/** The order of axes with `axis` and the last one exchanged. */
function swapped(rank: number, axis: number): number[] {
  const order = countTo(rank);
  [order[axis], order[rank - 1]] = [rank - 1, axis];
  return order;
}

export const activations: Family = {
  Relu: activation(relu),
  LeakyRelu: activation((call, x) => bent(call, x, call.float("alpha", 0.01))),
  PRelu: { run: (call) => combine(call, [call.input(0), call.input(1)], (x, slope) => bent(call, x!, slope!)) },
  Elu: activation((call, x) => exponentialUnit(call, x, call.float("alpha", 1))),
  Celu: activation((call, x) => exponentialUnit(call, x, call.float("alpha", 1), call.float("alpha", 1))),
  Selu: activation((call, x) => {
    const unit = exponentialUnit(call, x, call.float("alpha", 1.6732632423543772));
    return call.tf.mul(unit, call.float("gamma", 1.0507009873554805));
  }),
  Sigmoid: activation(({ tf }, x) => tf.sigmoid(x)),
  HardSigmoid: activation((call, x) => hardSigmoid(call, x, call.float("alpha", 0.2), call.float("beta", 0.5))),
  HardSwish: activation((call, x) => call.tf.mul(x, hardSigmoid(call, x, 1 / 6, 0.5))),
  Softplus: activation(softplus),
  Softsign: activation(({ tf }, x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Mish: activation((call, x) => call.tf.mul(x, call.tf.tanh(softplus(call, x)))),
  Gelu: activation(gelu),
  ThresholdedRelu: activation((call, x) => {
    const { tf } = call;
    return tf.where(tf.greater(x, call.float("alpha", 1)), x, tf.zerosLike(x));
  }),
  Shrink: activation((call, x) => {
    const { tf } = call;
    const [lambda, bias] = [call.float("lambd", 0.5), call.float("bias", 0)];
    const above = tf.where(tf.greater(x, lambda), tf.sub(x, bias), tf.zerosLike(x));
    return tf.where(tf.less(x, -lambda), tf.add(x, bias), above);
  }),
  Softmax: { run: alongAxis((tf, x) => tf.softmax(x)) },
  LogSoftmax: { run: alongAxis((tf, x) => tf.logSoftmax(x)) },
};
