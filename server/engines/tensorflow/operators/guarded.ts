import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { Call } from "../call";

/**
 * What is done to NaN must be NaN. Several kernels of WebAssembly make a number of it: ReLU where its sign bit is set
 * (as it is in the NaN of ∞ − ∞), clipping and the sign always, maximum and minimum when it is the second operand. Here
 * they are made good, at the price of a pass or two over the tensor; the native kernels need no help.
 */

/** max(x, 0) */
export function relu(call: Call, x: DeviceTensor): DeviceTensor {
  const { tf } = call;
  // The step is 1 where x is positive, 0 where it is not, and NaN where x is.
  return isNative(call) ? tf.relu(x) : tf.mul(tf.relu(x), tf.step(x));
}

/** min(max(x, low), high); either bound may be infinite, and the upper one holds where they cross. */
export function clamp(call: Call, x: DeviceTensor, low: number, high: number): DeviceTensor {
  return withNaNOf(call, x, call.tf.clipByValue(x, Math.min(low, high), high));
}

export function larger(call: Call, a: DeviceTensor, b: DeviceTensor): DeviceTensor {
  return withNaNOf(call, b, call.tf.maximum(a, b));
}

export function smaller(call: Call, a: DeviceTensor, b: DeviceTensor): DeviceTensor {
  return withNaNOf(call, b, call.tf.minimum(a, b));
}

export function sign(call: Call, x: DeviceTensor): DeviceTensor {
  return withNaNOf(call, x, call.tf.sign(x));
}

/** `result`, and NaN where the operand is NaN: 0 · step is 0 for every other number. */
function withNaNOf(call: Call, operand: DeviceTensor, result: DeviceTensor): DeviceTensor {
  const { tf } = call;
  return isNative(call) ? result : tf.add(result, tf.mul(tf.step(operand), 0));
}

function isNative(call: Call): boolean {
  return call.device.backend === "tensorflow";
}
