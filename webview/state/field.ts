import { bilinear, cellAround, fractionalIndex } from "../../server/drawing/cell";
import type { RunData } from "./model";
import { toNumber } from "./numbers";

/** `error` is the error rate: 100 % less the accuracy. */
export type Metric = "loss" | "accuracy" | "error";

/** Which split, counted from 0; or the second less the first at every point. */
export type Split = number | "difference";

/** Where a value comes from. */
export const origin = { unknown: 0, measured: 1, interpolated: 2 } as const;
export type Origin = (typeof origin)[keyof typeof origin];

/** One metric on the whole grid: measured where measured, otherwise the worker's estimate. */
export interface Field {
  readonly metric: Metric;
  readonly split: Split;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly columns: number;
  readonly rows: number;
  /** Row-major; NaN or infinite where the model gave that, NaN where nothing is known. */
  readonly values: Float64Array;
  /** An `Origin` per grid point. */
  readonly origins: ArrayLike<Origin>;
  /** Every grid point has a value, so that contours may be drawn. */
  readonly complete: boolean;
  /** The value at (0, 0), measured there whether or not the grid has that point; absent where it is not θ*. */
  readonly centre?: number;
}

/** A value under the cursor. */
export interface Reading {
  readonly value: number;
  readonly origin: Origin;
}

const cache = new WeakMap<RunData, Map<string, Field>>();

/**
 * The field of `metric` on a split; the same object for the same run data, so that drawings can be kept. A split that the
 * run does not have is taken for its first.
 */
export function fieldOf(run: RunData, metric: Metric, split: Split = 0): Field {
  const taken = heldSplit(run, split);
  const kept = cache.get(run) ?? new Map<string, Field>();
  cache.set(run, kept);
  const key = `${metric} ${taken}`;
  const field = kept.get(key) ?? makeField(run, metric, taken);
  kept.set(key, field);
  return field;
}

/** `split` if the run has it, otherwise the first. */
export function heldSplit(run: RunData, split: Split): Split {
  return split === "difference" ? (run.further.length > 0 ? split : 0) : split <= run.further.length ? split : 0;
}

interface Values {
  readonly values: Float64Array;
  readonly origins: ArrayLike<Origin>;
  readonly complete: boolean;
}

function makeField(run: RunData, metric: Metric, split: Split): Field {
  const { x, y } = run.header;
  const centre = hasCentre(run) ? { centre: centreValue(run, metric, split) } : {};
  const grid = { x, y, columns: x.length, rows: y.length, ...centre };
  if (split !== "difference") return { metric, split, ...grid, ...valuesOf(run, metric, split) };
  const [first, second] = [valuesOf(run, metric, 0), valuesOf(run, metric, 1)];
  return {
    metric,
    split,
    ...grid,
    values: second.values.map((value, index) => value - first.values[index]!),
    origins: Array.from(second.origins, (from, index) => worse(from, first.origins[index]!)),
    complete: first.complete && second.complete,
  };
}

/** Whether the trained weights are measured and lie at 0: the line between two models begins at the first of these. */
const hasCentre = ({ isProvisional, header: { study } }: RunData): boolean =>
  isProvisional !== true && (study.directions.kind !== "between" || study.grid.lines !== true);

/**
 * Value of the metric at the trained weights, of the split or of the second split less the first; of a provisional run what
 * a part of the samples says.
 */
export function centreValue(run: RunData, metric: Metric, split: Split = 0): number {
  const of = (index: number): number => {
    const { loss, accuracy } = (index === 0 ? run.header : run.header.splits![index - 1]!).centre;
    return metric === "loss" ? toNumber(loss) : metric === "error" ? 100 - toNumber(accuracy) : toNumber(accuracy);
  };
  const held = heldSplit(run, split);
  return held === "difference" ? of(1) - of(0) : of(held);
}

/** Where a value comes from that is made of two. */
export function worse(a: Origin, b: Origin): Origin {
  if (a === origin.unknown || b === origin.unknown) return origin.unknown;
  return a === origin.interpolated || b === origin.interpolated ? origin.interpolated : origin.measured;
}

function valuesOf(run: RunData, metric: Metric, split: number): Values {
  const measured = split === 0 ? run.measured : run.further[split - 1]!;
  const interpolated = split === 0 ? run.interpolated : run.furtherInterpolated[split - 1];
  const size = measured.known.length;
  const values = new Float64Array(size).fill(NaN);
  const origins = new Array<Origin>(size).fill(origin.unknown);
  const name = metric === "loss" ? "loss" : "accuracy";
  const written = metric === "error" ? (value: number) => 100 - value : (value: number) => value;
  for (let index = 0; index < size; index++) {
    if (measured.known[index] === 1) {
      values[index] = written(measured[name][index]!);
      origins[index] = origin.measured;
    } else if (interpolated) {
      values[index] = written(interpolated[name][index] ?? NaN);
      origins[index] = origin.interpolated;
    }
  }
  return { values, origins, complete: size > 0 && (interpolated !== undefined || measured.count === size) };
}

/** Index of the entry of ascending `nodes` that lies nearest to `at`. */
export function nearest(nodes: readonly number[], at: number): number {
  let best = 0;
  for (let i = 1; i < nodes.length; i++) {
    if (Math.abs(nodes[i]! - at) < Math.abs(nodes[best]! - at)) best = i;
  }
  return best;
}

/** Whether `at` lies beyond ascending `nodes` by more than grids made by division are off. */
function isOutside(nodes: readonly number[], at: number): boolean {
  const [first, last] = [nodes[0] ?? NaN, nodes[nodes.length - 1] ?? NaN];
  const reach = 1e-9 * Math.max(Math.abs(first), Math.abs(last));
  return at < first - reach || at > last + reach;
}

/**
 * The value at (α, β): the grid's own number on a grid point and the measured one at θ*, between grid points the bilinear
 * interpolation of its logarithm for a positive loss, of the value itself otherwise. Non-finite neighbours give a
 * non-finite value; nothing is known outside of the grid.
 */
export function readingAt(field: Field, alpha: number, beta: number): Reading {
  const u = fractionalIndex(field.x, alpha);
  const v = fractionalIndex(field.y, beta);
  const column = Math.round(u);
  const row = Math.round(v);
  const isOnGrid = Math.abs(u - column) < 1e-6 && Math.abs(v - row) < 1e-6;
  const index = row * field.columns + column;
  const isCentre = alpha === 0 && beta === 0 && field.centre !== undefined;
  const outside = isOutside(field.x, alpha) || isOutside(field.y, beta);
  const isMeasured = isOnGrid && !outside && field.origins[index] === origin.measured;
  if (isCentre && !isMeasured) return { value: field.centre!, origin: origin.measured };
  if (outside) return { value: NaN, origin: origin.unknown };
  if (isOnGrid) {
    return { value: field.values[index] ?? NaN, origin: field.origins[index] ?? origin.unknown };
  }
  const { corners, share } = cellAround(field, alpha, beta);
  if (corners.some((index) => field.origins[index] === origin.unknown)) {
    return { value: NaN, origin: origin.unknown };
  }
  const values = corners.map((index) => field.values[index]!) as [number, number, number, number];
  const logarithmic = field.metric === "loss" && field.split !== "difference" && values.every((value) => value > 0);
  const value = logarithmic
    ? Math.exp(bilinear(values.map(Math.log) as typeof values, share))
    : bilinear(values, share);
  return { value, origin: origin.interpolated };
}

/** A grid point and its value. */
export interface Extreme {
  readonly index: number;
  readonly alpha: number;
  readonly beta: number;
  readonly value: number;
}

interface Extremes {
  readonly lowest?: Extreme;
  readonly highest?: Extreme;
}

const extremes = new WeakMap<Field, Extremes>();

/** Lowest and highest finite value among the measured points; worked out once for each field. */
export function measuredExtremes(field: Field): Extremes {
  const known = extremes.get(field) ?? findExtremes(field);
  extremes.set(field, known);
  return known;
}

function findExtremes(field: Field): Extremes {
  let low = -1;
  let high = -1;
  for (let index = 0; index < field.values.length; index++) {
    if (field.origins[index] !== origin.measured) continue;
    const value = field.values[index]!;
    if (!Number.isFinite(value)) continue;
    if (low < 0 || value < field.values[low]!) low = index;
    if (high < 0 || value > field.values[high]!) high = index;
  }
  const extreme = (index: number): Extreme | undefined =>
    index < 0
      ? undefined
      : {
          index,
          alpha: field.x[index % field.columns]!,
          beta: field.y[Math.floor(index / field.columns)]!,
          value: field.values[index]!,
        };
  return { lowest: extreme(low), highest: extreme(high) };
}

/**
 * The measured point with the lowest loss or error rate, or the highest accuracy, where that is better than the trained
 * weights on a split. Differences below 1e-6 of the value are rounding of the engine's float32 sums, not a better point.
 */
export function lowerThanCentre(run: RunData, split: Split = 0, metric: Metric = "loss"): Extreme | undefined {
  const held = heldSplit(run, split);
  // A difference has no trained weights that it could fall short of.
  if (held === "difference") return undefined;
  const centre = centreValue(run, metric, held);
  const { lowest, highest } = measuredExtremes(fieldOf(run, metric, held));
  const best = metric === "accuracy" ? highest : lowest;
  const gain = best ? (metric === "accuracy" ? best.value - centre : centre - best.value) : 0;
  return gain > 1e-6 * Math.abs(centre) ? best : undefined;
}
