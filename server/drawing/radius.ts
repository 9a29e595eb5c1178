import { bilinear, cellAround } from "./cell";
import type { Grid } from "./cell";

/** The loss is followed until it is this many times that of the trained weights. */
export const radiusFactor = 2;

/** Rays from the centre, one for each degree, and steps along each. */
const rays = 360;
const steps = 256;

/** Losses on a whole grid. */
export interface Ground extends Grid {
  /** Row-major. */
  readonly values: ArrayLike<number>;
}

/** How far from the trained weights the loss doubles. */
export type Radius =
  | {
      readonly kind: "found";
      /** It doubles between these distances; the first one is 0 where the grid tells nothing of it. */
      readonly from: number;
      readonly to: number;
      /** The grid points that this follows from. */
      readonly points: readonly number[];
    }
  /** The loss stays below in every direction as far as the grid reaches in all of them. */
  | { readonly kind: "beyond"; readonly reach: number };

/**
 * The smallest distance from the trained weights, in units of the plane (√(α² + β²)), at which the loss is twice that of the
 * trained weights, as far as the grid tells: between the distance at which the bilinear interpolation of the losses reaches
 * it, the least over 360 rays of 256 steps each, and that of the nearest grid point where the loss has reached it. No
 * interpolation can make the second one too small. The first one is not too large where the loss is convex in every cell, as
 * around a minimum, since there it is nowhere above the mean of a cell's corners; it is 0 where the first step has got there
 * already. A loss that is not finite counts as reached, from the first cell with such a corner on. Rays end where the
 * largest circle around the trained weights does that the grid contains: beyond it some directions are not known, and
 * another one than the nearest might be told.
 *
 * @param centre loss of the trained weights, which are at (0, 0)
 * @returns undefined where θ* is not inside the grid, and where its loss is no positive number.
 */
export function doublingRadius(ground: Ground, centre: number): Radius | undefined {
  const { values } = ground;
  const reach = reachOf(ground);
  if (!(centre > 0 && centre < Infinity) || !(reach > 0)) return undefined;
  const chord = (alpha: number, beta: number): number => {
    const { corners, share } = cellAround(ground, alpha, beta);
    const [a, b, c, d] = corners;
    return bilinear([values[a]!, values[b]!, values[c]!, values[d]!], share);
  };
  let least = Infinity;
  let angle = 0;
  for (let k = 0; k < rays; k++) {
    const own = radiusAlong(chord, (2 * Math.PI * k) / rays, Math.min(reach, least), centre, steps);
    if (own < least) [least, angle] = [own, (2 * Math.PI * k) / rays];
  }
  if (least === Infinity) return { kind: "beyond", reach };
  const { corners } = cellAround(ground, least * Math.cos(angle), least * Math.sin(angle));
  const nearest = nearestReached(ground, radiusFactor * centre);
  return {
    kind: "found",
    from: least <= reach / steps ? 0 : Math.min(least, nearest.distance),
    to: nearest.distance,
    points: [...corners, nearest.index],
  };
}

/** The grid point nearest to the trained weights where the loss is not below a limit, or not finite. */
function nearestReached({ x, y, values }: Ground, limit: number): { index: number; distance: number } {
  let nearest = { index: 0, distance: Infinity };
  for (let index = 0; index < values.length; index++) {
    if (values[index]! < limit) continue;
    const distance = Math.hypot(x[index % x.length]!, y[Math.floor(index / x.length)]!);
    if (distance < nearest.distance) nearest = { index, distance };
  }
  return nearest;
}

/** The radius of the largest circle around the trained weights that a grid contains; not positive where they are not inside. */
export function reachOf({ x, y }: Grid): number {
  return Math.min(-(x[0] ?? 0), x[x.length - 1] ?? 0, -(y[0] ?? 0), y[y.length - 1] ?? 0);
}

/**
 * Where the loss reaches `radiusFactor` times that of the centre along a ray, placed linearly between two steps; infinite
 * where it stays below up to `reach`.
 * @param lossAt of a place inside of the grid
 */
export function radiusAlong(
  lossAt: (alpha: number, beta: number) => number,
  angle: number,
  reach: number,
  centre: number,
  count: number,
): number {
  const limit = radiusFactor * centre;
  let before = centre;
  for (let step = 1; step <= count; step++) {
    const radius = (reach * step) / count;
    const value = lossAt(radius * Math.cos(angle), radius * Math.sin(angle));
    // Where the loss is no number the valley has ended.
    if (!Number.isFinite(value)) return radius;
    if (value >= limit) return radius - ((reach / count) * (value - limit)) / (value - before);
    before = value;
  }
  return Infinity;
}
