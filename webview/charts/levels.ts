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
  readonly levels: readonly Level[];
  readonly bands: readonly Band[];
}

/** A logarithmic scale is the default above this ratio of highest to lowest value. */
const logRatio = 20;

const wideSteps = { steps: [1, 1.5, 2, 3, 5, 7], major: [1, 2, 5] };
const fineSteps = { steps: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], major: [1, 2, 3, 5] };
/** Beyond five decades six lines per decade would run into each other. */
const sparseSteps = { steps: [1, 2, 5], major: [1] };
const decadeSteps = { steps: [1], major: [1] };

const tidy = (value: number) => Number(value.toPrecision(12));

/**
 * The levels for a set of values; non-finite ones do not count. `undefined` when there is no finite value.
 *
 * - Scale "auto": logarithmic when max / min > 20. A logarithmic scale needs positive values; without any it is linear.
 * - Domain [min, max]; when max > 2.5 × the 98th percentile it ends at that percentile (not for accuracy).
 */
export function levelsOf(
  values: ArrayLike<number>,
  choice: Scale | "auto",
  metric: "loss" | "accuracy" | "error",
): Levels | undefined {
  const finite = Float64Array.from(values).filter(Number.isFinite).sort();
  if (finite.length === 0) return undefined;
  const smallest = finite[0]!;
  const largest = finite[finite.length - 1]!;
  const positive = finite.find((value) => value > 0);
  const wanted = choice === "auto" ? (largest > logRatio * smallest ? "log" : "linear") : choice;
  const scale: Scale = metric === "loss" && wanted === "log" && positive !== undefined ? "log" : "linear";
  const low = scale === "log" ? positive! : smallest;
  const quantile = finite[Math.floor(0.98 * (finite.length - 1))]!;
  const capped = metric === "loss" && quantile > low && largest > 2.5 * quantile;
  const high = capped ? quantile : largest;
  const lines = scale === "log" ? logLines(low, high) : metric !== "loss" ? percentLines(low, high) : undefined;
  return assemble(scale, low, high, capped, lines ?? linearLines(low, high));
}

/** Place of a value in the domain: 0 at the low end, 1 at the high end, beyond them outside. */
export function positionOf(levels: Pick<Levels, "scale" | "low" | "high">, value: number): number {
  const at = (number: number) => (levels.scale === "log" ? Math.log(number) : number);
  const range = at(levels.high) - at(levels.low);
  return range > 0 ? (at(value) - at(levels.low)) / range : 0.5;
}

/** Index of the band that holds a value; values outside the domain belong to the end bands. */
export function bandOf(levels: Levels, value: number): number {
  let band = 0;
  while (band < levels.levels.length && value >= levels.levels[band]!.value) band++;
  return band;
}

interface Line {
  readonly value: number;
  readonly major: boolean;
}

function logLines(low: number, high: number): Line[] {
  const decades = Math.log10(high / low);
  const policy = decades < 1.8 ? fineSteps : decades < 5 ? wideSteps : decades < 11 ? sparseSteps : decadeSteps;
  const lines: Line[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    for (const step of policy.steps) {
      const value = Number(`${step}e${exponent}`);
      if (value > low && value < high) lines.push({ value, major: policy.major.includes(step) });
    }
  }
  // A range narrower than the steps of a decade has too few of them to show a shape.
  return lines.length >= 4 ? lines : linearLines(low, high);
}

/** From the nicest step down; together they reach 10 to 16 bands for every span. */
const niceSteps = [1, 2, 5, 2.5, 4, 1.5, 8];

function linearLines(low: number, high: number): Line[] {
  const span = high - low;
  // Below that, steps are lost in the rounding of the values.
  if (!(span > 1e-9 * Math.max(Math.abs(low), Math.abs(high)))) return [];
  const decade = 10 ** Math.floor(Math.log10(span / 10));
  const step = candidates(decade).find((candidate) => {
    const bands = multiples(candidate, low, high).length + 1;
    return bands >= 10 && bands <= 16;
  });
  return linesEvery(step ?? decade, low, high);
}

/** Every second line is major. */
function linesEvery(step: number, low: number, high: number): Line[] {
  return multiples(step, low, high).map((multiple) => ({ value: tidy(multiple * step), major: multiple % 2 === 0 }));
}

/** Steps in which people count percents. Smaller ranges are like any other. */
function percentLines(low: number, high: number): Line[] | undefined {
  const step = [5, 2, 1].find((size) => high - low >= 10 * size && high - low <= 20 * size);
  return step === undefined ? undefined : linesEvery(step, low, high);
}

function candidates(decade: number): number[] {
  return niceSteps.flatMap((step) => [step * decade, step * decade * 10, (step * decade) / 10]);
}

/** Whole numbers m with low < m · step < high. */
function multiples(step: number, low: number, high: number): number[] {
  const found: number[] = [];
  const first = Math.floor(low / step) + 1;
  for (let m = first; tidy(m * step) < high && found.length < 40; m++) if (tidy(m * step) > low) found.push(m);
  return found;
}

/** Colours bands by their middle, stretched so that the first and the last band take the ends of the map. */
function assemble(scale: Scale, low: number, high: number, capped: boolean, lines: readonly Line[]): Levels {
  const domain = { scale, low, high };
  const edges = [low, ...lines.map((line) => line.value), high];
  const middles = edges.slice(1).map((to, index) => {
    const from = edges[index]!;
    return positionOf(domain, scale === "log" ? Math.sqrt(from * to) : (from + to) / 2);
  });
  const first = middles[0]!;
  const range = middles[middles.length - 1]! - first;
  const shade = (position: number) => (range > 0 ? Math.min(1, Math.max(0, (position - first) / range)) : 0);
  return {
    ...domain,
    capped,
    levels: lines.map((line) => {
      const position = positionOf(domain, line.value);
      return { ...line, position, shade: shade(position) };
    }),
    bands: middles.map((middle, index) => ({ from: edges[index]!, to: edges[index + 1]!, shade: shade(middle) })),
  };
}
