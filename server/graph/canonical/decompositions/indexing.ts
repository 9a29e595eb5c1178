import { intTensor } from "../../build";
import { axisOf, range, stridesOf } from "../../differentiate/shapes";
import { sizeOf } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";

/** Whole-number indices as int64, counted from the beginning; constants are computed now. */
export function fromBeginning(emit: Emitter, indices: Name, extent: Name): Name {
  const whole = emit.cast(indices, "int64");
  const isNegative = emit.isBelow(whole, 0);
  return emit.where(isNegative, emit.add(whole, extent), whole);
}

/**
 * Row-major positions of the elements that have `indices` along one axis of `shape`, and the coordinates of their place
 * in `indices` along the others.
 */
export function positionsAlong(emit: Emitter, indices: Name, shape: readonly number[], axis: number): Name {
  const own = emit.shapeOf(indices);
  const [strides, ownStrides] = [stridesOf(shape), stridesOf(own)];
  const others = range(sizeOf(own)).map((position) =>
    own.reduce((sum, extent, k) => {
      return k === axis ? sum : sum + (Math.floor(position / ownStrides[k]!) % extent) * strides[k]!;
    }, 0),
  );
  const along = fromBeginning(emit, indices, emit.scalar(shape[axis]!, "int64"));
  return emit.add(emit.scale(along, strides[axis]!), emit.constant(intTensor(own, others)));
}

/**
 * Positions of the slices that the last axis of `indices` names by their leading coordinates, after the `batch` axes that
 * both share: Σ_k index_k · stride_k, in units of a slice.
 */
export function positionsOfSlices(emit: Emitter, indices: Name, shape: readonly number[], batch: number): Name {
  const own = emit.shapeOf(indices);
  const depth = own.at(-1)!;
  const leading = shape.slice(0, batch + depth);
  const strides = stridesOf(leading);
  const extents = emit.integers(leading.slice(batch));
  const scaled = emit.mul(fromBeginning(emit, indices, extents), emit.integers(strides.slice(batch)));
  const within = emit.reduceSum(scaled, [own.length - 1], false);
  if (batch === 0) return within;
  const outer = own.slice(0, -1);
  const steps = stridesOf(outer);
  const offsets = range(sizeOf(outer)).map((position) =>
    range(batch).reduce((sum, k) => sum + (Math.floor(position / steps[k]!) % outer[k]!) * strides[k]!, 0),
  );
  return emit.add(within, emit.constant(intTensor(outer, offsets)));
}

function gather(call: Call): Name {
  const { emit } = call;
  const axis = call.axis(0);
  const indices = call.input(1);
  const known = emit.constantOf(indices) && call.integers(1);
  if (!known?.some((index) => index < 0)) return emit.gather(call.input(0), indices, axis);
  const places = known.map((index) => axisOf(index, call.shape(0)[axis]!));
  return emit.gather(call.input(0), emit.constant(intTensor(call.shape(1), places)), axis);
}

/** One element for each index: a Gather from all elements in a row. */
function gatherElements(call: Call): Name {
  const { emit } = call;
  const shape = call.shape(0);
  const flat = emit.reshape(call.input(0), [sizeOf(shape)]);
  return emit.gather(flat, positionsAlong(emit, call.input(1), shape, call.axis(0)), 0);
}

/** One slice for each tuple of indices: a Gather from all slices in a row. */
function gatherND(call: Call): Name {
  const { emit } = call;
  const shape = call.shape(0);
  const batch = call.int("batch_dims", 0);
  const named = batch + call.shape(1).at(-1)!;
  const slices = emit.reshape(call.input(0), [sizeOf(shape.slice(0, named)), ...shape.slice(named)]);
  return emit.gather(slices, positionsOfSlices(emit, call.input(1), shape, batch), 0);
}

/** `on` where an index is the coordinate along the new axis, else `off`. */
function oneHot(call: Call): Name {
  const { emit } = call;
  const [depth = 0] = call.numbers(1) ?? [];
  const shape = call.shape(0);
  const axis = call.axis(-1, shape.length + 1);
  const indices = fromBeginning(emit, call.input(0), emit.scalar(depth, "int64"));
  const column = emit.reshape(indices, [...shape.slice(0, axis), 1, ...shape.slice(axis)]);
  const coordinates = intTensor([depth, ...shape.slice(axis).map(() => 1)], range(depth));
  const value = (k: number): Name => emit.reshape(emit.part(call.input(2), 0, k, 1), []);
  return emit.where(emit.node("Equal", [column, emit.constant(coordinates)]), value(1), value(0));
}

/** Operators that take elements by their indices. */
export const indexings: Decompositions = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
};
