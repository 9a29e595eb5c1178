import { int, ints } from "../../../../graph/build";
import type { Call, Translation, Translations } from "../call";
import { DividedConvolution, DividedImages } from "../divided";
import { activated, withBias } from "../fused";
import { elementsOf, isStatic, type Value } from "../value";
import { attributesOf, countsOf, imagesOf, reachOf, windowsOf, type Windows } from "../windows";

/** The kernel's spatial extents; its last two axes are channels. */
function kernelOf(call: Call, kernel: Value): readonly number[] {
  const { shape } = kernel;
  if (!isStatic(shape)) throw call.refuse("whose kernel has an unknown shape");
  return shape;
}

/** Kernels [...k, in/groups, out] on images of any number of spatial axes. */
function convolution(call: Call): Value {
  const { emit } = call;
  const [x, kernel] = [call.input(0), call.input(1)];
  const extents = kernelOf(call, kernel);
  const rank = extents.length;
  if (x.rank !== rank) throw call.refuse(`of a tensor of ${x.rank} axes with a kernel of ${rank}`);
  const windows = windowsOf(call, x.shape, extents.slice(0, -2));
  const [each, filters] = [extents[rank - 2]!, extents[rank - 1]!];
  const channels = x.shape[windows.channelAxis] ?? each;
  if (channels % each !== 0) throw call.refuse(`of ${channels} channels with a kernel for ${each}`);
  const turned = emit.arranged(kernel, [rank - 1, rank - 2, ...windows.kernel.map((_, axis) => axis)]);
  return convolved(call, x, turned, windows, { group: channels / each, filters });
}

/** Kernels [k, k, in, multiplier]: one group for each channel. */
function depthwise(call: Call): Value {
  const { emit } = call;
  const [x, kernel] = [call.input(0), call.input(1)];
  const extents = kernelOf(call, kernel);
  if (x.rank !== 4 || extents.length !== 4) throw call.refuse(`of a tensor of ${x.rank} axes`);
  const [height, width, channels, multiplier] = extents as readonly [number, number, number, number];
  const windows = windowsOf(call, x.shape, [height, width]);
  const filters = channels * multiplier;
  const turned = emit.arranged(kernel, [2, 3, 0, 1]);
  const split = emit.op("Reshape", [turned, emit.integers([filters, 1, height, width])]);
  return convolved(call, x, split, windows, { group: channels, filters });
}

function convolved(
  call: Call,
  x: Value,
  kernel: string,
  windows: Windows,
  { group, filters }: { readonly group: number; readonly filters: number },
): Value {
  const attributes = { ...attributesOf(windows), dilations: ints(...windows.dilations), group: int(group) };
  const name = call.emit.op("Conv", [call.emit.arranged(x, windows.order), kernel], attributes);
  const result = imagesOf(call, windows, name, { batch: x.shape[0]!, channels: filters, extents: countsOf(windows) });
  const { strides, dilations, padding } = windows;
  const isPlain = padding === "VALID" && [...strides, ...dilations].every((n) => n === 1);
  return x instanceof DividedImages && isPlain ? new DividedConvolution(result, x, call.emit.nodes.at(-1)!) : result;
}

/** Kernels [...k, out, in]; the first input says the shape of the result. */
const transposed: Translation = (call) => {
  const { emit } = call;
  const [sizes, kernel, x] = [call.input(0), call.input(1), call.input(2)];
  const extents = kernelOf(call, kernel);
  const rank = extents.length;
  const shape = elementsOf(sizes) ?? [];
  if (x.rank !== rank || shape.length !== rank) throw call.refuse("whose result has an unknown shape");
  const windows = windowsOf(call, shape, extents.slice(0, -2));
  const { order, kernel: spatial, strides, dilations } = windows;
  const [before, after, extra] = [[], [], []] as readonly [number[], number[], number[]];
  const reach = reachOf(windows);
  order.slice(2).forEach((axis, k) => {
    const [result, from] = [shape[axis]!, x.shape[axis]!];
    if (result === null || from === null) throw call.refuse("whose images have an unknown size");
    if (countsOf(windows)[k] !== from) throw call.refuse(`from ${from} to ${result} elements along an axis`);
    // The elements that the transposed windows reach beyond the result, or fall short of it.
    const beyond = (from - 1) * strides[k]! + reach[k]! - result;
    const cut = windows.padding === "EXPLICIT" ? windows.explicit[k]![0] : Math.floor(Math.max(0, beyond) / 2);
    before.push(windows.padding === "VALID" ? 0 : cut);
    after.push(Math.max(0, beyond - before[k]!));
    extra.push(Math.max(0, before[k]! - beyond));
  });
  const turned = emit.arranged(kernel, [rank - 1, rank - 2, ...spatial.map((_, axis) => axis)]);
  const attributes = {
    strides: ints(...strides),
    dilations: ints(...dilations),
    pads: ints(...before, ...after),
    output_padding: ints(...extra),
  };
  const name = emit.op("ConvTranspose", [emit.arranged(x, order), turned], attributes);
  const spans = order.slice(2).map((axis) => shape[axis]!);
  return imagesOf(call, windows, name, { batch: x.shape[0]!, channels: extents[rank - 2]!, extents: spans });
};

/** A convolution with what the converter fused to it. */
const fused =
  (convolve: (call: Call) => Value): Translation =>
  (call) =>
    activated(call, convolve(call));

/** Convolutions and the biases that follow them. */
export const convolutions: Translations = {
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2dNative: depthwise,
  _FusedConv2D: fused(convolution),
  FusedDepthwiseConv2dNative: fused(depthwise),
  _FusedDepthwiseConv2dNative: fused(depthwise),
  Conv2DBackpropInput: transposed,
  Conv3DBackpropInputV2: transposed,
  BiasAdd: (call) => withBias(call, call.input(0), call.input(1), call.usedOnce(0)),
};
