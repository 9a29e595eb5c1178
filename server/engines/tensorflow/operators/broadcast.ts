import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../graph/tensor";
import type { Call } from "../call";
import { broadcastShape } from "../shapes";
import { toLast, type Value } from "../values";

/** Applies `f` to every element, in whichever layout the value is. */
export function map(call: Call, value: Value, f: (x: DeviceTensor) => DeviceTensor): Value {
  return value.isLast ? call.last(f(value.last())) : call.plain(f(value.plain()));
}

/**
 * Applies `f` to values that are broadcast as numpy does. The result keeps the channels last when the operand that
 * gives it its shape has them there.
 */
export function combine(
  call: Call,
  values: readonly Value[],
  f: (...tensors: readonly DeviceTensor[]) => DeviceTensor,
): Value {
  const shape = broadcastShape(...values.map((value) => value.shape));
  const rank = shape.length;
  const isLast =
    rank > 2 &&
    sizeOf(shape) !== 1 &&
    values.some((value) => value.isLast && value.rank === rank && value.size === sizeOf(shape));
  const tensors = values.map((value) => (isLast ? lastOfRank(call, value, rank) : value.plain()));
  const result = f(...widened(call, tensors));
  return isLast ? call.last(result) : call.plain(result);
}

function lastOfRank(call: Call, value: Value, rank: number): DeviceTensor {
  if (value.size === 1) return call.tf.reshape(value.plain(), []);
  if (value.rank === rank) return value.last();
  const own = [...new Array<number>(rank - value.rank).fill(1), ...value.shape];
  return toLast(call.device, call.tf.reshape(value.plain(), own));
}

/** The native library broadcasts only so many alternating axes; beyond, one operand is repeated first. */
function widened(call: Call, tensors: readonly DeviceTensor[]): readonly DeviceTensor[] {
  if (call.device.backend !== "tensorflow" || tensors.every(({ rank }) => rank < 5)) return tensors;
  const shape = broadcastShape(...tensors.map((tensor) => tensor.shape));
  if (tensors.some((tensor) => tensor.size === sizeOf(shape))) return tensors;
  return tensors.map((tensor) => (tensor.size === 1 ? tensor : call.tf.broadcastTo(tensor, shape)));
}

/** Combines any number of values from the left; a single one stays as it is. */
export function fold(
  call: Call,
  values: readonly Value[],
  f: (a: DeviceTensor, b: DeviceTensor) => DeviceTensor,
): Value {
  const [first, ...rest] = values;
  let result = first!.retain();
  for (const value of rest) {
    const next = combine(call, [result, value], (a, b) => f(a!, b!));
    result.release();
    result = next;
  }
  return result;
}
