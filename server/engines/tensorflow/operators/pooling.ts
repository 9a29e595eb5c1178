import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf } from "../../../graph/tensor";
import { attributeOf, type Call, type Family, type NodeFacts } from "../call";
import { maximaOf } from "../host/maxima";
import { countTo } from "../shapes";
import type { Value } from "../values";
import { windowsOf, type Windows } from "../windows";
import { larger } from "./guarded";
import { depthwise, imageOf, pairOf, valueOfImage, type Pair, type Pads } from "./images";
import { surround, takeOnDevice } from "./movement";
import { reduceOnDevice } from "./reduction";

function windowsFor(call: Call): Windows {
  return windowsOf(call.node, call.input(0).shape.slice(2), call.ints("kernel_shape")!);
}

/** The padding, with the room that windows need when their number is rounded up. */
function roomOf({ pads, overhang }: Windows): Pads {
  return pairOf<Pair>(
    pads.map(([before, after], axis): Pair => [before, after + overhang[axis]!]),
    [0, 0],
  );
}

function maxPool(call: Call): Value | Value[] {
  const { tf } = call;
  const x = call.input(0);
  const windows = windowsFor(call);
  if (call.node.outputs[1]) return maximaOf(x.host(), windows).map((tensor) => call.onHost(tensor));
  const image = imageOf(call, x);
  const largest = largestOf(call, image, windows, -Infinity);
  // The kernels look past NaN. Where the input has any (or infinities that cancel), a mask finds its windows.
  if (!Number.isNaN(call.read(tf.sum(image))[0]!)) return valueOfImage(call, largest, x.rank);
  const marked = largestOf(call, tf.cast(tf.isNaN(image), "float32"), windows, 0);
  const restored = tf.where(tf.greater(marked, 0.5), tf.fill(largest.shape, NaN), largest);
  return valueOfImage(call, restored, x.rank);
}

/** The largest element of each window of an image whose surroundings hold `fill`. */
function largestOf(call: Call, image: DeviceTensor, windows: Windows, fill: number): DeviceTensor {
  const padded = surround(call, image, [[0, 0], ...roomOf(windows), [0, 0]], fill);
  if (windows.dilations.some((step) => step !== 1)) return largestByShifting(call, padded, windows);
  return call.kernel(
    "MaxPool",
    { x: padded },
    {
      filterSize: pairOf(windows.kernel, 1),
      strides: pairOf(windows.strides, 1),
      pad: "valid",
      dimRoundingMode: "floor",
    },
  );
}

/** For dilated windows, which the kernels do not have: one position of the window after the other. */
function largestByShifting(call: Call, x: DeviceTensor, windows: Windows): DeviceTensor {
  const kernel = pairOf(windows.kernel, 1);
  const strides = pairOf(windows.strides, 1);
  const dilations = pairOf(windows.dilations, 1);
  const count = pairOf(windows.count, 1);
  const along = (axis: 0 | 1, k: number): number[] =>
    countTo(count[axis]).map((window) => k * dilations[axis] + window * strides[axis]);
  return countTo(kernel[0])
    .flatMap((row) => countTo(kernel[1]).map((column) => [along(0, row), along(1, column)]))
    .map((places) => takeOnDevice(call, x, [undefined, ...places, undefined]))
    .reduce((a, b) => larger(call, a, b));
}

/**
 * Σ x·weight over each window, zeros around: a convolution of each channel with a constant filter. The averaging kernel
 * of WebAssembly would replace NaN.
 */
function windowSums(call: Call, image: DeviceTensor, windows: Windows, weight: number): DeviceTensor {
  const [height, width] = pairOf(windows.kernel, 1);
  const filter = call.tf.fill([height, width, image.shape[3]!, 1], weight);
  return depthwise(call, image, filter, {
    strides: pairOf(windows.strides, 1),
    dilations: pairOf(windows.dilations, 1),
    pads: roomOf(windows),
  });
}

function averagePool(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const windows = windowsFor(call);
  const full = sizeOf(windows.kernel);
  const sums = windowSums(call, imageOf(call, x), windows, 1 / full);
  const sizes = countedElements(windows, x.shape.slice(2), call.int("count_include_pad", 0) === 1);
  if (sizes.every((size) => size === full)) return valueOfImage(call, sums, x.rank);
  const correction = tf.tensor(
    Float32Array.from(sizes, (size) => full / size),
    [1, ...pairOf(windows.count, 1), 1],
  );
  return valueOfImage(call, tf.mul(sums, correction), x.rank);
}

/** For each window, how many of its positions lie in the input, or in the input and its padding. */
export function countedElements(windows: Windows, spatial: readonly number[], withPadding: boolean): number[] {
  let sizes = [1];
  spatial.forEach((extent, axis) => {
    const [before, after] = windows.pads[axis]!;
    const [from, to] = withPadding ? [-before, extent + after] : [0, extent];
    const along = countTo(windows.count[axis]!).map((window) => {
      const start = window * windows.strides[axis]! - before;
      const places = countTo(windows.kernel[axis]!).map((k) => start + k * windows.dilations[axis]!);
      return places.filter((place) => place >= from && place < to).length;
    });
    sizes = sizes.flatMap((size) => along.map((count) => size * count));
  });
  return sizes;
}

/** (Σ |x|ᵖ)^(1/p) over each window. */
function lpPool(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const p = call.int("p", 2);
  const size = tf.abs(imageOf(call, x));
  const sums = windowSums(call, p === 1 ? size : tf.pow(size, p), windowsFor(call), 1);
  return valueOfImage(call, p === 1 ? sums : tf.pow(sums, 1 / p), x.rank);
}

function lacksRank(node: GraphNode, facts: NodeFacts): string | undefined {
  const dimensions = attributeOf(node, "kernel_shape", "ints")?.length ?? (facts.rank(0) ?? 4) - 2;
  return dimensions === 1 || dimensions === 2 ? undefined : `in ${dimensions} dimensions`;
}

export const poolings: Family = {
  MaxPool: {
    run: maxPool,
    lacks: (node, facts) => {
      if (node.outputs[1]) return attributeOf(node, "storage_order", "int") ? "with indices by column" : undefined;
      return lacksRank(node, facts);
    },
  },
  AveragePool: { run: averagePool, lacks: lacksRank },
  LpPool: { run: lpPool, lacks: lacksRank },
  GlobalAveragePool: { run: (call) => overSpace(call, (tf, x, axes, keep) => tf.mean(x, axes, keep)) },
  GlobalMaxPool: { run: (call) => overSpace(call, (tf, x, axes, keep) => tf.max(x, axes, keep)) },
};

function overSpace(call: Call, reduce: Parameters<typeof reduceOnDevice>[4]): Value {
  const x = call.input(0);
  return reduceOnDevice(call, x, countTo(x.rank).slice(2), true, reduce);
}
