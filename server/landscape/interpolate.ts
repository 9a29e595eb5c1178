import { toJsonNumber } from "../protocol/numbers";
import type { Estimate } from "../protocol/result";
import type { GridLevel } from "./grid";

/** Weights of the nodes that give the value at one coordinate. */
interface Stencil {
  /** Positions among the level's nodes: the node itself, or the two around the coordinate. */
  readonly bracket: readonly number[];
  /** Weights of `bracket` for linear interpolation. */
  readonly linear: readonly number[];
  /** Positions of the up to four nearest nodes for cubic interpolation; one on a node. */
  readonly nodes: readonly number[];
  readonly cubic: readonly number[];
}

/**
 * Estimates every grid point from the nodes of a complete level. `loss` and `accuracy` are row-major over the whole grid
 * (row · x.length + column); only the level's nodes are read.
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
export function estimate(
  x: readonly number[],
  y: readonly number[],
  level: GridLevel,
  loss: ArrayLike<number>,
  accuracy: ArrayLike<number>,
): Estimate {
  const { columns, rows } = level;
  const across = x.map((_, column) => stencilAt(x, columns, column));
  const down = y.map((_, row) => stencilAt(y, rows, row));
  const losses = nodesOf(x.length, level, loss);
  const logs = { ...losses, values: losses.values.map(Math.log) };
  const accuracies = nodesOf(x.length, level, accuracy);
  return {
    from: [columns.length, rows.length],
    loss: down.flatMap((v) => across.map((u) => toJsonNumber(lossOf(u, v, losses, logs)))),
    accuracy: down.flatMap((v) => across.map((u) => accuracyOf(u, v, accuracies))),
  };
}

/** ln 2: a factor of two in loss. */
const largestLossOvershoot = Math.LN2;
/** Percentage points. */
const largestAccuracyOvershoot = 10;

/** Values at the nodes of a level, row-major. The functions below make no arrays: grids have up to a million points. */
interface Nodes {
  readonly width: number;
  readonly values: Float64Array;
}

function nodesOf(gridWidth: number, { columns, rows }: GridLevel, values: ArrayLike<number>): Nodes {
  const nodes = new Float64Array(columns.length * rows.length);
  for (const [j, row] of rows.entries()) {
    for (const [i, column] of columns.entries()) nodes[j * columns.length + i] = values[row * gridWidth + column]!;
  }
  return { width: columns.length, values: nodes };
}

function lossOf(u: Stencil, v: Stencil, losses: Nodes, logs: Nodes): number {
  let beyond: number | undefined;
  let positive = true;
  for (const row of v.bracket) {
    for (const column of u.bracket) {
      const corner = losses.values[row * losses.width + column]!;
      if (!Number.isFinite(corner)) beyond = beyond === undefined ? corner : beyond + corner;
      if (corner <= 0) positive = false;
    }
  }
  if (beyond !== undefined) return beyond;
  const onNode = u.bracket.length === 1 && v.bracket.length === 1;
  if (onNode || !positive) return weighted(losses, u.bracket, u.linear, v.bracket, v.linear);
  return Math.exp(smooth(u, v, logs, largestLossOvershoot));
}

function accuracyOf(u: Stencil, v: Stencil, accuracies: Nodes): number {
  const onNode = u.bracket.length === 1 && v.bracket.length === 1;
  if (onNode) return weighted(accuracies, u.bracket, u.linear, v.bracket, v.linear);
  return Math.min(100, Math.max(0, smooth(u, v, accuracies, largestAccuracyOvershoot)));
}

/** The cubic value within the limits on overshoot, or the linear one where the stencil is not finite throughout. */
function smooth(u: Stencil, v: Stencil, nodes: Nodes, overshoot: number): number {
  for (const row of v.nodes) {
    for (const column of u.nodes) {
      const isFinite = Number.isFinite(nodes.values[row * nodes.width + column]!);
      if (!isFinite) return weighted(nodes, u.bracket, u.linear, v.bracket, v.linear);
    }
  }
  let low = Infinity;
  let high = -Infinity;
  for (const row of v.bracket) {
    for (const column of u.bracket) {
      const corner = nodes.values[row * nodes.width + column]!;
      low = Math.min(low, corner);
      high = Math.max(high, corner);
    }
  }
  const cubic = weighted(nodes, u.nodes, u.cubic, v.nodes, v.cubic);
  return Math.min(high + overshoot, Math.max(low - overshoot, cubic));
}

/** Σ_j Σ_i v_j u_i nodes[rows[j]][columns[i]] */
function weighted(
  { width, values }: Nodes,
  columns: readonly number[],
  u: readonly number[],
  rows: readonly number[],
  v: readonly number[],
): number {
  let sum = 0;
  for (let j = 0; j < v.length; j++) {
    for (let i = 0; i < u.length; i++) sum += v[j]! * u[i]! * values[rows[j]! * width + columns[i]!]!;
  }
  return sum;
}

function stencilAt(coordinates: readonly number[], lines: readonly number[], line: number): Stencil {
  const at = lines.findIndex((node) => node >= line);
  if (lines[at] === line) return { bracket: [at], linear: [1], nodes: [at], cubic: [1] };
  const bracket = [at - 1, at];
  const first = Math.max(0, Math.min(at - 2, lines.length - 4));
  const nodes = Array.from({ length: Math.min(4, lines.length) }, (_, i) => first + i);
  const weights = (positions: readonly number[]): number[] =>
    lagrange(
      positions.map((position) => coordinates[lines[position]!]!),
      coordinates[line]!,
    );
  return { bracket, linear: weights(bracket), nodes, cubic: weights(nodes) };
}

/** Values at `t` of Lagrange's basis polynomials on `nodes`: Π_{m≠k} (t − t_m)/(t_k − t_m). */
function lagrange(nodes: readonly number[], t: number): number[] {
  return nodes.map((node, k) =>
    nodes.reduce((product, other, m) => (m === k ? product : (product * (t - other)) / (node - other)), 1),
  );
}
