import { linearLines, logLines, percentLines, tidy } from "../../server/drawing/levelLines";
import type { LevelLine } from "../../server/drawing/levelLines";
import type { ViewState } from "../protocol/messages";

/** A line of equal value. `position` is its place in the domain, `shade` its place on the colour map, both 0..1. */
export interface Level {
  readonly value: number;
  readonly major: boolean;
  readonly position: number;
  readonly shade: number;
}

/** The values between two neighbouring levels, drawn in one colour. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly shade: number;
}

export type Scale = "log" | "linear";

/** How values become colours and lines. */
export interface Levels {
  readonly scale: Scale;
  readonly low: number;
  readonly high: number;
  /** Values above `high` exist: the bar ends in an arrow. */
  readonly capped: boolean;
  /** Values below `low` exist: the bar begins with an arrow. */
  readonly floored: boolean;
  /** Values of both signs, with zero in the middle of the domain. */
  readonly signed: boolean;
  /** The levels of the paper are drawn. */
  readonly paper: boolean;
  /** Where the domain ends unless it is clipped. */
  readonly natural: number;
  readonly levels: readonly Level[];
  readonly bands: readonly Band[];
}

/** A logarithmic scale is the default above this ratio of highest to lowest value. */
const logRatio = 20;

/** What beside the values decides about levels. */
export interface LevelsChoice {
  readonly scale: ViewState["scale"];
  readonly metric: ViewState["metric"];
  /** Differences: zero is the middle of the domain, the scale is linear and `scale` means nothing. */
  readonly signed?: boolean;
  /** Upper end of the domain, where it lies above the lower one; of signed values their largest size. */
  readonly clip?: number;
}

/**
 * The levels for a set of values; non-finite ones do not count. `undefined` when there is no finite value.
 *
 * - Scale "auto": logarithmic when max / min > 20. A logarithmic scale needs positive values; without any it is linear.
 * - Domain [min, max]; when max > 2.5 × the 98th percentile it ends at that percentile (not for accuracy).
 * - Signed values: domain [−m, m] with m chosen in the same way from their sizes, levels at equal steps from zero.
 * - Scale "paper": the levels of the contour plots in Li et al. 2018, for losses that cross two of them at least;
 *   for any other loss as if "auto" was chosen.
 */
export function levelsOf(values: ArrayLike<number>, choice: LevelsChoice): Levels | undefined {
  const finite = finiteOf(values);
  if (finite.length === 0) return undefined;
  const { metric, clip } = choice;
  let [smallest, largest, positive] = [Infinity, -Infinity, Infinity];
  for (const value of finite) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    if (value > 0 && value < positive) positive = value;
  }
  if (choice.signed) return signedLevels(finite, smallest, largest, clip);
  if (choice.scale === "paper" && metric === "loss") {
    const crossed = paperLevels.filter((level) => level > smallest && level < largest);
    if (crossed.length >= 2) return levelsOfPaper(smallest, largest, clip);
  }
  const automatic = choice.scale === "auto" || choice.scale === "paper";
  const wanted = automatic ? (largest > logRatio * smallest ? "log" : "linear") : choice.scale;
  const scale: Scale = metric === "loss" && wanted === "log" && positive < Infinity ? "log" : "linear";
  const low = scale === "log" ? positive : smallest;
  const natural = metric === "loss" ? withoutTail(finite, low, largest) : largest;
  const high = clip !== undefined && clip > low ? clip : natural;
  const lines =
    scale === "log" ? logLines(low, high) : metric === "loss" ? linearLines(low, high) : percentLines(low, high);
  return assemble({ scale, low, high, natural, capped: largest > high }, lines);
}

/** In plain loops, as everything that reads all values of a large grid several times a second. */
function finiteOf(values: ArrayLike<number>): Float64Array {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (Number.isFinite(value)) finite[count++] = value;
  }
  return finite.subarray(0, count);
}

/** The largest of the values, or their 98th percentile where a few values lie far above all others. */
function withoutTail(values: Float64Array, low: number, largest: number): number {
  const quantile = smallestBut(values, Math.floor(0.98 * (values.length - 1)));
  return quantile > low && largest > 2.5 * quantile ? quantile : largest;
}

/**
 * The value with exactly `rank` others before it in ascending order, without sorting the rest (C. A. R. Hoare, "Algorithm
 * 65: Find", 1961). The values change their places.
 */
function smallestBut(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i > j) break;
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
      i += 1;
      j -= 1;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}

function signedLevels(values: Float64Array, smallest: number, largest: number, clip: number | undefined): Levels {
  const natural = withoutTail(values.map(Math.abs), 0, Math.max(-smallest, largest));
  const high = clip !== undefined && clip > 0 ? clip : natural;
  const domain = { scale: "linear", low: -high, high, natural, signed: true } as const;
  // The step is that of the whole domain, whose middle is zero: a level there tells the signs apart.
  return assemble({ ...domain, capped: largest > high, floored: smallest < -high }, linearLines(-high, high));
}

/** The default levels of the paper's contour plots: from 0.1 in steps of 0.5 below 10. */
const paperLevels = Array.from({ length: 20 }, (_, index) => tidy(0.1 + 0.5 * index));
const paperHigh = 10;

/** Every second level is major: 0.1, 1.1, 2.1, … The same for every surface, so that figures can be held side by side. */
function levelsOfPaper(smallest: number, largest: number, clip: number | undefined): Levels {
  const high = clip !== undefined && clip > paperLevels[1]! ? clip : paperHigh;
  const lines = paperLevels
    .map((value, index) => ({ value, major: index % 2 === 0 }))
    .filter(({ value }) => value < high);
  const domain = { scale: "linear", low: 0, high, natural: paperHigh, paper: true } as const;
  return assemble({ ...domain, capped: largest > high, floored: smallest < 0 }, lines);
}

/** Place of a value in the domain: 0 at the low end, 1 at the high end, beyond them outside. */
export function positionOf(levels: Pick<Levels, "scale" | "low" | "high">, value: number): number {
  const at = (number: number) => (levels.scale === "log" ? Math.log(number) : number);
  const range = at(levels.high) - at(levels.low);
  return range > 0 ? (at(value) - at(levels.low)) / range : 0.5;
}

/** Whether all values are the same, so that there is nothing between the ends of the domain. */
export function isFlat({ low, high }: Pick<Levels, "low" | "high">): boolean {
  return high <= low;
}

/** Index of the band that holds a value; values outside the domain belong to the end bands. */
export function bandOf(levels: Levels, value: number): number {
  let band = 0;
  while (band < levels.levels.length && value >= levels.levels[band]!.value) band++;
  return band;
}

type Domain = Pick<Levels, "scale" | "low" | "high" | "natural" | "capped"> &
  Partial<Pick<Levels, "floored" | "signed" | "paper">>;

/**
 * Colours bands by their middle, stretched so that the first and the last band take the ends of the map; of signed
 * values both ends alike, so that zero stays in the middle of the map.
 */
function assemble(domain: Domain, lines: readonly LevelLine[]): Levels {
  const { scale, low, high } = domain;
  const edges = [low, ...lines.map((line) => line.value), high];
  const middles = edges.slice(1).map((to, index) => {
    const from = edges[index]!;
    return positionOf(domain, scale === "log" ? Math.sqrt(from * to) : (from + to) / 2);
  });
  const first = middles[0]!;
  const range = middles[middles.length - 1]! - first;
  const flat = domain.signed ? 0.5 : 0;
  const shade = (position: number) => (range > 0 ? Math.min(1, Math.max(0, (position - first) / range)) : flat);
  return {
    floored: false,
    signed: false,
    paper: false,
    ...domain,
    levels: lines.map((line) => {
      const position = positionOf(domain, line.value);
      return { ...line, position, shade: shade(position) };
    }),
    bands: middles.map((middle, index) => ({ from: edges[index]!, to: edges[index + 1]!, shade: shade(middle) })),
  };
}
