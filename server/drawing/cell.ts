/** Values at the crossings of two ascending axes. */
export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

type Four<T> = readonly [T, T, T, T];

/** The cell of a grid around a place. */
export interface Cell {
  /** Grid points below left, below right, above left and above right, by row-major index. */
  readonly corners: Four<number>;
  /** How far the place is across and up the cell, from 0 to 1. */
  readonly share: readonly [number, number];
}

/** Position of `at` in ascending `nodes` as index plus fraction, held inside. */
export function fractionalIndex(nodes: readonly number[], at: number): number {
  const last = nodes.length - 1;
  if (last <= 0 || at <= nodes[0]!) return 0;
  if (at >= nodes[last]!) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (nodes[middle]! <= at) low = middle;
    else high = middle;
  }
  return low + (at - nodes[low]!) / (nodes[high]! - nodes[low]!);
}

/** The cell around (α, β), which is inside of the grid. */
export function cellAround({ x, y }: Grid, alpha: number, beta: number): Cell {
  const [u, v] = [fractionalIndex(x, alpha), fractionalIndex(y, beta)];
  const [columns, rows] = [x.length, y.length];
  const i = Math.min(Math.floor(u), Math.max(0, columns - 2));
  const j = Math.min(Math.floor(v), Math.max(0, rows - 2));
  const right = Math.min(i + 1, columns - 1);
  const above = Math.min(j + 1, rows - 1);
  return {
    corners: [j * columns + i, j * columns + right, above * columns + i, above * columns + right],
    share: [u - i, v - j],
  };
}

/** The bilinear value in a cell; a corner of weight 0 is not read. */
export function bilinear([a, b, c, d]: Four<number>, [s, t]: Cell["share"]): number {
  const mix = (from: number, to: number, share: number) =>
    share === 0 ? from : share === 1 ? to : from * (1 - share) + to * share;
  return mix(mix(a, b, s), mix(c, d, s), t);
}
