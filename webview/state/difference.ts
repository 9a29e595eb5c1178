import { compareStrings } from "../strings/compare";
import { strings } from "../strings/strings";
import { splitOf } from "./comparison";
import type { ComparedSplit } from "./comparison";
import type { Field, Metric } from "./field";
import { fieldOf, origin, worse } from "./field";
import type { RunData } from "./model";

/** Whether the values of two runs may be subtracted point by point. */
export type Subtractable =
  | {
      readonly kind: "ready";
      /** In what sense the points of both runs correspond. */
      readonly sentence: string;
      /** Grid indices of the points that both have, in each of the runs; coordinates of their columns and rows. */
      readonly grid: CommonGrid;
    }
  | { readonly kind: "none"; readonly reason: string };

interface CommonGrid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/**
 * Whether `second` less `first` has a meaning: both runs must use the same directions and have grid points in common.
 * Random directions with the same seed and normalisation are the same draw in models of one architecture, scaled to each
 * model's own weights; all others must lie at the same weights, too. Architectures are told by the digest of the graph, and
 * where a run has none by numbers of parameters and tensors, which is said.
 */
export function subtractable(first: RunData, second: RunData): Subtractable {
  const none = (reason: string): Subtractable => ({ kind: "none", reason });
  const [a, b] = [first.header, second.header];
  const isTold = a.model.structure !== undefined && b.model.structure !== undefined;
  if (a.model.parameters !== b.model.parameters || a.model.tensors !== b.model.tensors) {
    return none(compareStrings.parametersDiffer);
  }
  if (isTold && a.model.structure !== b.model.structure) return none(compareStrings.architecturesDiffer);
  const sameWeights = weightsOf(first) !== undefined && weightsOf(first) === weightsOf(second);
  if (directionsOf(first) !== directionsOf(second)) return none(compareStrings.directionsDiffer);
  if (!sameWeights && a.directions.kind !== "random") return none(compareStrings.weightsDiffer);
  if ((a.study.batchNorm ?? "keep") !== (b.study.batchNorm ?? "keep")) return none(compareStrings.directionsDiffer);
  const grid = commonGrid(first, second);
  if (!grid) return none(compareStrings.gridsDiffer);
  const part =
    grid.first.length < Math.max(a.x.length * a.y.length, b.x.length * b.y.length)
      ? ` ${compareStrings.onCommonPoints(strings.gridPoints(grid.x.length, grid.y.length))}`
      : "";
  // Runs of earlier versions tell counts alone, which other architectures may share.
  const judged = isTold || sameWeights ? "" : ` ${compareStrings.judgedByCounts}`;
  return {
    kind: "ready",
    sentence: `${sameWeights ? compareStrings.samePlane : compareStrings.sameDraw}${part}${judged}`,
    grid,
  };
}

/** What the weights at the centre are, by the content of their file. */
function weightsOf({ header }: RunData): string | undefined {
  return header.fingerprints[header.study.model.weights ?? header.study.model.path];
}

/** Everything that decides directions, with the content of files in place of their paths. */
function directionsOf({ header }: RunData): string {
  const { fingerprints, directions, study } = header;
  const content = (_: string, value: unknown) => (typeof value === "string" ? (fingerprints[value] ?? value) : value);
  return JSON.stringify([study.directions, directions.digest ?? ""], content);
}

/** Two coordinates that differ by less than this share of the range are one: grids are made by division. */
const tolerance = 1e-9;

function commonGrid(first: RunData, second: RunData): CommonGrid | undefined {
  const [a, b] = [first.header, second.header];
  const columns = commonNodes(a.x, b.x);
  const rows = commonNodes(a.y, b.y);
  if (columns.length < 2 || rows.length < 2) return undefined;
  return {
    x: columns.map(([i]) => a.x[i]!),
    y: rows.map(([i]) => a.y[i]!),
    first: rows.flatMap(([row]) => columns.map(([column]) => row * a.x.length + column)),
    second: rows.flatMap(([, row]) => columns.map(([, column]) => row * b.x.length + column)),
  };
}

/** Pairs of indices of equal coordinates in two ascending lists. */
function commonNodes(a: readonly number[], b: readonly number[]): readonly (readonly [number, number])[] {
  const near = tolerance * Math.max(Math.abs((a.at(-1) ?? 0) - (a[0] ?? 0)), Number.MIN_VALUE);
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const apart = a[i]! - b[j]!;
    if (Math.abs(apart) <= near) pairs.push([i++, j++]);
    else if (apart < 0) i++;
    else j++;
  }
  return pairs;
}

const kept = new WeakMap<RunData, WeakMap<RunData, Map<string, Field>>>();

/**
 * `second` less `first` at the points that both grids have, known where both are; the same object for the same runs.
 */
export function differenceField(
  first: RunData,
  second: RunData,
  grid: CommonGrid,
  metric: Metric,
  split: ComparedSplit,
): Field {
  const ofFirst = kept.get(first) ?? new WeakMap<RunData, Map<string, Field>>();
  kept.set(first, ofFirst);
  const fields = ofFirst.get(second) ?? new Map<string, Field>();
  ofFirst.set(second, fields);
  const key = JSON.stringify([metric, split]);
  const field = fields.get(key) ?? makeDifference(first, second, grid, metric, split);
  fields.set(key, field);
  return field;
}

function makeDifference(
  first: RunData,
  second: RunData,
  grid: CommonGrid,
  metric: Metric,
  split: ComparedSplit,
): Field {
  const a = fieldOf(first, metric, splitOf(first, split).index);
  const b = fieldOf(second, metric, splitOf(second, split).index);
  const origins = grid.first.map((index, k) => worse(a.origins[index]!, b.origins[grid.second[k]!]!));
  return {
    metric,
    split: "difference",
    x: grid.x,
    y: grid.y,
    columns: grid.x.length,
    rows: grid.y.length,
    values: Float64Array.from(grid.first, (index, k) =>
      origins[k] === origin.unknown ? NaN : b.values[grid.second[k]!]! - a.values[index]!,
    ),
    origins,
    complete: origins.every((from) => from !== origin.unknown),
    ...(a.centre === undefined || b.centre === undefined ? {} : { centre: b.centre - a.centre }),
  };
}
