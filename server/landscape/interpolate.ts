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
  const lossAt = (j: number, i: number): number => loss[rows[j]! * x.length + columns[i]!]!;
  const accuracyAt = (j: number, i: number): number => accuracy[rows[j]! * x.length + columns[i]!]!;
  const losses = down.flatMap((v) => across.map((u) => toJsonNumber(lossOf(u, v, lossAt))));
  const accuracies = down.flatMap((v) => across.map((u) => accuracyOf(u, v, accuracyAt)));
  return { from: [columns.length, rows.length], loss: losses, accuracy: accuracies };
}

/** ln 2: a factor of two in loss. */
const largestLossOvershoot = Math.LN2;
/** Percentage points. */
const largestAccuracyOvershoot = 10;

type At = (row: number, column: number) => number;

function lossOf(u: Stencil, v: Stencil, at: At): number {
  const corners = block(u.bracket, v.bracket, at);
  if (corners.length === 1) return corners[0]!;
  const nonFinite = corners.filter((value) => !Number.isFinite(value));
  if (nonFinite.length > 0) return nonFinite.reduce((sum, value) => sum + value);
  if (corners.some((value) => value <= 0)) return weighted(corners, u.linear, v.linear);
  const logAt: At = (row, column) => Math.log(at(row, column));
  return Math.exp(smooth(u, v, logAt, largestLossOvershoot));
}

function accuracyOf(u: Stencil, v: Stencil, at: At): number {
  if (u.bracket.length === 1 && v.bracket.length === 1) return at(v.bracket[0]!, u.bracket[0]!);
  return Math.min(100, Math.max(0, smooth(u, v, at, largestAccuracyOvershoot)));
}

/** The cubic value within the limits on overshoot, or the linear one where the stencil is not finite throughout. */
function smooth(u: Stencil, v: Stencil, at: At, overshoot: number): number {
  const corners = block(u.bracket, v.bracket, at);
  const values = block(u.nodes, v.nodes, at);
  if (!values.every(Number.isFinite)) return weighted(corners, u.linear, v.linear);
  const low = Math.min(...corners) - overshoot;
  const high = Math.max(...corners) + overshoot;
  return Math.min(high, Math.max(low, weighted(values, u.cubic, v.cubic)));
}

function block(columns: readonly number[], rows: readonly number[], at: At): number[] {
  return rows.flatMap((row) => columns.map((column) => at(row, column)));
}

/** Σ_j Σ_i v_j u_i values[j][i] */
function weighted(values: readonly number[], u: readonly number[], v: readonly number[]): number {
  let sum = 0;
  for (let j = 0; j < v.length; j++) {
    for (let i = 0; i < u.length; i++) sum += v[j]! * u[i]! * values[j * u.length + i]!;
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
