import { int, ints } from "../../../graph/build";
import { activate } from "../activations";
import type { LayerCall, Lowering, Lowerings } from "../call";
import type { KerasValue } from "../value";
import { shapeOf, spatialOf, type Spatial } from "./spatial";
import { attributesOf, countOf, windowsOf, type Windows } from "./windows";

/** y = activation(x ⋆ W + b), W [...k, in/groups, out]. */
const convolution =
  (rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const spatial = spatialOf(call, rank);
    const windows = slidingWindows(call, rank);
    const { kernel } = windows;
    const filters = settings.integer("filters");
    const groups = settings.integer("groups", 1);
    const { channels } = spatial;
    if (groups < 1 || channels % groups !== 0 || filters % groups !== 0) {
      throw call.refuse(`has ${channels} channels and ${filters} filters in ${groups} groups`);
    }
    const weights = call.weight("kernel", [...kernel, channels / groups, filters], "kernel", [rank + 1]);
    const turned = emit.transposed(weights, [rank + 1, rank, ...kernel.map((_, axis) => axis)]);
    const x = emit.arranged(call.input(), spatial.order);
    return activate(call, convolved(call, spatial, windows, [x, turned, ...biasOf(call, filters)], groups, filters));
  };

/** Every channel with filters of its own, W [...k, in, multiplier]. */
const depthwise =
  (rank: number): Lowering =>
  (call) => {
    const spatial = spatialOf(call, rank);
    const windows = slidingWindows(call, rank);
    const [weights, filters] = depthwiseKernel(call, "kernel", spatial, windows);
    const x = call.emit.arranged(call.input(), spatial.order);
    const inputs = [x, weights, ...biasOf(call, filters)];
    return activate(call, convolved(call, spatial, windows, inputs, spatial.channels, filters));
  };

/** A depthwise convolution, then one over channels alone: W₁ [...k, in, multiplier], W₂ [...1, in · multiplier, out]. */
const separable =
  (rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const spatial = spatialOf(call, rank);
    const windows = slidingWindows(call, rank);
    const filters = settings.integer("filters");
    const [weights, middle] = depthwiseKernel(call, "depthwise_kernel", spatial, windows);
    const ones = windows.kernel.map(() => 1);
    const pointwise = call.weight("pointwise_kernel", [...ones, middle, filters], "kernel", [rank + 1]);
    const turned = emit.transposed(pointwise, [rank + 1, rank, ...ones.map((_, axis) => axis)]);
    const x = emit.arranged(call.input(), spatial.order);
    const between = convolved(call, spatial, windows, [x, weights], spatial.channels, middle);
    const single: Windows = { kernel: ones, strides: ones, dilations: ones, padding: "valid" };
    const last = { ...spatial, extents: spatial.spatialAxes.map((axis) => between.shape[axis]!) };
    return activate(call, convolved(call, last, single, [between.name, turned, ...biasOf(call, filters)], 1, filters));
  };

/** @returns the kernel as [in · multiplier, 1, ...k], and how many channels it makes. */
function depthwiseKernel(call: LayerCall, name: string, spatial: Spatial, { kernel }: Windows): [string, number] {
  const { emit, settings } = call;
  const rank = kernel.length;
  const multiplier = settings.integer("depth_multiplier", 1);
  const weights = call.weight(name, [...kernel, spatial.channels, multiplier], "kernel", [rank, rank + 1]);
  const turned = emit.transposed(weights, [rank, rank + 1, ...kernel.map((_, axis) => axis)]);
  const filters = spatial.channels * multiplier;
  return [emit.op("Reshape", [turned, emit.integers([filters, 1, ...kernel])]), filters];
}

/** The adjoint of a convolution, W [...k, out, in]. */
const transposed =
  (rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const spatial = spatialOf(call, rank);
    const windows = slidingWindows(call, rank);
    const { kernel, strides, dilations, padding } = windows;
    if (padding === "causal") throw call.refuse("has the padding causal");
    const filters = settings.integer("filters");
    const given = settings.has("output_padding") ? settings.integers("output_padding", rank) : undefined;
    const weights = call.weight("kernel", [...kernel, filters, spatial.channels], "kernel", [rank]);
    const turned = emit.transposed(weights, [rank + 1, rank, ...kernel.map((_, axis) => axis)]);
    // The whole result has s·(n − 1) + reach elements; what it has too many is cut off, half of it at the beginning.
    const surplus = kernel.map((extent, k) => {
      const reach = (extent - 1) * dilations[k]! + 1;
      if (padding === "valid") return given ? -given[k]! : Math.min(0, reach - strides[k]!);
      return given ? reach - (reach % 2) - given[k]! : reach - strides[k]!;
    });
    const before = surplus.map((n) => Math.floor(Math.max(0, n) / 2));
    const after = surplus.map((n, k) => Math.max(0, n) - before[k]!);
    const name = emit.op(
      "ConvTranspose",
      [emit.arranged(call.input(), spatial.order), turned, ...biasOf(call, filters)],
      {
        strides: ints(...strides),
        dilations: ints(...dilations),
        pads: ints(...before, ...after),
        output_padding: ints(...surplus.map((n) => Math.max(0, -n))),
      },
    );
    const extents = spatial.extents.map((n, k) =>
      n === null ? null : strides[k]! * (n - 1) + (kernel[k]! - 1) * dilations[k]! + 1 - surplus[k]!,
    );
    const shape = shapeOf(spatial, call.input().shape[0]!, filters, extents);
    return activate(call, emit.value(name, shape, { order: spatial.order }));
  };

function slidingWindows(call: LayerCall, rank: number): Windows {
  const kernel = call.settings.integers("kernel_size", rank);
  const ones = kernel.map(() => 1);
  return windowsOf(call, kernel, call.settings.integers("strides", rank, ones));
}

/** A convolution of what is laid out as ONNX wants it: [x, weights, bias?]. */
function convolved(
  call: LayerCall,
  spatial: Spatial,
  windows: Windows,
  inputs: readonly string[],
  groups: number,
  filters: number,
): KerasValue {
  const attributes = {
    ...attributesOf(windows, spatial.extents),
    dilations: ints(...windows.dilations),
    group: int(groups),
  };
  const name = call.emit.op("Conv", inputs, attributes);
  const shape = shapeOf(spatial, call.input().shape[0]!, filters, countOf(windows, spatial.extents));
  return call.emit.value(name, shape, { order: spatial.order });
}

function biasOf(call: LayerCall, units: number): readonly string[] {
  return call.settings.flag("use_bias", true) ? [call.weight("bias", [units], "bias")] : [];
}

/** Convolutions, by their numbers of spatial axes. */
export const convolutionLayers: Lowerings = Object.fromEntries(
  [1, 2, 3].flatMap((rank): (readonly [string, Lowering])[] => [
    [`Conv${rank}D`, convolution(rank)],
    [`Conv${rank}DTranspose`, transposed(rank)],
    ...(rank < 3
      ? [[`DepthwiseConv${rank}D`, depthwise(rank)] as const, [`SeparableConv${rank}D`, separable(rank)] as const]
      : []),
  ]),
);
