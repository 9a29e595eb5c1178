import { sizeOf } from "../graph/tensor";

/** Which filter each element of a tensor belongs to. */
export interface FilterIndex {
  readonly count: number;
  /** Filter of every element, row-major; filters are numbered row-major over the filter axes in ascending order. */
  readonly of: Uint32Array;
}

/** Filters of a tensor's elements one after the other, row-major. */
export interface FilterCursor {
  readonly count: number;
  /** Filter of the next element. */
  next(): number;
}

/**
 * Numbers the filters of a tensor. A filter is one output unit: all elements that share their indices on `filterAxes`.
 * @param filterAxes axes of `shape`, in any order, negative ones counted from the end; none means one filter
 */
export function filterCursor(shape: readonly number[], filterAxes: readonly number[]): FilterCursor {
  const rank = shape.length;
  const filterStride = new Array<number>(rank).fill(0);
  let count = 1;
  const axes = [...new Set(filterAxes.map((axis) => (axis < 0 ? axis + rank : axis)))].sort((a, b) => b - a);
  for (const axis of axes) {
    filterStride[axis] = count;
    count *= shape[axis]!;
  }
  const position = new Array<number>(rank).fill(0);
  let filter = 0;
  const next = (): number => {
    const found = filter;
    for (let axis = rank - 1; axis >= 0; axis--) {
      position[axis]! += 1;
      filter += filterStride[axis]!;
      if (position[axis]! < shape[axis]!) break;
      filter -= filterStride[axis]! * shape[axis]!;
      position[axis] = 0;
    }
    return found;
  };
  return { count, next };
}

/** The filters of all elements at once, see `filterCursor`. */
export function filterIndex(shape: readonly number[], filterAxes: readonly number[]): FilterIndex {
  const cursor = filterCursor(shape, filterAxes);
  const of = new Uint32Array(sizeOf(shape));
  for (let i = 0; i < of.length; i++) of[i] = cursor.next();
  return { count: cursor.count, of };
}

/** Squared Frobenius norm of every filter, summed in float64 in the order of the elements. */
export function filterSquares(values: ArrayLike<number>, filters: FilterIndex): Float64Array {
  const squares = new Float64Array(filters.count);
  for (let i = 0; i < values.length; i++) squares[filters.of[i]!]! += values[i]! * values[i]!;
  return squares;
}
