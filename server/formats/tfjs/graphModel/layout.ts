import { int, string } from "../../../graph/build";
import type { Attribute } from "../../../graph/graph";
import type { DataType } from "../../../graph/tensor";
import { broadcastShape, type Emitter } from "../../keras/emitter";
import { plainOrder } from "../../keras/value";
import type { Call } from "./call";
import type { Value } from "./value";

type Attributes = Readonly<Record<string, Attribute>>;

/** Batch, channels, spatial axes of a tensor whose channels are last. */
export function channelsFirst(rank: number): readonly number[] {
  return [0, rank - 1, ...plainOrder(rank).slice(1, -1)];
}

/** The order of the axes that remain of a value after some are taken away. */
export function orderWithout(order: readonly number[], axes: readonly number[]): readonly number[] {
  const kept = order.filter((axis) => !axes.includes(axis));
  return kept.map((axis) => axis - axes.filter((gone) => gone < axis).length);
}

/** Where axes of TensorFlow's shape lie in the graph's value. */
export function placesOf({ order }: Value, axes: readonly number[]): readonly number[] {
  return axes.map((axis) => order.indexOf(axis));
}

/**
 * An operator that works element by element with NumPy's broadcasting, on values of one element type. The result lies as
 * the operands do, channels first if one of them has them there.
 * @param dtype of the result, when it is not that of the last value.
 */
export function elementwise(
  { emit }: Call,
  op: string,
  values: readonly Value[],
  { dtype = values.at(-1)!.dtype, attributes = {} }: { dtype?: DataType; attributes?: Attributes } = {},
): Value {
  const rank = Math.max(...values.map((value) => value.rank));
  const moved = values.find((value) => value.rank === rank && value.order.some((axis, k) => axis !== k));
  const order = moved?.order ?? plainOrder(rank);
  const names = values.map((value) => (moved ? spreadName(emit, value, order) : emit.plain(value)));
  const shape = values.map((value) => value.shape).reduce((a, b) => broadcastShape(a, b));
  return emit.value(emit.op(op, names, attributes), shape, { order, dtype });
}

/** The name of a value whose axes are the last of those that an order arranges. */
export function spreadName(emit: Emitter, value: Value, order: readonly number[]): string {
  const rank = order.length;
  if (value.rank === 0) return value.name;
  if (value.rank > 1) return emit.arranged(withRank(emit, value, rank), order);
  const place = order.indexOf(rank - 1);
  if (place === rank - 1) return value.name;
  return emit.op("Unsqueeze", [value.name, emit.integers(plainOrder(rank - place).slice(1))]);
}

/** The value with extents of 1 before its own, so that its channels can be put where the graph has them. */
function withRank(emit: Emitter, value: Value, rank: number): Value {
  const added = rank - value.rank;
  if (added <= 0) return value;
  const axes = emit.integers(plainOrder(added));
  const shape = [...plainOrder(added).map(() => 1), ...value.shape];
  return emit.value(emit.op("Unsqueeze", [emit.plain(value), axes]), shape, { dtype: value.dtype });
}

/** The tensor along one axis as a list, which may be the weights of channels. @throws Unsupported when it is no list. */
export function listName(call: Call, position: number): string {
  const value = call.input(position);
  if (value.rank !== 1) throw call.refuse(`whose input ${position} has ${value.rank} axes, where one was expected`);
  return value.name;
}

/** A value with its axes permuted: the graph's value stays as it is, and only what its axes mean changes. */
export function permuted({ emit }: Call, value: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => value.shape[axis]!);
  return emit.value(value.name, shape, { dtype: value.dtype, order: value.order.map((axis) => perm.indexOf(axis)) });
}

/** The value without axes of one element. */
export function squeezed({ emit }: Call, value: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return value;
  const name = emit.op("Squeeze", [value.name, emit.integers(placesOf(value, axes))]);
  const shape = value.shape.filter((_, axis) => !axes.includes(axis));
  return emit.value(name, shape, { dtype: value.dtype, order: orderWithout(value.order, axes) });
}

/** The value with a new axis of one element. */
export function expanded({ emit }: Call, value: Value, axis: number): Value {
  const before = value.order.indexOf(axis);
  const place = before < 0 ? value.rank : before;
  const name = emit.op("Unsqueeze", [value.name, emit.integers([place])]);
  const shape = [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)];
  const order = value.order.map((old) => (old < axis ? old : old + 1));
  return emit.value(name, shape, {
    dtype: value.dtype,
    order: [...order.slice(0, place), axis, ...order.slice(place)],
  });
}

/** A part of a value along some axes, which stays as it lies. */
export interface Span {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The end of an axis, whatever its extent. */
export const toTheEnd = 2 ** 31 - 1;

/** Takes spans of a value; those that take everything are left out. */
export function sliced({ emit }: Call, value: Value, spans: readonly Span[]): Value {
  const real = spans.filter(({ start, end, step, axis }) => {
    const extent = value.shape[axis]!;
    return start !== 0 || step !== 1 || end < (extent ?? toTheEnd);
  });
  if (real.length === 0) return value;
  const list = (pick: (span: Span) => number): string => emit.integers(real.map(pick));
  const places = emit.integers(
    placesOf(
      value,
      real.map(({ axis }) => axis),
    ),
  );
  const name = emit.op("Slice", [value.name, list((s) => s.start), list((s) => s.end), places, list((s) => s.step)]);
  const shape = value.shape.map((extent, axis) => {
    const span = real.find((each) => each.axis === axis);
    return span ? extentOf(span, extent) : extent;
  });
  return emit.value(name, shape, { dtype: value.dtype, order: value.order });
}

function extentOf({ start, end, step }: Span, extent: number | null): number | null {
  if (extent === null) return null;
  const within = (place: number): number => {
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? extent : extent - 1;
    return Math.min(high, Math.max(low, place < 0 ? place + extent : place));
  };
  return Math.max(0, Math.ceil((within(end) - within(start)) / step));
}

/** Adds zeros, or another number, before and after each axis of a value, which stays as it lies. */
export function padded(call: Call, value: Value, pads: readonly number[], { mode, fill }: Padding): Value {
  const { emit } = call;
  if (pads.length !== 2 * value.rank) throw call.refuse(`with paddings of another number of axes than ${value.rank}`);
  const before = value.order.map((axis) => pads[2 * axis]!);
  const after = value.order.map((axis) => pads[2 * axis + 1]!);
  const inputs = [value.name, emit.integers([...before, ...after]), ...(fill === undefined ? [] : [fill])];
  const name = emit.op("Pad", inputs, { mode: string(mode) });
  const shape = value.shape.map((extent, axis) =>
    extent === null ? null : extent + pads[2 * axis]! + pads[2 * axis + 1]!,
  );
  return emit.value(name, shape, { dtype: value.dtype, order: value.order });
}

export interface Padding {
  readonly mode: "constant" | "reflect";
  /** Name of the graph's value to fill with; 0 when absent. */
  readonly fill?: string;
}

/** The result of a reduction over some axes. */
export function reduced({ emit }: Call, op: string, value: Value, axes: readonly number[], keep: boolean): Value {
  if (axes.length === 0) return value;
  const name = emit.op(op, [value.name, emit.integers(placesOf(value, axes))], { keepdims: int(keep ? 1 : 0) });
  const shape = value.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  if (keep) return emit.value(name, shape, { dtype: value.dtype, order: value.order });
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  return emit.value(name, kept, { dtype: value.dtype, order: orderWithout(value.order, axes) });
}
