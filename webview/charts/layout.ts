import type { PlaneWindow } from "../state/window";
import { formatTick } from "./format";
import type { Box } from "../../server/drawing/box";

/** Below this width of the panel there is no room for profiles. */
export const narrowWidth = 480;

/** From this width of the panel on, what belongs to a map stands beside it. */
export const wideWidth = 1240;

/** Where everything stands on the canvas, in pixels. */
export interface FigureLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: Box;
  /** The cut above the plot and the one to its right; absent without profiles. */
  readonly profiles?: { readonly above: Box; readonly right: Box };
  readonly bar: Box;
  /** Distance of β's name from the plot. */
  readonly betaNameGap: number;
  readonly narrow: boolean;
}

/** Room for the numbers of the β axis, of which four characters ("−0.5") are usual, and its name outside them. */
const betaName = { gap: 38, usualCharacters: 4, perCharacter: 7 };
const margins = { left: 54, bottom: 46, bar: 76, profile: 62, gap: 10, top: 26, barWidth: 12, beforeBar: 16 };
const narrowMargins = { ...margins, left: 52, bar: 60, beforeBar: 12 };
/** From the bar to the numbers beside it, and what stays free beyond them; from the numbers of a profile to the plot. */
export const toNumbers = { bar: 7, profile: 6, beyond: 2 };
/** What longer numbers take is rounded up to so many pixels, so that a plot does not change its size with every digit. */
const roomStep = 8;
const largestSide = 600;
const smallestSide = 120;

/** Widths of numbers beside a figure, in pixels. */
export interface NumberWidths {
  /** The longest one beside the bar. */
  readonly bar: number;
  /** The longest one beside the upper profile. */
  readonly profile: number;
}

const noNumbers: NumberWidths = { bar: 0, profile: 0 };

/** Pixels that are missing for what is needed, in whole steps. */
function missing(needed: number, there: number): number {
  return Math.max(0, Math.ceil((needed - there) / roomStep)) * roomStep;
}

/**
 * The layout for a canvas of `width` with `shown` of the `whole` plane on it. Both axes have the same unit, so a plane of
 * equal ranges is drawn as a square and any other with its own proportions inside that square. Numbers longer than usual
 * get the room that they need.
 */
export function figureLayout(
  width: number,
  whole: PlaneWindow,
  shown: PlaneWindow,
  wanted: { readonly profiles: boolean; readonly numbers?: NumberWidths },
): FigureLayout {
  const narrow = width < narrowWidth;
  const profiles = wanted.profiles && !narrow;
  const longest = Math.max(...axisTicks(shown.y).map((tick) => formatTick(tick).length));
  const wider = Math.max(0, longest - betaName.usualCharacters) * betaName.perCharacter;
  const base = narrow ? narrowMargins : margins;
  const { numbers = noNumbers } = wanted;
  const besideBar = base.bar - base.beforeBar - base.barWidth;
  const forBar = missing(toNumbers.bar + numbers.bar + toNumbers.beyond, besideBar);
  const left = base.left + wider;
  const forProfile = profiles ? missing(toNumbers.profile + numbers.profile + toNumbers.beyond, left) : 0;
  const m = { ...base, left: left + forProfile, bar: base.bar + forBar };
  const besides = profiles ? m.profile + m.gap : 0;
  const side = Math.floor(Math.max(smallestSide, Math.min(width - m.left - m.bar - besides, largestSide)));
  const spanX = whole.x[1] - whole.x[0];
  const spanY = whole.y[1] - whole.y[0];
  const largest = Math.max(spanX, spanY);
  const scaled = (span: number) =>
    largest > 0 && span > 0 ? Math.max(smallestSide, Math.round((side * span) / largest)) : side;
  const top = profiles ? m.profile + m.gap + 8 : m.top;
  const plot = { x: m.left, y: top, width: scaled(spanX), height: scaled(spanY) };
  return {
    width: Math.max(width, plot.x + plot.width + besides + m.bar),
    height: top + plot.height + m.bottom,
    plot,
    profiles: profiles
      ? {
          above: { x: plot.x, y: 8, width: plot.width, height: m.profile },
          right: { x: plot.x + plot.width + m.gap, y: top, width: m.profile, height: plot.height },
        }
      : undefined,
    bar: { x: plot.x + plot.width + besides + m.beforeBar, y: top, width: m.barWidth, height: plot.height },
    betaNameGap: betaName.gap + wider,
    narrow,
  };
}

/** Plane coordinates to pixels and back, for one window in one plot. */
export interface Projection {
  x(alpha: number): number;
  y(beta: number): number;
  alpha(x: number): number;
  beta(y: number): number;
  line(points: Float64Array): Float64Array;
}

export function projection(plot: Box, window: PlaneWindow): Projection {
  const perX = plot.width / (window.x[1] - window.x[0] || 1);
  const perY = plot.height / (window.y[1] - window.y[0] || 1);
  const x = (alpha: number) => plot.x + (alpha - window.x[0]) * perX;
  const y = (beta: number) => plot.y + plot.height - (beta - window.y[0]) * perY;
  return {
    x,
    y,
    alpha: (pixel) => window.x[0] + (pixel - plot.x) / perX,
    beta: (pixel) => window.y[0] + (plot.y + plot.height - pixel) / perY,
    line(points) {
      const pixels = new Float64Array(points.length);
      for (let i = 0; i < points.length; i += 2) {
        pixels[i] = x(points[i]!);
        pixels[i + 1] = y(points[i + 1]!);
      }
      return pixels;
    },
  };
}

export function contains(box: Box, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** Ticks at multiples of a nice step, about four intervals for the range. */
export function axisTicks([from, to]: readonly [number, number], intervals = 4): readonly number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const decade = 10 ** Math.floor(Math.log10(span / intervals) + 1e-9);
  const step = ([1, 2, 5, 10].find((nice) => span / (nice * decade) <= intervals * 1.3) ?? 10) * decade;
  const ticks: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(10)));
  }
  return ticks;
}

/** Between two numbers beside each other, in pixels. */
const betweenNumbers = 5;

/**
 * Those of the centred texts that stand beside each other between two ends, moved inwards where they would stand out. The
 * last one comes first, then the first one, then those between.
 */
export function spaced<T extends { readonly at: number; readonly width: number }>(
  texts: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  const placed: T[] = [];
  for (const text of [...texts.slice(-1), ...texts.slice(0, -1)]) {
    const half = text.width / 2;
    const at = Math.max(from + half, Math.min(to - half, text.at));
    const isFree = placed.every((each) => Math.abs(each.at - at) >= half + each.width / 2 + betweenNumbers);
    if (isFree) placed.push({ ...text, at });
  }
  return placed.sort((a, b) => a.at - b.at);
}
