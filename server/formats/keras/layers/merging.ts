import { int } from "../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../call";
import { axisOf, plainOrder, type Extent, type KerasValue } from "../value";

/** Joins inputs from left to right; those of fewer axes get axes of 1 behind the batch. */
const joined =
  (op: string): Lowering =>
  (call) => {
    const values = inputsOf(call);
    if (op === "Sub" && values.length !== 2) throw call.refuse(`has ${values.length} inputs, where 2 were expected`);
    const isSum = op === "Add" || op === "Sub";
    if (!isSum && values.some(({ mask }) => mask)) throw call.refuse("has masked inputs");
    return withMask(call, values, all(call, op, values));
  };

function all({ emit }: LayerCall, op: string, values: readonly KerasValue[]): KerasValue {
  return values.reduce((sum, value) => emit.broadcast(op, [sum, value]));
}

function average(call: LayerCall): KerasValue {
  const values = inputsOf(call);
  const sum = all(call, "Add", values);
  const mean = call.emit.op("Div", [sum.name, call.emit.scalar(values.length)]);
  return withMask(call, values, call.emit.like(sum, mean));
}

/** A step of the result counts where it counts in any input, if all have masks. */
function withMask({ emit }: LayerCall, values: readonly KerasValue[], result: KerasValue): KerasValue {
  const masks = values.flatMap(({ mask }) => (mask ? [mask] : []));
  if (masks.length < values.length) return result;
  return emit.masked(
    result,
    masks.reduce((any, mask) => emit.broadcast("Or", [any, mask])),
  );
}

function inputsOf(call: LayerCall): readonly KerasValue[] {
  const values = call.inputs.map((_, k) => call.input(k));
  if (values.length === 0) throw call.refuse("has no inputs");
  const rank = Math.max(...values.map((value) => value.rank));
  return values.map((value) => {
    if (value.rank === rank) return value;
    const [batch, ...rest] = value.shape;
    return call.emit.reshape(value, [batch!, ...new Array<number>(rank - value.rank).fill(1), ...rest]);
  });
}

function concatenate(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const values = call.inputs.map((_, k) => call.input(k));
  const [first] = values;
  if (!first || values.some(({ rank }) => rank !== first.rank)) throw call.refuse("has inputs of different ranks");
  const axis = axisOf(settings.integer("axis", -1), first.rank);
  if (axis < 0 || axis >= first.rank) throw settings.fault("axis", "an axis of the inputs");
  const { order } = first;
  const names = values.map((value) => emit.arranged(value, order));
  const shape = first.shape.map((extent, k) => (k === axis ? total(values.map((value) => value.shape[k]!)) : extent));
  const name = emit.op("Concat", names, { axis: int(order.indexOf(axis)) });
  const result = emit.value(name, shape, { order });
  if (values.every(({ mask }) => !mask)) return result;
  if (axis !== first.rank - 1) throw call.refuse("joins masked inputs along another axis than the last");
  return withMask(call, values, result);
}

function total(extents: readonly Extent[]): Extent {
  return extents.reduce((sum, extent) => (sum === null || extent === null ? null : sum + extent));
}

/** Sums products along an axis of each of two inputs, sample by sample: [N, …, d] · [N, …, d] → [N, …, …]. */
function dot(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const [a, b] = [call.input(0), call.input(1)];
  const given = settings.raw("axes") ?? -1;
  const pair = (Array.isArray(given) ? given : [given, given]) as readonly unknown[];
  if (pair.length !== 2 || !pair.every(Number.isInteger)) throw call.refuse("sums over several axes");
  const [m, n] = [axisOf(pair[0] as number, a.rank), axisOf(pair[1] as number, b.rank)];
  if (m < 1 || n < 1 || m >= a.rank || n >= b.rank) throw settings.fault("axes", "axes of the inputs behind the batch");
  const length = call.extent(m, a);
  const restOf = (value: KerasValue, axis: number): readonly number[] =>
    plainOrder(value.rank).filter((k) => k > 0 && k !== axis);
  const [restA, restB] = [restOf(a, m), restOf(b, n)];
  const extentsOf = (value: KerasValue, axes: readonly number[]): readonly number[] =>
    axes.map((k) => call.extent(k, value));
  const size = (extents: readonly number[]): number => extents.reduce((product, extent) => product * extent, 1);
  const [outerA, outerB] = [extentsOf(a, restA), extentsOf(b, restB)];
  const matrix = (value: KerasValue, axes: readonly number[], shape: readonly number[]): string =>
    emit.op("Reshape", [emit.arranged(value, [0, ...axes]), emit.integers([0, ...shape])]);
  let left = matrix(a, [...restA, m], [size(outerA), length]);
  let right = matrix(b, [n, ...restB], [length, size(outerB)]);
  if (settings.flag("normalize", false)) [left, right] = [unit(call, left, 2), unit(call, right, 1)];
  const shape = [...outerA, ...outerB];
  const product = emit.value(emit.op("MatMul", [left, right]), [a.shape[0]!, size(outerA), size(outerB)]);
  return emit.reshape(product, [a.shape[0]!, ...(shape.length > 0 ? shape : [1])]);
}

/** x / max(‖x‖, 1e-7) along an axis. */
function unit({ emit }: LayerCall, name: string, axis: number): string {
  const norm = emit.op("ReduceL2", [name, emit.integers([axis])]);
  return emit.op("Div", [name, emit.op("Max", [norm, emit.scalar(1e-7)])]);
}

/** Layers that make one tensor of several. */
export const mergingLayers: Lowerings = {
  Add: joined("Add"),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
  Maximum: joined("Max"),
  Minimum: joined("Min"),
  Multiply: joined("Mul"),
  Subtract: joined("Sub"),
};
