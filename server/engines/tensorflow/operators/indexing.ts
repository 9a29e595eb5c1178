import { sizeOf, type Tensor } from "../../../graph/tensor";
import { type Call, type Family } from "../call";
import { allocate, int64, pick, scalarOf, store } from "../host/arrays";
import { sortedPositions } from "../host/reduction";
import { aroundAxis, axisOf, countTo, indexOf, mappedPositions, reducedShape, stridesOf } from "../shapes";
import type { Value } from "../values";
import { takeAlongAxes, takeRows } from "./movement";

/**
 * Indices are integers and so on the host: every operator here turns them into positions there, and takes or adds the
 * elements at these positions where the elements are.
 */

function gather(call: Call): Value {
  const x = call.input(0);
  const chosen = call.input(1);
  const axis = axisOf(call.int("axis", 0), x.rank);
  const [outer, extent, inner] = aroundAxis(x.shape, axis);
  const wanted = call.integers(1)!.map((index) => indexOf(index, extent));
  const shape = [...x.shape.slice(0, axis), ...chosen.shape, ...x.shape.slice(axis + 1)];
  const rows = countTo(outer).flatMap((block) => wanted.map((index) => block * extent + index));
  return takeRows(call, x, inner, rows, shape);
}

function gatherElements(call: Call): Value {
  const x = call.input(0);
  const { positions, shape } = alongAxisPositions(call);
  return takeRows(call, x, 1, positions, shape);
}

/** Positions in input 0 that the indices of GatherElements and ScatterElements name. */
function alongAxisPositions(call: Call): { readonly positions: Int32Array; readonly shape: readonly number[] } {
  const x = call.input(0);
  const { shape } = call.input(1);
  const axis = axisOf(call.int("axis", 0), x.rank);
  const strides = stridesOf(x.shape);
  const chosen = call.integers(1)!;
  // Where the indices' own places begin, with the axis itself left out.
  const starts = mappedPositions(
    x.shape,
    shape.map((extent, a) => (a === axis ? new Array<number>(extent).fill(0) : countTo(extent))),
  );
  return {
    shape,
    positions: starts.map((start, k) => start + indexOf(chosen[k]!, x.shape[axis]!) * strides[axis]!),
  };
}

function gatherND(call: Call): Value {
  const x = call.input(0);
  const batch = call.int("batch_dims", 0);
  const { rows, outer, depth } = pointRows(call, batch);
  const rest = x.shape.slice(batch + depth);
  return takeRows(call, x, sizeOf(rest), rows, [...outer, ...rest]);
}

/** The rows of input 0 that the last axis of input 1 points to. */
function pointRows(
  call: Call,
  batch: number,
): { readonly rows: number[]; readonly outer: readonly number[]; readonly depth: number } {
  const x = call.input(0);
  const { shape } = call.input(1);
  const depth = shape.at(-1)!;
  const outer = shape.slice(0, -1);
  const chosen = call.integers(1)!;
  const extents = x.shape.slice(batch, batch + depth);
  const points = sizeOf(outer);
  const perBatch = points / sizeOf(outer.slice(0, batch));
  const rows = countTo(points).map((point) =>
    extents.reduce(
      (row, extent, k) => row * extent + indexOf(chosen[point * depth + k]!, extent),
      Math.floor(point / perBatch),
    ),
  );
  return { rows, outer, depth };
}

function scatterElements(call: Call): Value {
  const { positions } = alongAxisPositions(call);
  return scatterRows(call, 1, positions);
}

function scatterND(call: Call): Value {
  const { rows, depth } = pointRows(call, 0);
  return scatterRows(call, sizeOf(call.input(0).shape.slice(depth)), rows);
}

/** Writes the updates, rows of `width` elements, over input 0 or combines them with it. */
function scatterRows(call: Call, width: number, rows: readonly number[] | Int32Array): Value {
  const { tf } = call;
  const x = call.input(0);
  const updates = call.input(2);
  const reduction = call.string("reduction", "none");
  const onHost = (x.prefersHost && updates.prefersHost) || x.dtype !== "float32";
  if (onHost || (reduction !== "none" && reduction !== "add")) {
    return call.onHost(scatterOnHost(x.host(), updates.host(), width, rows, reduction));
  }
  const count = x.size / width;
  const own = tf.reshape(x.plain(), [count, width]);
  const added = tf.reshape(updates.plain(), [rows.length, width]);
  if (reduction === "add") {
    const sums = tf.scatterND(call.indices(rows, [rows.length, 1]), added, [count, width]);
    return call.plain(tf.reshape(tf.add(own, sums), [...x.shape]));
  }
  // The last update of a row wins: each row comes from the input or from that update.
  const sources = countTo(count);
  rows.forEach((row, k) => (sources[row] = count + k));
  const taken = tf.gather(tf.concat([own, added], 0), call.indices(sources) as never, 0);
  return call.plain(tf.reshape(taken, [...x.shape]));
}

const combinations: Readonly<Record<string, (old: number, update: number) => number>> = {
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: (old, update) => Math.max(old, update),
  min: (old, update) => Math.min(old, update),
};

function scatterOnHost(
  x: Tensor,
  updates: Tensor,
  width: number,
  rows: readonly number[] | Int32Array,
  reduction: string,
): Tensor {
  const result = pick(x, x.shape, countTo(x.data.length));
  const merge = combinations[reduction];
  rows.forEach((row, k) => {
    for (let i = 0; i < width; i++) {
      const [target, update] = [row * width + i, updates.data[k * width + i]!];
      if (!merge) result.data[target] = update;
      else store(result.data, target, merged(merge, result.data[target]!, update));
    }
  });
  return result;
}

function merged(
  merge: (old: number, update: number) => number,
  old: number | bigint,
  update: number | bigint,
): number | bigint {
  const value = merge(Number(old), Number(update));
  if (typeof old === "bigint" && !Number.isSafeInteger(value)) throw new Error(`${value} is not exact as an integer`);
  return typeof old === "bigint" ? BigInt(value) : value;
}

function oneHot(call: Call): Tensor {
  const { shape } = call.input(0);
  const depth = Number(scalarOf(call.input(1).host()));
  const values = call.input(2).host();
  const axis = axisOf(call.int("axis", -1), shape.length + 1);
  const inner = sizeOf(shape.slice(axis));
  const result = [...shape.slice(0, axis), depth, ...shape.slice(axis)];
  const data = allocate(values.dtype, sizeOf(result));
  data.fill(values.data[0] as never);
  call.integers(0)!.forEach((given, k) => {
    const index = given < 0 ? given + depth : given;
    if (index < 0 || index >= depth) return;
    data[(Math.floor(k / inner) * depth + index) * inner + (k % inner)] = values.data[1]!;
  });
  return { dtype: values.dtype, shape: result, data };
}

/** Position of the largest (or smallest) element along an axis; the first one of equals unless asked otherwise. */
function extremum(find: "argMax" | "argMin"): (call: Call) => Value {
  return (call) => {
    const { tf } = call;
    const x = call.input(0);
    const axis = axisOf(call.int("axis", 0), x.rank);
    const extent = x.shape[axis]!;
    const fromEnd = call.int("select_last_index", 0) === 1;
    const source = fromEnd
      ? takeAlongAxes(
          call,
          x,
          x.shape.map((_, a) => (a === axis ? countTo(extent).reverse() : undefined)),
        )
      : x.retain();
    let found: ArrayLike<number>;
    try {
      found = call.read(tf[find](source.plain(), axis));
    } finally {
      source.release();
    }
    const keep = call.int("keepdims", 1) === 1;
    const indices = Array.from(found, (index) => (fromEnd ? extent - 1 - index : index));
    return call.onHost(int64(reducedShape(x.shape, [axis], keep), indices));
  };
}

function topK(call: Call): readonly Tensor[] {
  const x = call.input(0).host();
  const axis = axisOf(call.int("axis", -1), x.shape.length);
  const count = call.integers(1)?.[0] ?? call.int("k", 1);
  const { shape, positions, indices } = sortedPositions(x, axis, count, call.int("largest", 1) === 1);
  return [pick(x, shape, positions), int64(shape, indices)];
}

/** Keeps one side of the diagonal of each matrix; the other becomes zero. */
function trilu(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const offset = call.integers(1)?.[0] ?? 0;
  const upper = call.int("upper", 1) === 1;
  const kept = countTo(rows * columns).map((position) => {
    const distance = (position % columns) - Math.floor(position / columns);
    return upper ? distance >= offset : distance <= offset;
  });
  if (x.dtype === "float32" && !x.prefersHost) {
    const mask = tf.tensor(Uint8Array.from(kept, Number), [rows, columns], "bool");
    return call.plain(tf.where(mask, x.plain(), tf.zerosLike(x.plain())));
  }
  const { dtype, shape, data } = x.host();
  const result = allocate(dtype, data.length);
  for (let k = 0; k < data.length; k++) if (kept[k % kept.length]) result[k] = data[k]!;
  return call.onHost({ dtype, shape, data: result });
}

function cumSum(call: Call): Value {
  const x = call.input(0);
  const axis = axisOf(call.integers(1)![0]!, x.rank);
  const exclusive = call.int("exclusive", 0) === 1;
  const reverse = call.int("reverse", 0) === 1;
  if (!x.prefersHost) return call.plain(call.tf.cumsum(x.plain(), axis, exclusive, reverse));
  const { dtype, shape, data } = x.host();
  const [outer, extent, inner] = aroundAxis(shape, axis);
  const result = allocate(dtype, data.length);
  for (let line = 0; line < outer * inner; line++) {
    const start = Math.floor(line / inner) * extent * inner + (line % inner);
    let sum: number | bigint = typeof data[0] === "bigint" ? 0n : 0;
    for (let k = 0; k < extent; k++) {
      const position = start + (reverse ? extent - 1 - k : k) * inner;
      const next = plus(sum, data[position]!);
      result[position] = exclusive ? sum : next;
      sum = next;
    }
  }
  return call.onHost({ dtype, shape, data: result });
}

function plus(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === "bigint" ? a + BigInt(b) : a + Number(b);
}

/** Indices of the elements that are not zero, one row for each axis. */
function nonZero(call: Call): Tensor {
  const { shape, data } = call.input(0).host();
  const strides = stridesOf(shape);
  const found = countTo(data.length).filter((k) => Number(data[k]) !== 0);
  const rows = shape.flatMap((extent, axis) => found.map((k) => Math.floor(k / strides[axis]!) % extent));
  return int64([shape.length, found.length], rows);
}

export const indexings: Family = {
  Gather: { run: gather },
  GatherElements: { run: gatherElements },
  GatherND: { run: gatherND },
  ScatterElements: { run: scatterElements },
  ScatterND: { run: scatterND },
  OneHot: { host: oneHot },
  ArgMax: { run: extremum("argMax") },
  ArgMin: { run: extremum("argMin") },
  TopK: { host: topK },
  Trilu: { run: trilu },
  CumSum: { run: cumSum },
  NonZero: { host: nonZero },
};
