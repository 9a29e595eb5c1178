import { int } from "../../../graph/build";
import { sizeOf } from "../../../graph/tensor";
import type { LayerCall, Lowerings } from "../call";
import { isJson } from "../settings";
import { axisOf, plainOrder, type Extent, type KerasValue } from "../value";
import { axesOf, operand } from "./operand";

/** To a shape with the batch first; one extent may be −1. */
function reshape(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const given = settings.raw("newshape");
  const isShape = Array.isArray(given) && given.every((n) => n === null || (Number.isInteger(n) && n >= -1));
  if (!isShape) throw settings.fault("newshape", "a list of whole numbers");
  const [batch, ...rest] = given as readonly (number | null)[];
  const inner = x.shape.slice(1);
  if (inner.includes(null)) throw call.refuse("reshapes a tensor whose extents are open");
  const size = sizeOf(inner as readonly number[]);
  const known = sizeOf(rest.filter((n): n is number => n !== null && n !== -1));
  const isBatch = batch === null || batch === -1 || batch === x.shape[0];
  const target = rest.map((n) => (n === null || n === -1 ? size / known : n));
  if (!isBatch || sizeOf(target) !== size || !target.every(Number.isInteger)) {
    throw call.refuse("mixes the samples of a batch");
  }
  return emit.reshape(x, [x.shape[0]!, ...target]);
}

/** Permuted axes are another order of the same value. */
function transpose(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const axes = settings.integers("axes", x.rank, [...plainOrder(x.rank)].reverse()).map((axis) => axisOf(axis, x.rank));
  if (axes[0] !== 0 || plainOrder(x.rank).some((axis) => !axes.includes(axis))) {
    throw call.refuse("moves the axis of the batch");
  }
  return emit.permuted(x, axes);
}

function expandDims(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const [axis, ...more] = [settings.raw("axis")].flat() as readonly unknown[];
  if (!Number.isInteger(axis) || more.length > 0) throw call.refuse("adds several axes");
  const place = axisOf(axis as number, x.rank + 1);
  if (place === 0) throw call.refuse("moves the axis of the batch");
  return emit.reshape(x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
}

function squeeze(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const ones = plainOrder(x.rank).filter((axis) => axis > 0 && x.shape[axis] === 1);
  const axes = settings.has("axis") ? axesOf(call, x.rank) : ones;
  if (axes.some((axis) => !ones.includes(axis))) throw call.refuse("takes away an axis that is not 1");
  return emit.reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function concatenate(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const values = call.inputs.map((_, k) => call.input(k));
  const first = call.input();
  const axis = axisOf(settings.integer("axis", -1), first.rank);
  if (axis < 1 || values.some(({ rank }) => rank !== first.rank)) throw call.refuse("joins tensors that do not fit");
  const extents = values.map((value) => value.shape[axis]!);
  const sum = extents.reduce<Extent>((total, n) => (total === null || n === null ? null : total + n), 0);
  const names = values.map((value) => emit.arranged(value, first.order));
  const shape = first.shape.map((extent, k) => (k === axis ? sum : extent));
  const name = emit.op("Concat", names, { axis: int(first.order.indexOf(axis)) });
  return emit.value(name, shape, { order: first.order });
}

function stack(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const values = call.inputs.map((_, k) => call.input(k));
  const first = call.input();
  const axis = axisOf(settings.integer("axis", 0), first.rank + 1);
  if (axis < 1) throw call.refuse("moves the axis of the batch");
  const place = emit.integers([axis]);
  const names = values.map((value) => emit.op("Unsqueeze", [emit.plain(value), place]));
  const shape = [...first.shape.slice(0, axis), values.length, ...first.shape.slice(axis)];
  return emit.value(emit.op("Concat", names, { axis: int(axis) }), shape);
}

/** `x[:, 0, 1:3, ..., None]`: one index or range for each axis. */
function getItem(call: LayerCall): KerasValue {
  const { emit } = call;
  const x = call.anyInput();
  const given = call.argument("key", 1);
  const keys = completed(call, (Array.isArray(given) ? given : [given]) as readonly unknown[], x.rank);
  const shape: Extent[] = [];
  const slices: (readonly [axis: number, start: number, stop: number, step: number])[] = [];
  let axis = 0;
  for (const key of keys) {
    if (key === null || key === undefined) {
      shape.push(1);
      continue;
    }
    const slice = sliceOf(call, key, axis, x.shape[axis]!);
    if (slice.step !== 1 || slice.start !== 0 || slice.stop !== x.shape[axis]) {
      if (!slice.isWhole) slices.push([axis, slice.start, slice.stop, slice.step]);
    }
    if (!slice.isIndex) shape.push(slice.isWhole ? x.shape[axis]! : Math.ceil((slice.stop - slice.start) / slice.step));
    axis++;
  }
  const inputs = [1, 2, 0, 3].map((part) => emit.integers(slices.map((slice) => slice[part]!)));
  const cut = slices.length === 0 ? emit.plain(x) : emit.op("Slice", [emit.plain(x), ...inputs]);
  return emit.reshape(emit.value(cut, shapeAfter(x, slices), { dtype: x.dtype }), shape);
}

function shapeAfter(x: KerasValue, slices: readonly (readonly [number, number, number, number])[]): readonly Extent[] {
  return x.shape.map((extent, axis) => {
    const slice = slices.find(([of]) => of === axis);
    return slice ? Math.ceil((slice[2] - slice[1]) / slice[3]) : extent;
  });
}

const whole = { class_name: "__slice__", config: {} };

/** A key for each axis: an ellipsis and the axes behind stand for whole ones. */
function completed(call: LayerCall, keys: readonly unknown[], rank: number): readonly unknown[] {
  const isEllipsis = (key: unknown): boolean => isJson(key) && key["class_name"] === "__ellipsis__";
  const given = keys.filter((key) => key !== null && key !== undefined && !isEllipsis(key)).length;
  if (given > rank) throw call.refuse("takes more indices than there are axes");
  const rest = new Array<unknown>(rank - given).fill(whole);
  return keys.some(isEllipsis) ? keys.flatMap((key) => (isEllipsis(key) ? rest : [key])) : [...keys, ...rest];
}

interface Slice {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly isIndex: boolean;
  readonly isWhole: boolean;
}

function sliceOf(call: LayerCall, key: unknown, axis: number, extent: Extent): Slice {
  const config = isJson(key) && key["class_name"] === "__slice__" ? key["config"] : undefined;
  const { start = null, stop = null, step = null } = isJson(config) ? config : {};
  if (isJson(config) && start === null && stop === null && (step === null || step === 1)) {
    return { start: 0, stop: 0, step: 1, isIndex: false, isWhole: true };
  }
  if (axis === 0 || extent === null) throw call.refuse("takes a part of the batch, or of an axis whose extent is open");
  const within = (n: number): number => Math.max(0, Math.min(extent, axisOf(n, extent)));
  if (typeof key === "number" && Number.isInteger(key) && key >= -extent && key < extent) {
    const index = axisOf(key, extent);
    return { start: index, stop: index + 1, step: 1, isIndex: true, isWhole: false };
  }
  const numbers = [start ?? 0, stop ?? extent, step ?? 1];
  if (!isJson(config) || !numbers.every(Number.isInteger))
    throw call.refuse("takes elements by a key that is not known");
  const [from, to, by] = numbers as [number, number, number];
  if (by < 1 || within(to) <= within(from)) throw call.refuse("takes elements backwards, or none");
  return { start: within(from), stop: within(to), step: by, isIndex: false, isWhole: false };
}

function matmul(call: LayerCall): KerasValue {
  const { emit } = call;
  const [a, b] = [operand(call, "x1", 0), operand(call, "x2", 1)];
  if (a.rank < 2 || b.rank < 2 || (b.rank !== a.rank && b.rank !== 2)) throw call.refuse("has factors that do not fit");
  return emit.value(emit.op("MatMul", [emit.plain(a), emit.plain(b)]), [...a.shape.slice(0, -1), b.shape.at(-1)!]);
}

/** Operations that move elements, by Keras' class name. */
export const shapeOperations: Lowerings = {
  Cast(call) {
    const dtype = call.settings.text("dtype");
    if (!/^(b?float)\d\d$/.test(dtype)) throw call.refuse(`makes numbers of the type ${dtype}`);
    return call.input();
  },
  Concatenate: concatenate,
  ExpandDims: expandDims,
  GetItem: getItem,
  Matmul: matmul,
  Reshape: reshape,
  Squeeze: squeeze,
  Stack: stack,
  Transpose: transpose,
};
