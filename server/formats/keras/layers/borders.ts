import { float, floatTensor, int, string } from "../../../graph/build";
import type { Attribute } from "../../../graph/graph";
import type { LayerCall, Lowering, Lowerings } from "../call";
import type { Extent, KerasValue } from "../value";
import { spatialOf } from "./spatial";

/** Elements at the beginning and end of an axis. */
type Ends = readonly [before: number, after: number];

/** Zeros around the spatial axes. */
const zeroPadding =
  (rank: number): Lowering =>
  (call) => {
    const { emit } = call;
    const x = call.input();
    const ends = endsOf(call, "padding", rank, 1);
    const of = (axis: number): Ends => ends.get(axis) ?? [0, 0];
    const pads = [...x.order.map((axis) => of(axis)[0]), ...x.order.map((axis) => of(axis)[1])];
    const shape = resized(x, (extent, axis) => extent + of(axis)[0] + of(axis)[1]);
    return emit.value(emit.op("Pad", [x.name, emit.integers(pads)]), shape, { order: x.order });
  };

/** Without some elements at the ends of the spatial axes. */
const cropping =
  (rank: number): Lowering =>
  (call) => {
    const { emit } = call;
    const x = call.input();
    const ends = endsOf(call, "cropping", rank, rank === 1 ? 1 : 0);
    const shape = resized(x, (extent, axis) => extent - (ends.get(axis)?.[0] ?? 0) - (ends.get(axis)?.[1] ?? 0));
    if (shape.some((extent) => extent !== null && extent < 1)) throw call.refuse("crops all of its input");
    const axes = [...ends.keys()];
    const starts = axes.map((axis) => ends.get(axis)![0]);
    const stops = axes.map((axis) => -ends.get(axis)![1] || 2 ** 31 - 1);
    const inputs = [starts, stops, axes.map((axis) => x.order.indexOf(axis))].map((list) => emit.integers(list));
    return emit.value(emit.op("Slice", [x.name, ...inputs]), shape, { order: x.order });
  };

/** How much at either end of each spatial axis: one number, one for each axis, or a pair for each. */
function endsOf(call: LayerCall, setting: string, rank: number, otherwise: number): ReadonlyMap<number, Ends> {
  const { spatialAxes } = spatialOf(call, rank);
  const given = call.settings.raw(setting) ?? otherwise;
  // Over one axis, a list of two is that axis' pair.
  const isPair = rank === 1 && Array.isArray(given) && given.length === 2;
  const list = (isPair ? [given] : Array.isArray(given) ? given : new Array(rank).fill(given)) as readonly unknown[];
  const ends = list.map((entry): readonly unknown[] => (Array.isArray(entry) ? entry : [entry, entry]));
  const isEnd = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0;
  if (ends.length !== rank || ends.some((pair) => pair.length !== 2 || !pair.every(isEnd))) {
    throw call.settings.fault(setting, `${rank} pairs of whole numbers`);
  }
  return new Map(spatialAxes.map((axis, k) => [axis, ends[k] as unknown as Ends]));
}

function resized({ shape }: KerasValue, change: (extent: number, axis: number) => number): readonly Extent[] {
  return shape.map((extent, axis) => (extent === null ? null : change(extent, axis)));
}

/** How ONNX calls the ways of Keras to find values between pixels, whose centres are at halves. */
const interpolations: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  nearest: {
    mode: string("nearest"),
    coordinate_transformation_mode: string("asymmetric"),
    nearest_mode: string("floor"),
  },
  bilinear: { mode: string("linear"), coordinate_transformation_mode: string("half_pixel") },
  bicubic: {
    mode: string("cubic"),
    coordinate_transformation_mode: string("half_pixel"),
    cubic_coeff_a: float(-0.5),
    exclude_outside: int(1),
  },
};

/** Every element as many times as a whole number says, or interpolated. */
const upSampling =
  (rank: number): Lowering =>
  (call) => {
    const { emit, settings } = call;
    const x = call.input();
    const { order, spatialAxes } = spatialOf(call, rank);
    const factors = settings.integers("size", rank, new Array<number>(rank).fill(2));
    if (factors.some((factor) => factor < 1)) throw settings.fault("size", "whole numbers above 0");
    const name = settings.text("interpolation", "nearest");
    const attributes = Object.hasOwn(interpolations, name) ? interpolations[name] : undefined;
    if (!attributes) throw call.refuse(`has the interpolation ${name}, which is not supported`);
    const factorOf = (axis: number): number => (spatialAxes.includes(axis) ? factors[spatialAxes.indexOf(axis)]! : 1);
    const scales = emit.constant(floatTensor([x.rank], order.map(factorOf)));
    const result = emit.op("Resize", [emit.arranged(x, order), "", scales], attributes);
    return emit.value(
      result,
      resized(x, (extent, axis) => extent * factorOf(axis)),
      { order },
    );
  };

/** Layers that add or take away at the borders of images, or enlarge them. */
export const borderLayers: Lowerings = Object.fromEntries(
  [1, 2, 3].flatMap((rank) => [
    [`ZeroPadding${rank}D`, zeroPadding(rank)],
    [`Cropping${rank}D`, cropping(rank)],
    [`UpSampling${rank}D`, upSampling(rank)],
  ]),
);
