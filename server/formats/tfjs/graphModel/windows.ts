import { ints, string } from "../../../graph/build";
import type { Attribute } from "../../../graph/graph";
import { plainOrder, type Extent } from "../../keras/value";
import type { Call } from "./call";
import { channelsFirst } from "./layout";
import type { Value } from "./value";

/** How the axes of images lie, and the windows over their spatial axes. */
export interface Windows {
  /** Batch, channels, spatial axes of TensorFlow's shape: the order that ONNX's operators on images want. */
  readonly order: readonly number[];
  readonly channelAxis: number;
  /** One entry for each spatial axis, as are all that follow. */
  readonly extents: readonly Extent[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `SAME` makes ⌈n/s⌉ windows, the odd element of padding at the end. */
  readonly padding: "SAME" | "VALID" | "EXPLICIT";
  /** Elements added before and after each spatial axis when the padding is explicit. */
  readonly explicit: readonly (readonly [before: number, after: number])[];
}

/** The layout of an operator on images. @throws Unsupported for another layout than channels last or first */
export function layoutOf(
  call: Call,
  rank: number,
): { readonly order: readonly number[]; readonly channelAxis: number } {
  const format = call.attributes.text("data_format", rank === 5 ? "NDHWC" : "NHWC");
  if (format === "NHWC" || format === "NDHWC") return { order: channelsFirst(rank), channelAxis: rank - 1 };
  if (format === "NCHW" || format === "NCDHW") return { order: plainOrder(rank), channelAxis: 1 };
  throw call.refuse(`with the data_format ${format}`);
}

/**
 * The windows of a convolution or pooling.
 * @param images shape of the images that the windows lie on.
 * @param kernel extents of a window; taken from `ksize` when absent.
 * @throws Unsupported for windows over samples or channels.
 */
export function windowsOf(call: Call, images: readonly Extent[], kernel?: readonly number[]): Windows {
  const rank = images.length;
  const { order, channelAxis } = layoutOf(call, rank);
  const spatial = order.slice(2);
  const list = (name: string): readonly number[] => {
    const all = call.attributes.ints(name);
    if (all.length === 0 && name === "dilations") return spatial.map(() => 1);
    const whole = all.length === rank && all[0] === 1 && all[channelAxis] === 1 && all.every((n) => n >= 1);
    if (!whole) throw call.refuse(`with the ${name} [${all.join(", ")}]`);
    return spatial.map((axis) => all[axis]!);
  };
  const padding = call.attributes.text("padding", "");
  if (padding !== "SAME" && padding !== "VALID" && padding !== "EXPLICIT") {
    throw call.refuse(`with the padding ${padding || "left out"}`);
  }
  const pads = call.attributes.ints("explicit_paddings");
  if (padding === "EXPLICIT" && (pads.length !== 2 * rank || pads.some((n) => n < 0))) {
    throw call.refuse(`with the explicit_paddings [${pads.join(", ")}]`);
  }
  return {
    order,
    channelAxis,
    extents: spatial.map((axis) => images[axis]!),
    kernel: kernel ?? list("ksize"),
    strides: list("strides"),
    dilations: list("dilations"),
    padding,
    explicit: spatial.map((axis) => [pads[2 * axis] ?? 0, pads[2 * axis + 1] ?? 0]),
  };
}

/** Elements from the first to the last of a window along each axis. */
export function reachOf({ kernel, dilations }: Windows): readonly number[] {
  return kernel.map((extent, k) => (extent - 1) * dilations[k]! + 1);
}

/** Numbers of windows. */
export function countsOf(windows: Windows): readonly Extent[] {
  const { extents, strides, padding, explicit } = windows;
  const reach = reachOf(windows);
  return extents.map((extent, k) => {
    if (extent === null) return null;
    if (padding === "SAME") return Math.ceil(extent / strides[k]!);
    const [before, after] = explicit[k]!;
    return Math.floor((extent + before + after - reach[k]!) / strides[k]!) + 1;
  });
}

/** The attributes of ONNX for strides and padding. */
export function attributesOf({ strides, padding, explicit }: Windows): Readonly<Record<string, Attribute>> {
  if (padding === "SAME") return { strides: ints(...strides), auto_pad: string("SAME_UPPER") };
  const pads = [...explicit.map(([before]) => before), ...explicit.map(([, after]) => after)];
  return { strides: ints(...strides), pads: ints(...pads) };
}

/** The result of an operator on images, whose name is that of the graph's value with channels first. */
export function imagesOf(
  { emit }: Call,
  { order, channelAxis }: Pick<Windows, "order" | "channelAxis">,
  name: string,
  { batch, channels, extents }: { batch: Extent; channels: Extent; extents: readonly Extent[] },
): Value {
  const shape = channelAxis === 1 ? [batch, channels, ...extents] : [batch, ...extents, channels];
  return emit.value(name, shape, { order });
}
