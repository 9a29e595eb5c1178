import type { Lines, Values } from "./interpolate";

/** What a part of the samples says at the nodes of some lines, row-major over these lines. */
export interface Sampled {
  readonly lines: Lines;
  /** Means over all samples of the part. */
  readonly mean: Values;
  /** Mean loss of each of the groups of equal size that the part is made of. */
  readonly groups: readonly Float64Array[];
  /** The part's share of all samples, from 0 to 1. */
  readonly share: number;
}

/** What all samples say: at the nodes of a nested grid that is complete, at the centre alone, or nothing yet. */
export type Known =
  | undefined
  | { readonly level: Lines; readonly values: Values }
  | {
      readonly centre: { readonly loss: number; readonly accuracy: number };
      /** What the part of the samples says there. */
      readonly sampled: {
        readonly loss: number;
        readonly accuracy: number;
        /** Mean loss of each group. */
        readonly groups: readonly number[];
      };
    };

/**
 * What all samples would say at the nodes, estimated from a part of them.
 *
 * With L_S the mean loss of the part S and L_N that of all samples:
 *
 * - From a nested grid of which all nodes are known: log L̂(p) = log L_S(p) + B[log L_N − log L_S](p), where B interpolates
 *   the logarithm of the ratio bilinearly between the nodes. This is the ratio estimator of survey sampling (W. G.
 *   Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6) with a ratio that changes slowly over the plane. At the nodes
 *   themselves it is what was measured.
 * - From the centre alone: L̂(p) = L_S(p) · (1 + d / max(L_S(p), L_S(0))), d = L_N(0) − L_S(0): the difference estimator
 *   (chapter 7) where the loss is larger than at the centre, the ratio where it is smaller, so that it stays positive. What
 *   the few hard samples of a trained network do at the centre says little of the loss far away, where a ratio would do
 *   harm.
 *
 * Accuracies are corrected by their differences, interpolated in the same way, within 0 … 100. Where a value is not finite,
 * or a loss not positive, nothing is corrected, and nothing where all samples have said nothing yet.
 *
 * @param x, y coordinates of the grid's lines
 */
export function corrected(x: readonly number[], y: readonly number[], sampled: Sampled, known: Known): Values {
  const { lines, mean } = sampled;
  if (!known) return mean;
  if ("centre" in known) return correctedByCentre(mean, known);
  const { level, values } = known;
  const at = nodesWithin(lines, level);
  const ratio = values.loss.map((loss, k) => logRatio(loss, mean.loss[at[k]!]!));
  const points = values.accuracy.map((accuracy, k) => finite(accuracy - mean.accuracy[at[k]!]!));
  const [ratios, differences] = [ratio, points].map((nodes) => bilinear(x, y, level, nodes, lines)) as [
    Float64Array,
    Float64Array,
  ];
  const loss = mean.loss.map((value, k) => value * Math.exp(ratios[k]!));
  const accuracy = mean.accuracy.map((value, k) => percentage(value + differences[k]!));
  at.forEach((node, k) => {
    loss[node] = values.loss[k]!;
    accuracy[node] = values.accuracy[k]!;
  });
  return { loss, accuracy };
}

/**
 * Standard error of the logarithm of the corrected loss at each node, from how the groups differ (random groups; Cochran,
 * chapter 11): with m groups whose corrected losses are e_j in units of L_S(p), to first order,
 *
 *     s² = (1 − share) · Σ_j (e_j − ē)² / (m (m − 1)),
 *
 * e_j = L_j(p)/L_S(p) − B[L_j/L_S](p) from a nested grid, L_j(p)/L_S(p) − L_j(0)/max(L_S(p), L_S(0)) from the centre, and
 * L_j(p)/L_S(p) where nothing is corrected.
 * 0 at the nodes of that grid. NaN where it has no meaning, and everywhere for fewer than two groups.
 */
export function samplingErrors(
  x: readonly number[],
  y: readonly number[],
  sampled: Sampled,
  known: Known,
): Float64Array {
  const { lines, mean, groups, share } = sampled;
  const relative = groups.map((losses) => losses.map((loss, node) => loss / mean.loss[node]!));
  let expected: readonly Float64Array[];
  if (!known) {
    expected = groups.map(() => new Float64Array(mean.loss.length));
  } else if ("centre" in known) {
    const { loss: own, groups: ownGroups } = known.sampled;
    expected = groups.map((_, j) => mean.loss.map((loss) => ownGroups[j]! / Math.max(loss, own)));
  } else {
    const at = nodesWithin(lines, known.level);
    expected = relative.map((values) =>
      bilinear(
        x,
        y,
        known.level,
        Float64Array.from(at, (node) => finite(values[node]!)),
        lines,
      ),
    );
  }
  const m = groups.length;
  return mean.loss.map((_, node) => {
    const e = relative.map((values, j) => values[node]! - expected[j]![node]!);
    const middle = e.reduce((sum, value) => sum + value, 0) / m;
    const squares = e.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    return Math.sqrt(((1 - share) * squares) / (m * (m - 1)));
  });
}

function correctedByCentre(mean: Values, { centre, sampled }: Extract<Known, { readonly centre: object }>): Values {
  const difference = finite(centre.loss - sampled.loss);
  const points = finite(centre.accuracy - sampled.accuracy);
  return {
    loss: mean.loss.map((loss) => loss * (1 + finite(difference / Math.max(loss, sampled.loss)))),
    // The accuracy is wrong by as much at the centre only: it shrinks with the distance from that of the centre.
    accuracy: mean.accuracy.map((accuracy) =>
      percentage(accuracy + points * finite(Math.min(1, accuracy / sampled.accuracy))),
    ),
  };
}

/** Indices of the nodes of `level`, row-major over it, among the nodes of `lines`, which has all of its lines. */
function nodesWithin(lines: Lines, level: Lines): readonly number[] {
  const columns = new Map(lines.columns.map((line, k) => [line, k]));
  const rows = new Map(lines.rows.map((line, k) => [line, k]));
  return level.rows.flatMap((row) =>
    level.columns.map((column) => rows.get(row)! * lines.columns.length + columns.get(column)!),
  );
}

/** For each line of `to`: the two lines of `from` around it, as places there, and the weight of the second. */
function neighbours(coordinates: readonly number[], from: readonly number[], to: readonly number[]) {
  return to.map((line) => {
    const after = from.findIndex((each) => each >= line);
    if (from[after] === line) return { low: after, high: after, share: 0 };
    const [a, b, t] = [from[after - 1]!, from[after]!, line].map((each) => coordinates[each]!) as [
      number,
      number,
      number,
    ];
    return { low: after - 1, high: after, share: (t - a) / (b - a) };
  });
}

/** Values at the nodes of `to` from those at the nodes of `from`, row-major over the lines; `to` lies within `from`. */
function bilinear(
  x: readonly number[],
  y: readonly number[],
  from: Lines,
  nodes: Float64Array,
  to: Lines,
): Float64Array {
  const across = neighbours(x, from.columns, to.columns);
  const down = neighbours(y, from.rows, to.rows);
  const width = from.columns.length;
  const along = (row: number, { low, high, share }: (typeof across)[number]): number =>
    (1 - share) * nodes[row * width + low]! + share * nodes[row * width + high]!;
  return Float64Array.from(
    down.flatMap((v) => across.map((u) => (1 - v.share) * along(v.low, u) + v.share * along(v.high, u))),
  );
}

function logRatio(a: number, b: number): number {
  return a > 0 && b > 0 ? finite(Math.log(a / b)) : 0;
}

/** The value, or 0 where it is none. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** NaN stays. */
function percentage(value: number): number {
  return Math.min(100, Math.max(0, value));
}
