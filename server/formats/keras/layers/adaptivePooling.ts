import { int, ints } from "../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../call";
import { shapeOf, spatialOf } from "./spatial";

/** How a window becomes one number. */
interface Kind {
  readonly pool: "AveragePool" | "MaxPool";
  readonly reduce: "ReduceMean" | "ReduceMax";
}

/**
 * As many windows as are asked for along each axis, from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉; they overlap where m does not divide n.
 */
const adaptive =
  (rank: number, { pool, reduce }: Kind): Lowering =>
  (call) => {
    const { emit, settings } = call;
    const x = call.input();
    const spatial = spatialOf(call, rank);
    const counts = settings.integers("output_size", rank);
    const extents = spatial.spatialAxes.map((axis) => call.extent(axis, x));
    if (counts.some((count, k) => count < 1 || count > extents[k]!))
      throw call.refuse("has more windows than elements");
    const first = emit.arranged(x, spatial.order);
    const sizes = extents.map((extent, k) => extent / counts[k]!);
    const attributes = { kernel_shape: ints(...sizes), strides: ints(...sizes) };
    const name = sizes.every(Number.isInteger)
      ? emit.op(pool, [first], attributes)
      : counts.reduce((whole, count, k) => alongAxis(call, whole, k + 2, extents[k]!, count, reduce), first);
    return emit.value(name, shapeOf(spatial, x.shape[0]!, spatial.channels, counts), { order: spatial.order });
  };

/** The windows along one axis of the graph's value, one after another. */
function alongAxis(
  { emit }: LayerCall,
  name: string,
  axis: number,
  extent: number,
  count: number,
  reduce: Kind["reduce"],
): string {
  const windows = Array.from({ length: count }, (_, i) => {
    const bounds = [Math.floor((i * extent) / count), Math.ceil(((i + 1) * extent) / count)];
    const part = emit.op("Slice", [name, ...bounds.map((bound) => emit.integers([bound])), emit.integers([axis])]);
    return emit.op(reduce, [part, emit.integers([axis])], { keepdims: int(1) });
  });
  return emit.op("Concat", windows, { axis: int(axis) });
}

const average: Kind = { pool: "AveragePool", reduce: "ReduceMean" };
const max: Kind = { pool: "MaxPool", reduce: "ReduceMax" };

/** Poolings to a given size. */
export const adaptivePoolingLayers: Lowerings = {
  AdaptiveAveragePooling1D: adaptive(1, average),
  AdaptiveAveragePooling2D: adaptive(2, average),
  AdaptiveAveragePooling3D: adaptive(3, average),
  AdaptiveMaxPooling1D: adaptive(1, max),
  AdaptiveMaxPooling2D: adaptive(2, max),
  AdaptiveMaxPooling3D: adaptive(3, max),
};
