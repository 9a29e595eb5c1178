import { ints } from "../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../call";
import type { KerasValue } from "../value";
import { maskOf } from "./masking";
import { shapeOf, spatialOf } from "./spatial";
import { attributesOf, countOf, windowsOf } from "./windows";

/** The maximum or mean of each window; padding takes no part in either. */
const pooling =
  (op: "MaxPool" | "AveragePool", rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const x = call.input();
    const spatial = spatialOf(call, rank);
    const size = settings.integers("pool_size", rank, new Array<number>(rank).fill(2));
    const windows = windowsOf(call, size, settings.integers("strides", rank, size));
    const attributes = { ...attributesOf(windows, spatial.extents), kernel_shape: ints(...size) };
    const name = emit.op(op, [emit.arranged(x, spatial.order)], attributes);
    const shape = shapeOf(spatial, x.shape[0]!, spatial.channels, countOf(windows, spatial.extents));
    return emit.value(name, shape, { order: spatial.order });
  };

/** The maximum or mean of all steps or pixels. */
const globalPooling =
  (op: "GlobalMaxPool" | "GlobalAveragePool", rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const x = call.input();
    const mask = rank === 1 && op === "GlobalAveragePool" ? maskOf(call, x) : undefined;
    if (mask) return maskedMean(call, x, mask);
    const spatial = spatialOf(call, rank);
    const { channels, order } = spatial;
    const name = emit.op(op, [emit.arranged(x, order)]);
    const ones = spatial.extents.map(() => 1);
    const pooled = emit.value(name, shapeOf(spatial, x.shape[0]!, channels, ones), { order });
    return settings.flag("keepdims", false) ? pooled : emit.reshape(pooled, [x.shape[0]!, channels]);
  };

/** The mean of the steps that count: Σ x·m / Σ m. */
function maskedMean(call: LayerCall, x: KerasValue, given: KerasValue): KerasValue {
  const { emit, settings } = call;
  const { order, channels, channelAxis } = spatialOf(call, 1);
  const last = [0, order[2]!, order[1]!];
  const mask = emit.plain(emit.cast(given, "float32"));
  const weights = emit.op("Unsqueeze", [mask, emit.integers([2])]);
  const axes = emit.integers([1]);
  const sum = emit.op("ReduceSum", [emit.op("Mul", [emit.arranged(x, last), weights]), axes]);
  const mean = emit.op("Div", [sum, emit.op("ReduceSum", [weights, axes])]);
  const kept = emit.value(mean, channelAxis === 1 ? [x.shape[0]!, channels, 1] : [x.shape[0]!, 1, channels], {
    order: last,
  });
  return settings.flag("keepdims", false) ? kept : emit.reshape(kept, [x.shape[0]!, channels]);
}

/** Poolings by their numbers of spatial axes. */
export const poolingLayers: Lowerings = Object.fromEntries(
  [1, 2, 3].flatMap((rank) => [
    [`MaxPooling${rank}D`, pooling("MaxPool", rank)],
    [`AveragePooling${rank}D`, pooling("AveragePool", rank)],
    [`GlobalMaxPooling${rank}D`, globalPooling("GlobalMaxPool", rank)],
    [`GlobalAveragePooling${rank}D`, globalPooling("GlobalAveragePool", rank)],
  ]),
);
