import { sizeOf, type Tensor } from "../../../graph/tensor";
import { countTo, mappedPositions, reducedShape } from "../shapes";
import { allocate, store } from "./arrays";
import { isArithmetic, lackOf } from "./arithmetic";

/** How a line of numbers becomes one, for floats and, where it makes sense, for integers. */
export interface Reducer {
  readonly float: (values: readonly number[]) => number;
  readonly integer?: (values: readonly bigint[]) => bigint;
}

/** Reduces a tensor over `axes` on the host. */
export function reduceOnHost(x: Tensor, axes: readonly number[], keep: boolean, reducer: Reducer): Tensor {
  const inner = mappedPositions(
    x.shape,
    x.shape.map((_, axis) => (axes.includes(axis) ? undefined : [0])),
  );
  const outer = mappedPositions(
    x.shape,
    x.shape.map((_, axis) => (axes.includes(axis) ? [0] : undefined)),
  );
  const shape = reducedShape(x.shape, axes, keep);
  const data = allocate(x.dtype, sizeOf(shape));
  outer.forEach((start, k) => {
    const line = Array.from(inner, (offset) => x.data[start + offset]!);
    if (isArithmetic(x.dtype)) data[k] = reducer.float(line as number[]);
    else if (reducer.integer) store(data, k, reducer.integer(line.map(BigInt)));
    else throw lackOf("this reduction", x.dtype);
  });
  return { dtype: x.dtype, shape, data };
}

/** The `count` largest (or smallest) elements along an axis, best first, equal ones in their own order. */
export function sortedPositions(
  x: Tensor,
  axis: number,
  count: number,
  largest: boolean,
): { readonly shape: number[]; readonly positions: Int32Array; readonly indices: number[] } {
  const extent = x.shape[axis]!;
  if (count > extent) throw new Error(`${count} elements are asked for along an axis of ${extent}`);
  const shape = x.shape.map((own, a) => (a === axis ? count : own));
  const step = sizeOf(x.shape.slice(axis + 1));
  const starts = mappedPositions(
    x.shape,
    x.shape.map((_, a) => (a === axis ? [0] : undefined)),
  );
  const positions = new Int32Array(sizeOf(shape));
  const indices = new Array<number>(positions.length);
  starts.forEach((start, line) => {
    const at = (k: number): number | bigint => x.data[start + k * step]!;
    const order = countTo(extent).sort((a, b) => {
      const [first, second] = [at(a), at(b)];
      if (first === second) return a - b;
      return first > second === largest ? -1 : 1;
    });
    const [before, within] = [Math.floor(line / step), line % step];
    for (let k = 0; k < count; k++) {
      const target = (before * count + k) * step + within;
      positions[target] = start + order[k]! * step;
      indices[target] = order[k]!;
    }
  });
  return { shape, positions, indices };
}
