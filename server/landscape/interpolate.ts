import { toJsonNumber } from "../protocol/numbers";
import type { Estimate } from "../protocol/result";

/** Grid lines of each axis, ascending; nodes are where they cross. */
export interface Lines {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** Loss and accuracy (percent) at the nodes of some lines, row-major over these lines. */
export interface Values {
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
}

/** All lines of a grid. */
export function allLines(columns: number, rows: number): Lines {
  return { columns: Array.from({ length: columns }, (_, i) => i), rows: Array.from({ length: rows }, (_, j) => j) };
}

/** The nodes of `lines` out of values that are row-major over a whole grid of `width` columns. */
export function nodesOf(width: number, { columns, rows }: Lines, values: ArrayLike<number>): Float64Array {
  const nodes = new Float64Array(columns.length * rows.length);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) nodes[at++] = values[row * width + column]!;
  }
  return nodes;
}

/**
 * Estimates every grid point from the nodes of a complete level, as `interpolate` does. `loss` and `accuracy` are
 * row-major over the whole grid (row · x.length + column); only the level's nodes are read.
 */
export function estimate(
  x: readonly number[],
  y: readonly number[],
  level: Lines,
  loss: ArrayLike<number>,
  accuracy: ArrayLike<number>,
): Estimate {
  const values = { loss: nodesOf(x.length, level, loss), accuracy: nodesOf(x.length, level, accuracy) };
  return toEstimate(level, interpolate(x, y, level, values, allLines(x.length, y.length)));
}

/** Values of the whole grid as they are sent; `from` names the lines that they come from. */
export function toEstimate({ columns, rows }: Lines, { loss, accuracy }: Values): Estimate {
  return { from: [columns.length, rows.length], loss: toNumbers(loss), accuracy: toNumbers(accuracy) };
}

/** An array of numbers alone is kept compactly by the runtime, and `Array.from` is slow: grids have a million points. */
function toNumbers(values: Float64Array): Estimate["loss"] {
  const numbers = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) return Array.from(values, toJsonNumber);
    numbers[i] = value;
  }
  return numbers;
}

/** ln 2: a factor of two in loss. */
const largestLossOvershoot = Math.LN2;
/** Percentage points. */
const largestAccuracyOvershoot = 10;

/**
 * Values at the nodes of `to` from those at the nodes of `from`; lines of `to` lie within the first and last of `from`.
 *
 * In each cell the logarithm of the loss, and the accuracy, are the tensor product of Lagrange's cubic polynomials
 * through the four nearest nodes of each axis (fewer where an axis has fewer), which need not be evenly spaced. It is
 * exact at nodes. Beyond the values at the cell's corners the result goes by a factor of two in loss and by 10 points in
 * accuracy at most, which keeps cubics from ringing beside cliffs; accuracy is also clamped to 0 … 100.
 *
 * Nothing smooth is invented beside what is not smooth: where a corner of the cell is NaN or infinite, so is the result
 * (NaN if any is); where one is ≤ 0 the loss itself is interpolated linearly; where such a value lies only in the wider
 * stencil, the interpolation is linear in the logarithm.
 */
export function interpolate(
  x: readonly number[],
  y: readonly number[],
  from: Lines,
  values: Values,
  to: Lines,
): Values {
  const across = stencilsOf(x, from.columns, to.columns);
  const down = stencilsOf(y, from.rows, to.rows);
  const width = from.columns.length;
  const sheet = (nodes: Float64Array): Sheet => ({ width, nodes, across, down });
  const losses = sheet(values.loss);
  const logs = sheet(values.loss.map(Math.log));
  const accuracies = sheet(values.accuracy);
  const loss = smooth(logs, largestLossOvershoot, Math.exp, (u, v) => roughLoss(losses, logs, u, v));
  const accuracy = smooth(accuracies, largestAccuracyOvershoot, percentage, (u, v) =>
    percentage(linear(accuracies, u, v)),
  );
  copyNodes(losses, loss);
  copyNodes(accuracies, accuracy);
  return { loss, accuracy };
}

/** For every target line of one axis, the nodes that it is interpolated from. */
interface Stencils {
  readonly length: number;
  /** First of the nodes with a weight. */
  readonly first: Int32Array;
  /** Four weights of Lagrange's polynomials a line, the last ones 0 where there are fewer nodes. */
  readonly weights: Float64Array;
  readonly counts: Int32Array;
  /** The two nodes around the line; the same one twice on a node. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Linear weight of `high`. */
  readonly share: Float64Array;
}

/** Values at nodes, row-major, and how targets are made from them. */
interface Sheet {
  readonly width: number;
  readonly nodes: Float64Array;
  readonly across: Stencils;
  readonly down: Stencils;
}

/**
 * The cubic at every target, within the limits on overshoot, as `out` makes a value of it. Where it is not finite, and
 * so one of its nodes is not, `rough` gives the value.
 */
function smooth(
  sheet: Sheet,
  overshoot: number,
  out: (value: number) => number,
  rough: (u: number, v: number) => number,
): Float64Array {
  const { width, nodes, across, down } = sheet;
  const rows = along(sheet);
  const { length } = across;
  const result = new Float64Array(length * down.length);
  const cubics = new Float64Array(length);
  for (let v = 0, at = 0; v < down.length; v++) {
    weighRows(rows, down, v, cubics);
    const low = down.low[v]! * width;
    const high = down.high[v]! * width;
    for (let u = 0; u < length; u++, at++) {
      const cubic = cubics[u]!;
      // The difference is NaN for NaN and infinities alone.
      if (Number.isNaN(cubic - cubic)) {
        result[at] = rough(u, v);
        continue;
      }
      const left = across.low[u]!;
      const right = across.high[u]!;
      const a = nodes[low + left]!;
      const b = nodes[low + right]!;
      const c = nodes[high + left]!;
      const d = nodes[high + right]!;
      const least = Math.min(a, b, c, d) - overshoot;
      const most = Math.max(a, b, c, d) + overshoot;
      result[at] = out(cubic < least ? least : cubic > most ? most : cubic);
    }
  }
  return result;
}

/** The first of two passes: every row of nodes at the targets' columns. */
function along({ width, nodes, across }: Sheet): Float64Array {
  const { first, counts, weights, length } = across;
  const height = nodes.length / width;
  const result = new Float64Array(height * length);
  for (let row = 0, at = 0; row < height; row++) {
    for (let u = 0; u < length; u++, at++) {
      const start = row * width + first[u]!;
      let sum = weights[4 * u]! * nodes[start]!;
      for (let k = 1; k < counts[u]!; k++) sum += weights[4 * u + k]! * nodes[start + k]!;
      result[at] = sum;
    }
  }
  return result;
}

/** The second pass, for one target row. */
function weighRows(rows: Float64Array, { first, counts, weights }: Stencils, v: number, result: Float64Array): void {
  const { length } = result;
  for (let k = 0; k < counts[v]!; k++) {
    const weight = weights[4 * v + k]!;
    const start = (first[v]! + k) * length;
    if (k === 0) for (let u = 0; u < length; u++) result[u] = weight * rows[start + u]!;
    else for (let u = 0; u < length; u++) result[u]! += weight * rows[start + u]!;
  }
}

/** What the loss is where the cubic of its logarithm does not exist. */
function roughLoss(losses: Sheet, logs: Sheet, u: number, v: number): number {
  const { width, nodes, across, down } = losses;
  let beyond: number | undefined;
  let positive = true;
  for (const row of [down.low[v]!, down.high[v]!]) {
    for (const column of [across.low[u]!, across.high[u]!]) {
      const corner = nodes[row * width + column]!;
      if (!Number.isFinite(corner)) beyond = beyond === undefined ? corner : beyond + corner;
      if (corner <= 0) positive = false;
    }
  }
  if (beyond !== undefined) return beyond;
  return positive ? Math.exp(linear(logs, u, v)) : linear(losses, u, v);
}

/** The bilinear value; a node of weight 0 is not read. */
function linear({ width, nodes, across, down }: Sheet, u: number, v: number): number {
  const s = across.share[u]!;
  const t = down.share[v]!;
  const row = (at: number): number => {
    const low = nodes[at * width + across.low[u]!]!;
    return s === 0 ? low : (1 - s) * low + s * nodes[at * width + across.high[u]!]!;
  };
  return t === 0 ? row(down.low[v]!) : (1 - t) * row(down.low[v]!) + t * row(down.high[v]!);
}

function percentage(value: number): number {
  return Math.min(100, Math.max(0, value));
}

/** Puts the nodes' own values where a target is a node, to the last bit. */
function copyNodes({ width, nodes, across, down }: Sheet, result: Float64Array): void {
  for (let v = 0; v < down.length; v++) {
    if (down.low[v] !== down.high[v]) continue;
    for (let u = 0; u < across.length; u++) {
      if (across.low[u] !== across.high[u]) continue;
      result[v * across.length + u] = nodes[down.low[v]! * width + across.low[u]!]!;
    }
  }
}

/** @param from, to ascending lines; those of `to` within the first and last of `from`. */
function stencilsOf(coordinates: readonly number[], from: readonly number[], to: readonly number[]): Stencils {
  const { length } = to;
  const ints = (): Int32Array => new Int32Array(length);
  const stencils = { length, first: ints(), counts: ints(), low: ints(), high: ints() };
  const weights = new Float64Array(4 * length);
  const share = new Float64Array(length);
  let at = 0;
  for (const [target, line] of to.entries()) {
    while (from[at]! < line) at++;
    const isNode = from[at] === line;
    const first = isNode ? at : Math.max(0, Math.min(at - 2, from.length - 4));
    const count = isNode ? 1 : Math.min(4, from.length);
    const positions = from.slice(first, first + count).map((node) => coordinates[node]!);
    weights.set(lagrange(positions, coordinates[line]!), 4 * target);
    stencils.first[target] = first;
    stencils.counts[target] = count;
    stencils.low[target] = isNode ? at : at - 1;
    stencils.high[target] = at;
    if (!isNode) {
      const [before, after] = [coordinates[from[at - 1]!]!, coordinates[from[at]!]!];
      share[target] = (coordinates[line]! - before) / (after - before);
    }
  }
  return { ...stencils, weights, share };
}

/** Values at `t` of Lagrange's basis polynomials on `nodes`: Π_{m≠k} (t − t_m)/(t_k − t_m). */
function lagrange(nodes: readonly number[], t: number): number[] {
  return nodes.map((node, k) =>
    nodes.reduce((product, other, m) => (m === k ? product : (product * (t - other)) / (node - other)), 1),
  );
}
