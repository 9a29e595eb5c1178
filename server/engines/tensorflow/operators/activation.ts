import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { Call, Family, Operator } from "../call";
import type { Library } from "../library";
import { axisOf, countTo } from "../shapes";
import { sizeOf } from "../../../graph/tensor";
import type { Value } from "../values";
import { combine, map } from "./broadcast";
import { reshape, transpose } from "./movement";

/**
 * Activations, composed so that NaN stays NaN and infinities follow the formula: the library's kernels for ReLU6 and
 * clipping replace NaN on WebAssembly, and its PReLU makes NaN of ∞ on the native library.
 */

function activation(f: (tf: Library, x: DeviceTensor, call: Call) => DeviceTensor): Operator {
  return { run: (call) => map(call, call.input(0), (x) => f(call.tf, x, call)) };
}

/** α(eˣ − 1) where x is negative, x elsewhere. */
function exponentialUnit(tf: Library, x: DeviceTensor, alpha: number, scale = 1): DeviceTensor {
  const positive = tf.relu(x);
  const negative = tf.mul(tf.expm1(tf.minimum(x, 0)), alpha * scale);
  return tf.add(scale === 1 ? positive : tf.mul(positive, scale), negative);
}

function softplus(tf: Library, x: DeviceTensor): DeviceTensor {
  // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which does not overflow.
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}

/** clip(a·x + b, 0, 1) */
function hardSigmoid(tf: Library, x: DeviceTensor, a: number, b: number): DeviceTensor {
  return tf.minimum(tf.relu(tf.add(tf.mul(x, a), b)), 1);
}

/** ½x(1 + erf(x/√2)), or with tanh its usual approximation. */
function gelu(tf: Library, x: DeviceTensor, call: Call): DeviceTensor {
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
  Relu: activation((tf, x) => tf.relu(x)),
  LeakyRelu: activation((tf, x, call) => tf.leakyRelu(x, call.float("alpha", 0.01))),
  PRelu: {
    run: (call) => {
      const { tf } = call;
      const bent = (x: DeviceTensor, slope: DeviceTensor): DeviceTensor =>
        tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0)));
      return combine(call, [call.input(0), call.input(1)], (x, slope) => bent(x!, slope!));
    },
  },
  Elu: activation((tf, x, call) => exponentialUnit(tf, x, call.float("alpha", 1))),
  Celu: activation((tf, x, call) => {
    const alpha = call.float("alpha", 1);
    return tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(tf.minimum(x, 0), alpha)), alpha));
  }),
  Selu: activation((tf, x, call) =>
    exponentialUnit(tf, x, call.float("alpha", 1.6732632423543772), call.float("gamma", 1.0507009873554805)),
  ),
  Sigmoid: activation((tf, x) => tf.sigmoid(x)),
  HardSigmoid: activation((tf, x, call) => hardSigmoid(tf, x, call.float("alpha", 0.2), call.float("beta", 0.5))),
  HardSwish: activation((tf, x) => tf.mul(x, hardSigmoid(tf, x, 1 / 6, 0.5))),
  Softplus: activation(softplus),
  Softsign: activation((tf, x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Mish: activation((tf, x) => tf.mul(x, tf.tanh(softplus(tf, x)))),
  Gelu: activation(gelu),
  ThresholdedRelu: activation((tf, x, call) => tf.where(tf.greater(x, call.float("alpha", 1)), x, tf.zerosLike(x))),
  Shrink: activation((tf, x, call) => {
    const [lambda, bias] = [call.float("lambd", 0.5), call.float("bias", 0)];
    const above = tf.where(tf.greater(x, lambda), tf.sub(x, bias), tf.zerosLike(x));
    return tf.where(tf.less(x, -lambda), tf.add(x, bias), above);
  }),
  Softmax: { run: alongAxis((tf, x) => tf.softmax(x)) },
  LogSoftmax: { run: alongAxis((tf, x) => tf.logSoftmax(x)) },
};
