import { linearLines, logLines, percentLines, type LevelLine } from "../../../drawing/levelLines";
import { clipLimit } from "../mesh";
import type { ExportOptions } from "../exportable";

/** A line of equal value; `shade` is its place on the colour map, 0..1. */
export interface Level {
  readonly value: number;
  readonly major: boolean;
  readonly shade: number;
}

/** The values between two neighbouring levels, drawn in one colour. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly shade: number;
}

/** How values become colours and lines. */
export interface Levels {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  /** There are values beyond the ends: the bar ends in an arrow. */
  readonly capped: { readonly low: boolean; readonly high: boolean };
  readonly levels: readonly Level[];
  readonly bands: readonly Band[];
  /** Place of a value on the bar: 0 at the low end, 1 at the high end. */
  position(value: number): number;
}

export interface LevelOptions extends Pick<ExportOptions, "height" | "levels" | "quantity"> {
  /** The picture shows a path, for which the paper has logarithmic levels too. */
  readonly path?: boolean;
}

/** A logarithmic scale is the default above this ratio of highest to lowest value. */
const logRatio = 20;

/**
 * The levels for a set of values, of which non-finite ones do not count; undefined when all of them are such.
 *
 * The scale is logarithmic when max / min > 20 or when it is asked for, but never for values ≤ 0 or accuracies. The domain
 * is that of the values; when the maximum is more than 2.5 times the 98th percentile of the losses, it ends there. With
 * `levels: "paper"` the levels are 0.1, 0.6, …, 9.6 whatever the values, so that pictures of several networks compare.
 */
export function levelsOf(values: Iterable<number>, options: LevelOptions): Levels | undefined {
  const finite = Float64Array.from(values).filter(Number.isFinite).sort();
  const [least, most] = [finite[0], finite[finite.length - 1]];
  if (least === undefined || most === undefined) return undefined;
  const isLoss = options.quantity !== "accuracy";
  if (isLoss && options.levels === "paper") return paperLevels(least, most, options.path === true);
  const positive = finite.find((value) => value > 0);
  const wanted = options.height === undefined ? most > logRatio * least : options.height === "log";
  const log = isLoss && wanted && positive !== undefined;
  const low = log ? positive : least;
  const quantile = finite[Math.floor(0.98 * (finite.length - 1))]!;
  const limit = options.height === "clip" ? clipLimit([...finite]) : most > 2.5 * quantile ? quantile : Infinity;
  const high = isLoss && limit > low ? Math.min(most, limit) : most;
  const lines = log ? logLines(low, high) : isLoss ? linearLines(low, high) : percentLines(low, high);
  const at = (value: number): number => (log ? Math.log(value) : value);
  const span = at(high) - at(low);
  const position = (value: number): number => (span > 0 ? (at(value) - at(low)) / span : 0.5);
  return assemble({ log, low, high, capped: { low: least < low, high: most > high }, position }, lines);
}

const paperStep = 0.5;
const paperDecades = [1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** Every level has the same room on the bar. Of the decades only those that occur. */
function paperLevels(least: number, most: number, path: boolean): Levels {
  const steps = Array.from({ length: 20 }, (_, k) => Number((0.1 + k * paperStep).toFixed(1)));
  const decades = path ? paperDecades.filter((value) => value < most) : [];
  const lines = [...steps, ...decades].map((value, k) => ({ value, major: k % 4 === 0 || value >= 10 }));
  const first = lines[0]!.value;
  const last = lines[lines.length - 1]!.value;
  const position = (value: number): number => {
    const above = lines.findIndex((line) => line.value > value);
    if (above < 0) return 1;
    if (above === 0) return 0;
    const [from, to] = [lines[above - 1]!.value, lines[above]!.value];
    return (above - 1 + (value - from) / (to - from)) / (lines.length - 1);
  };
  const scale = { log: false, low: first, high: last, capped: { low: least < first, high: most > last }, position };
  // The bands below the first and above the last level have their colours in the arrows.
  return assemble(scale, lines);
}

/** Colours bands by their middle, stretched so that the first and the last band take the ends of the map. */
function assemble(scale: Omit<Levels, "levels" | "bands">, lines: readonly LevelLine[]): Levels {
  const edges = [scale.low, ...lines.map(({ value }) => value), scale.high];
  const middles = edges.slice(1).map((to, k) => (scale.position(edges[k]!) + scale.position(to)) / 2);
  const first = middles[0]!;
  const range = middles[middles.length - 1]! - first;
  const shade = (position: number): number => (range > 0 ? Math.min(1, Math.max(0, (position - first) / range)) : 0);
  return {
    ...scale,
    levels: lines.map((line) => ({ ...line, shade: shade(scale.position(line.value)) })),
    bands: middles.map((middle, k) => ({ from: edges[k]!, to: edges[k + 1]!, shade: shade(middle) })),
  };
}
