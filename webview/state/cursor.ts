import type { Field } from "./field";
import { nearest } from "./field";

/** The place that the read-out speaks about. */
export interface Cursor {
  readonly alpha: number;
  readonly beta: number;
  readonly pinned: boolean;
  /** The keyboard moved it: its values are spoken. */
  readonly spoken: boolean;
}

/**
 * The place under the pointer. Where a grid point lies within `reach` (plane units) it is taken instead, so that
 * the number shown is the grid's own and not one interpolated between grid points.
 */
export function pointerCursor(field: Field, alpha: number, beta: number, reach: readonly [number, number]): Cursor {
  const x = field.x[nearest(field.x, alpha)] ?? alpha;
  const y = field.y[nearest(field.y, beta)] ?? beta;
  const near = ((x - alpha) / reach[0]) ** 2 + ((y - beta) / reach[1]) ** 2 <= 1;
  return { alpha: near ? x : alpha, beta: near ? y : beta, pinned: false, spoken: false };
}

/** The grid point `columns` to the right and `rows` up from the one nearest to `from`, held inside the grid. */
export function steppedCursor(field: Field, from: Cursor, columns: number, rows: number): Cursor {
  const step = (nodes: readonly number[], at: number, by: number) =>
    nodes[Math.min(nodes.length - 1, Math.max(0, nearest(nodes, at) + by))] ?? at;
  return {
    alpha: step(field.x, from.alpha, columns),
    beta: step(field.y, from.beta, rows),
    pinned: from.pinned,
    spoken: true,
  };
}
