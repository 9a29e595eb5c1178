import { fieldOf, origin, readingAt } from "./field";
import type { Field } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { splitsOf } from "./splits";

/** The loss is followed until it is this many times that of the trained weights. */
export const radiusFactor = 2;

/** Rays from the centre, one for each degree, and steps along each. */
const rays = 360;
const steps = 256;

/** How far from the trained weights the loss doubles. */
export type Radius =
  | {
      readonly kind: "found";
      readonly radius: number;
      /** Whether all grid points that it follows from are measured. */
      readonly measured: boolean;
    }
  /** The loss stays below in every direction as far as the grid reaches in all of them. */
  | { readonly kind: "beyond"; readonly reach: number };

/**
 * The smallest distance r from the trained weights, in units of the plane (α² + β² = r²), at which the loss of a split is
 * twice that of the trained weights: the least over 360 rays, one a degree, each followed in 256 steps over the bilinear
 * interpolation of the logarithm of the grid's losses, the crossing placed by the logarithm between two steps. A loss that
 * is not finite counts as reached, from the first cell that has such a corner on. Rays end where the largest circle around
 * the trained weights does that the grid contains: beyond it some directions are not known, and another one than the
 * nearest might be told.
 *
 * @returns undefined while points of the grid are unknown, for lines, where θ* is not inside the grid, and where its loss is
 *   no positive number.
 */
export function doublingRadius(run: RunData, split: number): Radius | undefined {
  if (!isSurface(run)) return undefined;
  const field = fieldOf(run, "loss", split);
  const centre = Number(splitsOf(run)[split]?.centre.loss);
  const reach = reachOf(field);
  if (!field.complete || !(centre > 0 && centre < Infinity) || !(reach > 0)) return undefined;
  let least = Infinity;
  let angle = 0;
  for (let k = 0; k < rays; k++) {
    const own = radiusAlong(field, (2 * Math.PI * k) / rays, Math.min(reach, least), centre, steps);
    if (own < least) [least, angle] = [own, (2 * Math.PI * k) / rays];
  }
  if (least === Infinity) return { kind: "beyond", reach };
  return {
    kind: "found",
    radius: least,
    measured: isMeasuredAt(field, least * Math.cos(angle), least * Math.sin(angle)),
  };
}

/** The radius of the largest circle around the trained weights that a grid contains; not positive where they are not inside. */
export function reachOf({ x, y }: Pick<Field, "x" | "y">): number {
  return Math.min(-(x[0] ?? 0), x[x.length - 1] ?? 0, -(y[0] ?? 0), y[y.length - 1] ?? 0);
}

/** Where the loss reaches `radiusFactor` times that of the centre along a ray; infinite where it stays below up to `reach`. */
export function radiusAlong(field: Field, angle: number, reach: number, centre: number, count: number): number {
  const limit = radiusFactor * centre;
  let before = centre;
  for (let step = 1; step <= count; step++) {
    const radius = (reach * step) / count;
    const { value } = readingAt(field, radius * Math.cos(angle), radius * Math.sin(angle));
    // Where the loss is no number the valley has ended.
    if (!Number.isFinite(value)) return radius;
    if (value >= limit) {
      const share = (Math.log(limit) - Math.log(before)) / (Math.log(value) - Math.log(before));
      return radius - (reach / count) * (1 - share);
    }
    before = value;
  }
  return Infinity;
}

/** Whether the corners of the cell around a place are measured. */
function isMeasuredAt({ x, y, columns, origins }: Field, alpha: number, beta: number): boolean {
  const around = (nodes: readonly number[], at: number): readonly number[] => {
    const next = nodes.findIndex((node) => node >= at);
    return next <= 0 ? [Math.max(0, next)] : [next - 1, next];
  };
  return around(y, beta).every((row) =>
    around(x, alpha).every((column) => origins[row * columns + column] === origin.measured),
  );
}
