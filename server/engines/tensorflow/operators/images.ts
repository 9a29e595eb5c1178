import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { Call } from "../call";
import { aroundAxis, countTo } from "../shapes";
import type { Value } from "../values";
import { reach } from "../windows";
import { surround, takeOnDevice } from "./movement";

/** Two-dimensional images with the channels last, [N, H, W, C]; one-dimensional ones get a height of 1. */

export type Pair = readonly [number, number];
export type Pads = readonly [Pair, Pair];

/** How windows lie in an image, in the back end's terms. */
export interface Geometry {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

/** One entry for the height in front when there is only the width. */
export function pairOf<T>(entries: readonly T[], first: T): [T, T] {
  return entries.length === 1 ? [first, entries[0]!] : [entries[0]!, entries[1]!];
}

/** A value as an image. */
export function imageOf(call: Call, value: Value): DeviceTensor {
  const x = value.last();
  const [batch, ...rest] = x.shape as [number, ...number[]];
  return x.rank === 3 ? call.tf.reshape(x, [batch, 1, ...rest]) : x;
}

/** An image as a value of the given rank. */
export function valueOfImage(call: Call, y: DeviceTensor, rank: number): Value {
  if (rank === 4) return call.last(y);
  const [batch, , width, channels] = y.shape as [number, number, number, number];
  return call.last(call.tf.reshape(y, [batch, width, channels]));
}

/** Padding as the library's kernels take it. */
export function padAttribute(pads: Pads): Pair[] {
  return [[0, 0], ...pads, [0, 0]];
}

/**
 * Convolves each channel with its own filters, [kh, kw, C, m]. The native kernel knows equal strides only, and no
 * dilation: for other strides every s-th result is kept, and a dilated filter is one with zeros between its entries.
 * Where there is nothing but a factor for each channel, the kernel of WebAssembly loses NaN; a product does not.
 */
export function depthwise(
  call: Call,
  x: DeviceTensor,
  filter: DeviceTensor,
  { strides, dilations, pads }: Geometry,
): DeviceTensor {
  const [height, width, , multiplier] = filter.shape;
  const inPlace = [...strides, ...pads.flat().map((pad) => pad + 1)].every((step) => step === 1);
  if (height === 1 && width === 1 && multiplier === 1 && inPlace) {
    return call.tf.mul(x, call.tf.reshape(filter, [filter.size]));
  }
  const attributes = { pad: padAttribute(pads), dataFormat: "NHWC", dimRoundingMode: "floor" };
  if (call.device.backend === "wasm") {
    return call.kernel("DepthwiseConv2dNative", { x, filter }, { ...attributes, strides, dilations });
  }
  const equal = strides[0] === strides[1];
  const spread = withZeros(call, filter, [0, 1], dilations);
  const own = { ...attributes, strides: equal ? strides : [1, 1], dilations: [1, 1] };
  const y = call.kernel("DepthwiseConv2dNative", { x, filter: spread }, own);
  return equal ? y : takeOnDevice(call, y, [undefined, ...everyNth(y, strides), undefined]);
}

function everyNth(y: DeviceTensor, strides: Pair): number[][] {
  return strides.map((stride, k) => countTo(Math.ceil(y.shape[k + 1]! / stride)).map((i) => i * stride));
}

/** Puts s − 1 zeros between neighbours along two axes. */
export function withZeros(call: Call, tensor: DeviceTensor, axes: Pair, steps: Pair): DeviceTensor {
  const { tf } = call;
  return axes.reduce((result, axis, k) => {
    const step = steps[k]!;
    if (step === 1) return result;
    const [outer, extent, inner] = aroundAxis(result.shape, axis);
    const spread = surround(call, tf.reshape(result, [outer, extent, 1, inner]), [...still, [0, step - 1], [0, 0]], 0);
    const shape = [...result.shape];
    shape[axis] = extent * step;
    // No zeros follow the last of them.
    return takeOnDevice(
      call,
      tf.reshape(spread, shape),
      shape.map((_, a) => (a === axis ? countTo(reach(extent, step)) : undefined)),
    );
  }, tensor);
}

const still: readonly Pair[] = [
  [0, 0],
  [0, 0],
];
