import { int } from "../../../../graph/build";
import type { Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { expanded, permuted, squeezed } from "../layout";
import { countOf, elementsOf, integersOf, integerValue, isStatic, Reshaped, withElements, type Value } from "../value";

const identity: Translation = (call) => call.input();

/** The shape of a value as a value: as far as it is known, and computed where it is not. */
const shape: Translation = (call) => {
  const x = call.input();
  const rank = x.rank;
  const name = isStatic(x.shape) ? "" : call.plain("Shape", [x]);
  return withElements(call.emit, call.emit.value(name, [rank], { dtype: "int64" }), x.shape);
};

const rank: Translation = (call) => integerValue(call.emit, [call.input().rank], []);

const size: Translation = (call) => {
  const x = call.input();
  const name = call.emit.op("Size", [x.name]);
  return withElements(call.emit, call.emit.value(name, [], { dtype: "int64" }), [countOf(x.shape)]);
};

const reshape: Translation = (call) => {
  const [x, target] = [call.input(0), call.input(1)];
  const elements = elementsOf(target) ?? openShape(call, target);
  // ONNX takes 0 for "as it was".
  if (elements.includes(0)) throw call.refuse("to a tensor without elements");
  const result = resolved(elements, x.shape);
  const open = elements.filter((extent) => extent === null || extent === -1).length;
  const made = open <= 1 ? call.emit.integers(elements.map((extent) => extent ?? -1)) : target.name;
  return withElements(
    call.emit,
    reshaped(x, result, () => call.emit.op("Reshape", [call.emit.plain(x), made])),
    elementsOf(x),
  );
};

/** The extents of a shape of which nothing but their number is known. */
function openShape(call: Call, target: Value): readonly Extent[] {
  const length = target.shape[0];
  if (target.rank !== 1 || typeof length !== "number") throw call.refuse("to a shape of unknown length");
  return new Array<null>(length).fill(null);
}

/** A shape with the extent that −1 or an unknown one stands for, where the number of elements tells it. */
function resolved(target: readonly Extent[], from: readonly Extent[]): readonly Extent[] {
  const shape = target.map((extent) => (extent === -1 ? null : extent));
  const open = shape.flatMap((extent, axis) => (extent === null ? [axis] : []));
  const count = countOf(from);
  if (open.length !== 1 || count === null) return shape;
  const known = shape.reduce<number>((product, extent) => product * (extent ?? 1), 1);
  return shape.map((extent) => extent ?? (known > 0 ? count / known : null));
}

/** A value in another shape; back in the shape that it had before, it is the value that it was. */
function reshaped(value: Value, to: readonly Extent[], make: () => string): Value {
  const origin = value instanceof Reshaped ? value.origin : value;
  const same = isStatic(to) && to.length === origin.rank && to.every((extent, axis) => extent === origin.shape[axis]);
  return same ? origin : new Reshaped(make(), to, origin);
}

const squeeze: Translation = (call) => {
  const x = call.input();
  const given = ["squeeze_dims", "axis"].flatMap((name) => call.attributes.ints(name));
  if (given.length === 0 && !isStatic(x.shape)) throw call.refuse("of whichever axes have one element");
  const ones = x.shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  const axes = given.length === 0 ? ones : given.map((axis) => call.axis(axis));
  const to = x.shape.filter((_, axis) => !axes.includes(axis));
  if (x instanceof Reshaped) {
    return reshaped(x, to, () => squeezed(call, x, axes).name);
  }
  return withElements(call.emit, squeezed(call, x, axes), elementsOf(x));
};

const expandDims: Translation = (call) => {
  const x = call.input();
  const axis = call.axis(call.integer(1), x.rank + 1);
  return withElements(call.emit, expanded(call, x, axis), elementsOf(x));
};

const transpose: Translation = (call) => {
  const x = call.input();
  const perm = call.integers(1).map((axis) => call.axis(axis));
  if (perm.length !== x.rank || new Set(perm).size !== perm.length) {
    throw call.refuse(`with the order [${perm.join(", ")}] of ${x.rank} axes`);
  }
  return permuted(call, x, perm);
};

/** Values along a new axis. */
const pack: Translation = (call) => {
  const axis = call.axis(call.attributes.int("axis", 0), call.input().rank + 1);
  const parts = call.inputs.map((value) => expanded(call, value, axis));
  const known = call.inputs.map((value) => elementsOf(value) ?? (value.dtype === "int64" ? [null] : undefined));
  const isList = call.inputs.every((value) => value.rank === 0) && !known.includes(undefined);
  return withElements(call.emit, joined(call, parts, axis), isList ? (known as Extent[][]).flat() : undefined);
};

const concat =
  (axisAt: "first" | "last"): Translation =>
  (call) => {
    const at = axisAt === "first" ? 0 : call.inputs.length - 1;
    const parts = call.inputs.filter((_, position) => position !== at);
    if (parts.length === 0) throw call.refuse("of nothing");
    const result = joined(call, parts, call.axis(call.integer(at), parts[0]!.rank));
    const known = parts.map(elementsOf);
    const isList = result.rank === 1 && !known.includes(undefined);
    return withElements(call.emit, result, isList ? (known as Extent[][]).flat() : undefined);
  };

/** Values one after the other along an axis, laid out as the first. */
function joined({ emit }: Call, parts: readonly Value[], axis: number): Value {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const { order, dtype } = parts.find((part) => part.order.some((place, k) => place !== k)) ?? first;
  const names = parts.map((part) => emit.arranged(part, order));
  const extents = parts.map((part) => part.shape[axis]!);
  const total = isStatic(extents) ? extents.reduce((a, b) => a + b, 0) : null;
  const shape = first.shape.map((extent, k) => (k === axis ? total : extent));
  return emit.value(emit.op("Concat", names, { axis: int(order.indexOf(axis)) }), shape, { dtype, order });
}

/** The slices along an axis, each without it. */
const unpack: Translation = (call) => {
  const { emit } = call;
  const x = call.input();
  const axis = call.axis(call.attributes.int("axis", 0));
  const count = call.attributes.int("num", 0);
  if (count < 1 || (x.shape[axis] ?? count) !== count) throw call.refuse(`into ${count} parts`);
  const names = emit.ops("Split", [x.name], count, { axis: int(x.order.indexOf(axis)), num_outputs: int(count) });
  const shape = x.shape.map((extent, k) => (k === axis ? 1 : extent));
  return names.map((name) => squeezed(call, emit.value(name, shape, { dtype: x.dtype, order: x.order }), [axis]));
};

const tile: Translation = (call) => {
  const [x, multiples] = [call.input(0), call.input(1)];
  const times = integersOf(multiples);
  const to = x.shape.map((extent, axis) => (extent === null || !times ? null : extent * times[axis]!));
  return call.emit.value(call.plain("Tile", [x, multiples]), to, { dtype: x.dtype });
};

/** A value spread over a shape. */
const expand =
  (value: number, target: number): Translation =>
  (call) => {
    const [x, to] = [call.input(value), call.input(target)];
    const extents = elementsOf(to) ?? openShape(call, to);
    const made = call.emit.value(call.plain("Expand", [x, to]), extents, { dtype: x.dtype });
    const elements = elementsOf(x);
    const count = countOf(extents);
    const isOne = elements?.length === 1 && count !== null && count <= 1024;
    return withElements(call.emit, made, isOne ? new Array<Extent>(count).fill(elements[0]!) : undefined);
  };

/** Zeros or ones like a value. */
const filledWith =
  (number: number): Translation =>
  (call) => {
    const x = call.input();
    const filling = call.cast(call.emit.value(call.emit.scalar(number), []), x.dtype);
    const name = call.emit.op("Expand", [filling.name, call.emit.op("Shape", [x.name])]);
    return call.emit.value(name, x.shape, { dtype: x.dtype, order: x.order });
  };

const range: Translation = (call) => {
  const [start, limit, delta] = call.inputs.map((value) => integersOf(value)?.[0]);
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) {
    const { dtype } = call.input();
    return call.emit.value(call.plain("Range", call.inputs), [null], { dtype });
  }
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (count > 2 ** 24) throw call.refuse(`of ${count} numbers`);
  return integerValue(
    call.emit,
    Array.from({ length: count }, (_, k) => start + k * delta),
    [count],
  );
};

/** Operators that give values another shape, or compute with shapes. */
export const shapeOperators: Translations = {
  Identity: identity,
  IdentityN: (call) => call.inputs,
  StopGradient: identity,
  PreventGradient: identity,
  Snapshot: identity,
  CheckNumerics: identity,
  EnsureShape: identity,
  PlaceholderWithDefault: identity,
  Shape: shape,
  Rank: rank,
  Size: size,
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Transpose: transpose,
  Pack: pack,
  Unpack: unpack,
  ConcatV2: concat("last"),
  Concat: concat("first"),
  Tile: tile,
  BroadcastTo: expand(0, 1),
  Fill: expand(1, 0),
  ZerosLike: filledWith(0),
  OnesLike: filledWith(1),
  Range: range,
};
