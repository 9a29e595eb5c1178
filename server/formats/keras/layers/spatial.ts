import type { LayerCall } from "../call";
import type { Extent, KerasValue } from "../value";

/** How the axes of an image-like tensor lie, as Keras sees it. */
export interface Spatial {
  readonly channelAxis: number;
  readonly spatialAxes: readonly number[];
  /** Batch, channels, spatial axes: the order that ONNX's convolutions and poolings want. */
  readonly order: readonly number[];
  readonly channels: number;
  readonly extents: readonly Extent[];
}

/** The axes of the first input of a layer over `count` spatial axes. @throws Refusal when it has others. */
export function spatialOf(call: LayerCall, count: number, x: KerasValue = call.input()): Spatial {
  if (x.rank !== count + 2) throw call.refuse(`has an input of ${x.rank} axes, where ${count + 2} were expected`);
  const format = call.settings.text("data_format", "channels_last");
  if (format !== "channels_last" && format !== "channels_first") throw call.refuse(`has the data_format ${format}`);
  const channelAxis = format === "channels_first" ? 1 : count + 1;
  const spatialAxes = x.shape.map((_, axis) => axis).filter((axis) => axis > 0 && axis !== channelAxis);
  return {
    channelAxis,
    spatialAxes,
    order: [0, channelAxis, ...spatialAxes],
    channels: call.extent(channelAxis, x),
    extents: spatialAxes.map((axis) => x.shape[axis]!),
  };
}

/** The shape in Keras' order of batch, channels and spatial extents. */
export function shapeOf(
  { channelAxis }: Spatial,
  batch: Extent,
  channels: Extent,
  extents: readonly Extent[],
): readonly Extent[] {
  return channelAxis === 1 ? [batch, channels, ...extents] : [batch, ...extents, channels];
}
