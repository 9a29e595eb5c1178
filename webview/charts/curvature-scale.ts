import type { CurvatureMap, Quantity } from "../state/curvature";
import { divergingRamp, ramp } from "../../server/drawing/colours";
import type { Colour, ColourMap, ColourMapName } from "../../server/drawing/colours";
import { axisTicks } from "./layout";

/** How values of one quantity become colours. Its ends only ever move outwards while points arrive. */
export interface CurvatureScale {
  readonly kind: "signed" | "log" | "linear";
  readonly low: number;
  readonly high: number;
  /** Values above `high` exist: the bar ends in an arrow. */
  readonly isCapped: boolean;
  /** Values with a tick on the bar, both ends among them. */
  readonly ticks: readonly number[];
  /** Place of a value between the ends, 0 to 1; held inside. */
  place(value: number): number;
  colour(value: number): Colour;
  /** The colour at a place. */
  readonly map: ColourMap;
}

/** Even a small ratio is drawn against at least this, so that rounding does not look like curvature. */
const leastRatio = 0.1;

/**
 * The scale of a quantity for what is computed so far; undefined while nothing finite is. The ends are the next numbers
 * 1, 2, 5 · 10ᵏ outwards, so that they stay for most points that arrive.
 * - λmin: from −s to s, 0 in its middle.
 * - λmax: logarithmic where all of them are positive, otherwise from −s to s too.
 * - |λmin / λmax|: from 0 to 0.1 at least and 1 at most.
 */
export function curvatureScale(
  map: CurvatureMap,
  quantity: Quantity,
  colours: ColourMapName,
  darkPage: boolean,
): CurvatureScale | undefined {
  const values = map.computed.map((cell) => cell[quantity]).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (quantity === "min" || (quantity === "max" && !(least > 0))) {
    const size = niceAbove(Math.max(Math.abs(least), Math.abs(most)) || 1);
    return scaleOf("signed", -size, size, false, divergingRamp(darkPage));
  }
  // High values stand out from the page.
  const sequential = ramp(colours, darkPage, "high");
  if (quantity === "ratio") {
    return scaleOf("linear", 0, Math.min(1, niceAbove(Math.max(most, leastRatio))), most > 1, sequential);
  }
  const [low, high] = [niceBelow(least), niceAbove(most)];
  return scaleOf("log", low, high > low ? high : niceAbove(low * 1.01), false, sequential);
}

function scaleOf(
  kind: CurvatureScale["kind"],
  low: number,
  high: number,
  isCapped: boolean,
  map: ColourMap,
): CurvatureScale {
  const into = kind === "log" ? Math.log : (value: number) => value;
  const place = (value: number): number =>
    Math.min(1, Math.max(0, (into(value) - into(low)) / (into(high) - into(low))));
  const inner = kind === "log" ? logTicks(low, high) : axisTicks([low, high]);
  const ticks = [low, ...inner.filter((tick) => place(tick) > 0.06 && place(tick) < 0.94), high];
  return { kind, low, high, isCapped, ticks, place, colour: (value) => map(place(value)), map };
}

const niceSteps = [1, 2, 5, 10];

/** The least of 1, 2, 5 · 10ᵏ that is not below a positive value. */
export function niceAbove(value: number): number {
  const decade = Math.floor(Math.log10(value) + 1e-12);
  const step = niceSteps.find((nice) => nice * 10 ** decade >= value * (1 - 1e-9)) ?? 10;
  return Number(`${step}e${decade}`);
}

/** The largest of 1, 2, 5 · 10ᵏ that is not above a positive value. */
export function niceBelow(value: number): number {
  const decade = Math.floor(Math.log10(value) + 1e-12);
  const step = [5, 2, 1].find((nice) => nice * 10 ** decade <= value * (1 + 1e-9)) ?? 1;
  return Number(`${step}e${decade}`);
}

/** 1, 2, 5 per decade for up to two decades, powers of ten beyond. */
function logTicks(low: number, high: number): readonly number[] {
  const steps = high / low > 200 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
    for (const step of steps) {
      const tick = Number(`${step}e${decade}`);
      if (tick > low && tick < high) ticks.push(tick);
    }
  }
  return ticks;
}
