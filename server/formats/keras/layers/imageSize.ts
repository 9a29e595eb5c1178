import { float, floatTensor, int, string } from "../../../graph/build";
import type { Attribute } from "../../../graph/graph";
import type { LayerCall, Lowering, Lowerings } from "../call";
import { shapeOf, spatialOf } from "./spatial";

/** The middle of an image; of one that is smaller, Keras makes a larger one, which is not done here. */
const centreCrop: Lowering = (call) => {
  const { emit, settings } = call;
  const x = call.input();
  const { spatialAxes } = spatialOf(call, 2);
  const sizes = [settings.integer("height"), settings.integer("width")];
  const starts = spatialAxes.map((axis, k) => Math.floor((call.extent(axis, x) - sizes[k]!) / 2));
  if (starts.some((start) => start < 0)) throw call.refuse("enlarges its input");
  const ends = starts.map((start, k) => start + sizes[k]!);
  const axes = spatialAxes.map((axis) => x.order.indexOf(axis));
  const name = emit.op("Slice", [x.name, ...[starts, ends, axes].map((list) => emit.integers(list))]);
  const shape = x.shape.map((extent, axis) => sizes[spatialAxes.indexOf(axis)] ?? extent);
  return emit.value(name, shape, { order: x.order });
};

/** How ONNX interpolates as Keras does: pixels are areas, and cubic weights of pixels outside count for nothing. */
const interpolations: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  nearest: { mode: string("nearest"), nearest_mode: string("round_prefer_ceil") },
  bilinear: { mode: string("linear") },
  bicubic: { mode: string("cubic"), cubic_coeff_a: float(-0.5), exclude_outside: int(1) },
};

/** Attributes of ONNX' Resize for one of Keras' interpolations. @throws Refusal for one that is not supported. */
export function interpolationOf(call: LayerCall, otherwise: string): Readonly<Record<string, Attribute>> {
  const name = call.settings.text("interpolation", otherwise);
  const found = Object.hasOwn(interpolations, name) ? interpolations[name] : undefined;
  if (!found) throw call.refuse(`has the interpolation ${name}`);
  return { ...found, coordinate_transformation_mode: string("half_pixel") };
}

/**
 * The single-precision factor that makes ⌊from · factor⌋ = to, whether that is computed in single precision or in double:
 * the nearest to to/from, or the next larger one.
 */
export function factorOf(from: number, to: number): number {
  let factor = Math.fround(to / from);
  while (Math.floor(from * factor) < to) factor = Math.fround(factor * (1 + 2 ** -23));
  return factor;
}

/** An image stretched to another size. */
const resizing: Lowering = (call) => {
  const { emit, settings } = call;
  const x = call.input();
  for (const option of ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]) {
    if (settings.flag(option, false)) throw call.refuse(`has ${option}`);
  }
  const spatial = spatialOf(call, 2);
  const sizes = [settings.integer("height"), settings.integer("width")];
  const isCubic = settings.text("interpolation", "bilinear") === "bicubic";
  const shrinks = spatial.spatialAxes.some((axis, k) => call.extent(axis, x) > sizes[k]!);
  // ONNX Runtime moves the channels to the end, and has no such interpolation there.
  if (isCubic && shrinks) throw call.refuse("makes images smaller by bicubic interpolation");
  const factors = spatial.spatialAxes.map((axis, k) => factorOf(call.extent(axis, x), sizes[k]!));
  // Sizes would need that of the batch, and ONNX Runtime gets those of some axes only wrong beside a Transpose.
  const scales = emit.constant(floatTensor([4], [1, 1, ...factors]));
  const name = emit.op("Resize", [emit.arranged(x, spatial.order), "", scales], interpolationOf(call, "bilinear"));
  return emit.value(name, shapeOf(spatial, x.shape[0]!, spatial.channels, sizes), { order: spatial.order });
};

/** Layers that give images another size. */
export const imageSizeLayers: Lowerings = { CenterCrop: centreCrop, Resizing: resizing };
