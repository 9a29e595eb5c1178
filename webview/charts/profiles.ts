import type { Field } from "../state/field";
import { origin, readingAt } from "../state/field";
import type { PlaneWindow } from "../state/window";
import type { Box } from "../../server/drawing/box";
import type { FigureLayout, Projection } from "./layout";
import { positionOf } from "./levels";
import type { Levels } from "./levels";

/** A cut through the plane as pixels; several runs where values are missing or not finite. */
export interface Cut {
  readonly runs: readonly Float64Array[];
  /** The cut's own point under the cursor, when its value is known. */
  readonly mark?: { readonly x: number; readonly y: number };
}

/** The two cuts through one place. */
export interface Cuts {
  readonly above: Cut;
  readonly right: Cut;
}

/** Room left below and above the map's domain, as a share of the profile's height. */
const room = 0.06;

/** From a value to its share of a profile's height; the domain is the map's own. */
export function profileShare(levels: Levels, value: number): number {
  const position = positionOf(levels, levels.scale === "log" ? Math.max(value, levels.low) : value);
  return room + (1 - 2 * room) * Math.min(1 + room, Math.max(-room, position));
}

/** Values with a rule across the profiles: two powers of ten on a log scale where the domain holds them. */
export function profileRules(levels: Levels): readonly number[] {
  const inside = (value: number) => value > levels.low && value < levels.high;
  if (levels.scale === "log") {
    const first = Math.ceil(Math.log10(levels.low));
    const last = Math.floor(Math.log10(levels.high));
    const powers: number[] = [];
    for (let exponent = first; exponent <= last; exponent++) powers.push(Number(`1e${exponent}`));
    const within = powers.filter(inside);
    if (within.length >= 2) return within.length <= 3 ? within : [within[0]!, within[within.length - 1]!];
  }
  const majors = levels.levels.filter((level) => level.major).map((level) => level.value);
  if (majors.length <= 2) return majors;
  // Two majors that are far enough apart for their texts: about a quarter and three quarters up the domain.
  const near = (position: number) =>
    majors.reduce((best, value) =>
      Math.abs(positionOf(levels, value) - position) < Math.abs(positionOf(levels, best) - position) ? value : best,
    );
  const [low, high] = [near(0.25), near(0.75)];
  return low === high ? [low] : [low, high];
}

/** Cuts at fixed β (above the plot) and at fixed α (to its right) through a place, over the shown window. */
export function cutsThrough(
  field: Field,
  levels: Levels,
  layout: FigureLayout,
  project: Projection,
  window: PlaneWindow,
  place: { readonly alpha: number; readonly beta: number },
): Cuts | undefined {
  if (!layout.profiles) return undefined;
  const { above, right } = layout.profiles;
  const up = (value: number) => above.y + above.height * (1 - profileShare(levels, value));
  const out = (value: number) => right.x + right.width * profileShare(levels, value);
  return {
    above: {
      runs: runsOf(
        within(field.x, window.x).map((alpha) => {
          const value = valueAt(field, alpha, place.beta);
          return [project.x(alpha), value === undefined ? NaN : up(value)];
        }),
      ),
      mark: marked(above, (value) => ({ x: project.x(place.alpha), y: up(value) })),
    },
    right: {
      runs: runsOf(
        within(field.y, window.y).map((beta) => {
          const value = valueAt(field, place.alpha, beta);
          return [value === undefined ? NaN : out(value), project.y(beta)];
        }),
      ),
      mark: marked(right, (value) => ({ x: out(value), y: project.y(place.beta) })),
    },
  };

  function marked(box: Box, at: (value: number) => { x: number; y: number }): { x: number; y: number } | undefined {
    const value = valueAt(field, place.alpha, place.beta);
    if (value === undefined) return undefined;
    const mark = at(value);
    const hidden =
      mark.x < box.x - 1 || mark.x > box.x + box.width + 1 || mark.y < box.y - 1 || mark.y > box.y + box.height + 1;
    return hidden ? undefined : mark;
  }
}

function valueAt(field: Field, alpha: number, beta: number): number | undefined {
  const reading = readingAt(field, alpha, beta);
  return reading.origin === origin.unknown || !Number.isFinite(reading.value) ? undefined : reading.value;
}

/** The nodes inside a range, with its ends. */
function within(nodes: readonly number[], [from, to]: readonly [number, number]): readonly number[] {
  return [from, ...nodes.filter((node) => node > from && node < to), to];
}

function runsOf(points: readonly (readonly number[])[]): readonly Float64Array[] {
  const runs: Float64Array[] = [];
  let run: number[] = [];
  for (const [x, y] of points as readonly (readonly [number, number])[]) {
    if (Number.isNaN(x) || Number.isNaN(y)) {
      if (run.length > 2) runs.push(Float64Array.from(run));
      run = [];
    } else run.push(x, y);
  }
  if (run.length > 2) runs.push(Float64Array.from(run));
  return runs;
}
