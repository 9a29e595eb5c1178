import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { GraphNode } from "../../../graph/graph";
import { attributeOf, type Call, type Family, type NodeFacts } from "../call";
import { countTo } from "../shapes";
import type { Value } from "../values";
import { reach, transposedWindowsOf, windowsOf, type TransposedWindows } from "../windows";
import {
  depthwise,
  imageOf,
  padAttribute,
  pairOf,
  valueOfImage,
  withZeros,
  type Geometry,
  type Pads,
  type Pair,
} from "./images";
import { surround, takeOnDevice } from "./movement";

/** Positions of what the lowering adds to a convolution's inputs. */
const batchNormInputs = [3, 4, 5, 6];

/** The kernels take the shapes on trust and would read beyond the end of a tensor that is too small. */
function requireChannels(call: Call, channels: number, outputs: number): void {
  const x = call.input(0);
  if (x.shape[1] !== channels) throw new Error(`an input of ${x.shape[1]} channels meets filters for ${channels}`);
  for (const position of [2, ...batchNormInputs]) {
    const size = call.optional(position)?.size ?? outputs;
    if (size !== outputs) throw new Error(`${size} numbers are given for ${outputs} channels`);
  }
}

function convolution(call: Call): Value {
  const x = call.input(0);
  const w = call.input(1);
  const groups = call.int("group", 1);
  requireChannels(call, w.shape[1]! * groups, w.shape[0]!);
  const windows = windowsOf(call.node, x.shape.slice(2), w.shape.slice(2));
  const geometry: Geometry = {
    strides: pairOf(windows.strides, 1),
    dilations: pairOf(windows.dilations, 1),
    pads: pairOf<Pair>(windows.pads, [0, 0]),
  };
  const bias = call.optional(2) || call.step.batchNorm ? biasOf(call) : undefined;
  const image = imageOf(call, x);

  let y: DeviceTensor;
  if (groups > 1 && w.shape[1] === 1 && x.shape[1] === groups) {
    const filter = call.prepared("depthwise", filterInputs(call), () => depthwiseFilter(call, w, groups));
    y = shifted(call, depthwise(call, image, filter, geometry), bias);
  } else {
    const filter = call.prepared("filter", filterInputs(call), () => denseFilter(call, w));
    y = grouped(call, image, filter, groups, bias, geometry);
  }
  return valueOfImage(call, y, x.rank);
}

/** The axes of the filter and all that is folded into it. */
function filterInputs(call: Call): number[] {
  return call.step.batchNorm ? [1, 3, 6] : [1];
}

/** [M, C, kh, kw] → [kh, kw, C, M], times the scale of a folded batch normalisation. */
function denseFilter(call: Call, w: Value): DeviceTensor {
  const { tf } = call;
  const filter = tf.transpose(withHeight(call, w), [2, 3, 1, 0]);
  const scale = foldedScale(call);
  return scale ? tf.mul(filter, scale) : filter;
}

/** [C·m, 1, kh, kw] → [kh, kw, C, m] */
function depthwiseFilter(call: Call, w: Value, channels: number): DeviceTensor {
  const { tf } = call;
  const four = withHeight(call, w);
  const [outputs, , height, width] = four.shape as [number, number, number, number];
  const scale = foldedScale(call);
  const scaled = scale ? tf.mul(four, tf.reshape(scale, [outputs, 1, 1, 1])) : four;
  return tf.transpose(tf.reshape(scaled, [channels, outputs / channels, height, width]), [2, 3, 0, 1]);
}

/** scale / √(variance + ε) of the batch normalisation that is folded in, per output channel. */
function foldedScale(call: Call): DeviceTensor | undefined {
  const norm = call.step.batchNorm;
  if (!norm) return undefined;
  const { tf } = call;
  const epsilon = attributeOf(norm, "epsilon", "float") ?? 1e-5;
  return tf.div(call.input(3).transient(), tf.sqrt(tf.add(call.input(6).transient(), epsilon)));
}

/** The convolution's bias; with a folded batch normalisation (bias − mean)·scale′ + shift. */
function biasOf(call: Call): DeviceTensor {
  const { tf } = call;
  const bias = call.optional(2);
  if (!call.step.batchNorm) return call.prepared("bias", [2], () => tf.clone(bias!.transient()));
  return call.prepared("bias", [2, ...batchNormInputs], () => {
    const [shift, mean] = [call.input(4).transient(), call.input(5).transient()];
    const centred = bias ? tf.sub(bias.transient(), mean) : tf.neg(mean);
    return tf.add(tf.mul(centred, foldedScale(call)!), shift);
  });
}

/** A convolution of images with filters [kh, kw, C, M]. */
export function dense(
  call: Call,
  x: DeviceTensor,
  filter: DeviceTensor,
  bias: DeviceTensor | undefined,
  geometry: Geometry,
): DeviceTensor {
  // From one channel to one, the kernel of WebAssembly loses NaN; the other one does not.
  if (filter.shape[2] === 1 && filter.shape[3] === 1) return shifted(call, depthwise(call, x, filter, geometry), bias);
  const { strides, dilations, pads } = geometry;
  const attributes = { strides, dilations, pad: padAttribute(pads), dataFormat: "NHWC", dimRoundingMode: "floor" };
  if (!bias) return call.kernel("Conv2D", { x, filter }, attributes);
  return call.kernel("FusedConv2D", { x, filter, bias }, { ...attributes, activation: "linear" });
}

/** Convolves each group of channels with its own filters and puts the results side by side. */
function grouped(
  call: Call,
  x: DeviceTensor,
  filter: DeviceTensor,
  groups: number,
  bias: DeviceTensor | undefined,
  geometry: Geometry,
): DeviceTensor {
  if (groups === 1) return dense(call, x, filter, bias, geometry);
  const { tf } = call;
  const filters = tf.split(filter, groups, 3);
  const parts = tf.split(x, groups, 3).map((part, k) => dense(call, part, filters[k]!, undefined, geometry));
  return shifted(call, tf.concat(parts, 3), bias);
}

function shifted(call: Call, y: DeviceTensor, bias: DeviceTensor | undefined): DeviceTensor {
  return bias ? call.tf.add(y, bias) : y;
}

function transposedConvolution(call: Call): Value {
  const spatial = call.input(0).shape.slice(2);
  return adjointConvolution(call, transposedWindowsOf(call.node, spatial, call.input(1).shape.slice(2)));
}

/**
 * The adjoint of a convolution, as a convolution with the filter turned round over an input with s − 1 zeros between its
 * pixels; exact for every stride, dilation, padding and grouping. Inputs of the call: x, filters [C, M/g, k…], bias.
 */
export function adjointConvolution(call: Call, windows: TransposedWindows): Value {
  const x = call.input(0);
  const w = call.input(1);
  const groups = call.int("group", 1);
  requireChannels(call, w.shape[0]!, w.shape[1]! * groups);
  const room = adjointRoom(call, imageOf(call, x), windows, w.shape.slice(2));
  const geometry: Geometry = { strides: [1, 1], dilations: pairOf(windows.dilations, 1), pads: noPads };
  const bias = call.optional(2)?.transient();
  if (groups > 1 && w.shape[1] === 1) {
    const filter = call.prepared("turned", [1], () => turnedDepthwiseFilter(call, w));
    const y = depthwise(call, room, filter, geometry);
    return valueOfImage(call, shifted(call, sumWithinGroups(call, y, groups), bias), x.rank);
  }
  const filter = call.prepared("turned", [1], () => turnedFilter(call, w, groups));
  return valueOfImage(call, grouped(call, room, filter, groups, bias, geometry), x.rank);
}

const noPads: Pads = [
  [0, 0],
  [0, 0],
];

/**
 * An image with s − 1 zeros between its pixels and as much room around them that a turned kernel without padding makes
 * exactly the asked part of the full result; negative room crops.
 */
export function adjointRoom(
  call: Call,
  image: DeviceTensor,
  { strides, dilations, before, out }: TransposedWindows,
  kernel: readonly number[],
): DeviceTensor {
  const extents = pairOf(out, 1)
    .map((_, k) => image.shape[k + 1]!)
    .slice(2 - out.length);
  const spaced = withZeros(call, image, [1, 2], pairOf(strides, 1));
  const pads = pairOf<Pair>(
    extents.map((extent, axis): Pair => {
      const margin = reach(kernel[axis]!, dilations[axis]!) - 1;
      const begin = margin - before[axis]!;
      return [begin, out[axis]! + margin - begin - reach(extent, strides[axis]!)];
    }),
    [0, 0],
  );
  const left = pads.map((own, k) => spaced.shape[k + 1]! + Math.min(0, own[0]) + Math.min(0, own[1]));
  if (left.some((extent) => extent <= 0)) {
    // Padding beyond the windows: none of them lies in what is asked for.
    const [height, width] = pads.map(([first, last], k) => spaced.shape[k + 1]! + first + last) as [number, number];
    return call.tf.zeros([spaced.shape[0]!, height, width, spaced.shape[3]!]);
  }
  const cropped = takeOnDevice(call, spaced, [
    undefined,
    ...pads.map((own, k) => inside(own, spaced.shape[k + 1]!)),
    undefined,
  ]);
  const added = pads.map(([first, last]): Pair => [Math.max(first, 0), Math.max(last, 0)]);
  return surround(call, cropped, [[0, 0], ...added, [0, 0]], 0);
}

/** Indices that negative padding leaves; undefined when all stay. */
function inside([before, after]: Pair, extent: number): number[] | undefined {
  if (before >= 0 && after >= 0) return undefined;
  const from = Math.max(0, -before);
  return countTo(extent - from - Math.max(0, -after)).map((i) => i + from);
}

/** [C, M/g, kh, kw] → [kh, kw, C/g, M] with both spatial axes reversed. */
function turnedFilter(call: Call, w: Value, groups: number): DeviceTensor {
  const { tf } = call;
  const four = withHeight(call, w);
  const [channels, outputs, height, width] = four.shape as [number, number, number, number];
  const apart = tf.reshape(four, [groups, channels / groups, outputs, height, width]);
  const moved = tf.reshape(tf.transpose(apart, [3, 4, 1, 0, 2]), [height, width, channels / groups, groups * outputs]);
  return tf.reverse(moved, [0, 1]);
}

/** [C, 1, kh, kw] → [kh, kw, C, 1] with both spatial axes reversed. */
function turnedDepthwiseFilter(call: Call, w: Value): DeviceTensor {
  const { tf } = call;
  return tf.reverse(tf.transpose(withHeight(call, w), [2, 3, 0, 1]), [0, 1]);
}

/** Adds up the channels of each group. */
function sumWithinGroups(call: Call, y: DeviceTensor, groups: number): DeviceTensor {
  const [batch, height, width, channels] = y.shape as [number, number, number, number];
  if (channels === groups) return y;
  return call.tf.sum(call.tf.reshape(y, [batch, height, width, groups, channels / groups]), 4);
}

/** A filter with two spatial axes. */
function withHeight(call: Call, w: Value): DeviceTensor {
  const [first, second, ...kernel] = w.shape as [number, number, ...number[]];
  return call.tf.reshape(w.transient(), [first, second, ...pairOf(kernel, 1)]);
}

/** The back end has two-dimensional convolutions. A kernel that is computed has no known rank, but may be described. */
function lacksRank(node: GraphNode, facts: NodeFacts): string | undefined {
  const listed = ["kernel_shape", "strides", "dilations"].map((name) => attributeOf(node, name, "ints")).find(Boolean);
  const rank = facts.rank(1) ?? facts.rank(0) ?? (listed && listed.length + 2);
  return rank === undefined || rank === 3 || rank === 4 ? undefined : `in ${rank - 2} dimensions`;
}

function lacksConvolution(node: GraphNode, facts: NodeFacts): string | undefined {
  if ((attributeOf(node, "pads", "ints") ?? []).some((pad) => pad < 0)) return "with negative pads";
  return lacksRank(node, facts);
}

export const convolutions: Family = {
  Conv: { run: convolution, lacks: lacksConvolution },
  ConvTranspose: { run: transposedConvolution, lacks: lacksRank },
};
