import type * as TensorFlow from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

type Library = typeof TensorFlow;

/**
 * The library with functions that keep NaN and infinities where WebGPU's own do not. WGSL promises nothing of either:
 * the exponential of NaN was found to be ∞, the logarithm of 0 to be −88, and that of NaN to be 89, which would stand in
 * a picture as if it were measured. Sums, products and comparisons of bits are right everywhere; of these the rest is
 * made.
 */
export function careful(tf: Library): Library {
  const keepingNaN =
    (f: (x: Tensor) => Tensor) =>
    (x: Tensor): Tensor =>
      tf.where(tf.isNaN(x), x, f(x));
  const exp = keepingNaN((x) => tf.exp(x));
  const log = keepingNaN((x) => {
    const atZero = tf.where(tf.equal(x, 0), tf.fill(x.shape, -Infinity), tf.fill(x.shape, NaN));
    return tf.where(tf.greater(x, 0), tf.log(x), atZero);
  });
  const functions = {
    exp,
    log,
    log1p: (x: Tensor) => log(tf.add(x, 1)),
    expm1: (x: Tensor) => tf.sub(exp(x), 1),
    sigmoid: keepingNaN((x) => tf.sigmoid(x)),
    softmax: (x: Tensor) => {
      const powers = exp(tf.sub(x, tf.max(x, -1, true)));
      return tf.div(powers, tf.sum(powers, -1, true));
    },
    logSoftmax: (x: Tensor) => {
      const shifted = tf.sub(x, tf.max(x, -1, true));
      return tf.sub(shifted, log(tf.sum(exp(shifted), -1, true)));
    },
  };
  return { ...tf, ...functions } as unknown as Library;
}
