import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../graph/tensor";
import type { Call } from "../call";
import { allocate, pick, reshaped } from "../host/arrays";
import { countTo, mappedPositions, mappedShape, transposedPositions, type AxisMaps } from "../shapes";
import type { Value } from "../values";

/** Moving elements without computing: what the shape and index operators are made of. */

/** Where axis `axis` of ONNX's layout lies when the channels are last. */
export function lastAxis(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === 1 ? rank - 1 : axis - 1;
}

/** The value unchanged, for one more owner. */
export function same(value: Value): Value {
  return value.retain();
}

/** The same elements in another shape. */
export function reshape(call: Call, value: Value, shape: readonly number[]): Value {
  if (value.prefersHost) return call.onHost(reshaped(value.host(), shape));
  if (sizeOf(shape) !== value.size) {
    throw new Error(`[${value.shape.join(", ")}] cannot become [${shape.join(", ")}]`);
  }
  return call.plain(call.tf.reshape(value.plain(), [...shape]));
}

/** Result axis k is source axis `order[k]`. */
export function transpose(call: Call, value: Value, order: readonly number[]): Value {
  const { tf } = call;
  if (order.every((axis, k) => axis === k)) return same(value);
  if (value.prefersHost) {
    const shape = order.map((axis) => value.shape[axis]!);
    return call.onHost(pick(value.host(), shape, transposedPositions(value.shape, order)));
  }
  const rank = order.length;
  const toLast = rank > 2 && order.every((axis, k) => lastAxis(axis, rank) === k);
  const fromLast = rank > 2 && order.every((axis, k) => lastAxis(k, rank) === axis);
  // These two only rename the layout; the numbers stay where they are.
  if (toLast && value.isLast) return call.plain(renamed(call, value.last()));
  if (fromLast && !value.isLast) return call.last(renamed(call, value.plain()));
  return call.plain(tf.transpose(value.plain(), [...order]));
}

function renamed(call: Call, tensor: DeviceTensor): DeviceTensor {
  return call.tf.reshape(tensor, tensor.shape);
}

/** Takes the given indices along each axis; an axis without a map is left as it is. */
export function takeAlongAxes(call: Call, value: Value, maps: AxisMaps): Value {
  const shape = mappedShape(value.shape, maps);
  if (sizeOf(shape) === 0) return call.onHost({ dtype: value.dtype, shape, data: allocate(value.dtype, 0) });
  if (maps.every((map, axis) => !map || isRun(map, 0, value.shape[axis]!))) return same(value);
  if (value.prefersHost) return call.onHost(pick(value.host(), shape, mappedPositions(value.shape, maps)));
  const { isLast, rank } = value;
  const own = maps.map((_, axis) => maps[isLast ? plainAxis(axis, rank) : axis]);
  const taken = takeOnDevice(call, isLast ? value.last() : value.plain(), own);
  return isLast ? call.last(taken) : call.plain(taken);
}

function plainAxis(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === rank - 1 ? 1 : axis + 1;
}

/** `takeAlongAxes` for a tensor of the back end, in its own layout. */
export function takeOnDevice(call: Call, tensor: DeviceTensor, maps: AxisMaps): DeviceTensor {
  const { tf } = call;
  const begin = tensor.shape.map(() => 0);
  const size = [...tensor.shape];
  const repeats = tensor.shape.map(() => 1);
  const gathered: number[] = [];
  tensor.shape.forEach((extent, axis) => {
    const map = maps[axis];
    if (!map) return;
    if (isRun(map, map[0]!, map.length)) {
      begin[axis] = map[0]!;
      size[axis] = map.length;
    } else if (extent === 1) repeats[axis] = map.length;
    else gathered.push(axis);
  });
  let result = tensor;
  if (size.some((extent, axis) => extent !== tensor.shape[axis])) result = tf.slice(result, begin, size);
  for (const axis of gathered) result = tf.gather(result, call.indices(maps[axis]!) as never, axis);
  if (repeats.some((count) => count !== 1)) result = repeated(call, result, repeats);
  return result === tensor ? renamed(call, tensor) : result;
}

/** Repeats along axes of extent 1. The kernel of WebAssembly for it is slow; a product with ones is not, and as exact. */
function repeated({ tf, device }: Call, tensor: DeviceTensor, repeats: number[]): DeviceTensor {
  if (device.backend !== "wasm" || tensor.dtype !== "float32" || tensor.rank > 6) return tf.tile(tensor, repeats);
  return tf.mul(tensor, tf.ones(tensor.shape.map((extent, axis) => extent * repeats[axis]!)));
}

function isRun(map: readonly number[], from: number, length: number): boolean {
  return map.length === length && map.every((index, k) => index === from + k);
}

/** Surrounds a tensor of the back end with a constant; `pads` are [before, after] for each axis, not negative. */
export function surround(
  call: Call,
  tensor: DeviceTensor,
  pads: readonly (readonly [number, number])[],
  value: number,
): DeviceTensor {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return tensor;
  return call.tf.pad(
    tensor,
    pads.map(([before, after]) => [before, after] as [number, number]),
    value,
  );
}

/** Takes the rows at `positions` out of a value that is seen as [rows, width], and gives the result `shape`. */
export function takeRows(
  call: Call,
  value: Value,
  width: number,
  positions: readonly number[] | Int32Array,
  shape: readonly number[],
): Value {
  if (sizeOf(shape) === 0) return call.onHost({ dtype: value.dtype, shape, data: allocate(value.dtype, 0) });
  const rows = value.size / width;
  if (value.prefersHost) {
    const elements = mappedPositions([rows, width], [[...positions], countTo(width)]);
    return call.onHost(pick(value.host(), shape, elements));
  }
  const { tf } = call;
  const table = tf.reshape(value.plain(), [rows, width]);
  return call.plain(tf.reshape(tf.gather(table, call.indices(positions) as never, 0), [...shape]));
}
