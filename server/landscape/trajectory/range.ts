import { ProblemError } from "../../protocol/problem";
import type { GridSpec } from "../../protocol/study";
import type { PathPoint } from "./projection";

/** Room around the path on each side, as a share of the longer side of the box around it. */
const margin = 0.2;

/**
 * The range of a grid that shows a whole path and the model at (0, 0): a square, so that a unit is as long on both axes,
 * around the smallest box that holds the points and the origin, with 20 % of its longer side on each side.
 * @throws ProblemError `study-invalid` when all points are at the origin
 */
export function pathRange(points: readonly Pick<PathPoint, "x" | "y">[]): Pick<GridSpec, "x" | "y"> {
  const x = extent(points.map((point) => point.x));
  const y = extent(points.map((point) => point.y));
  const half = (0.5 + margin) * Math.max(x.length, y.length);
  if (half === 0) {
    throw new ProblemError({
      reason: "study-invalid",
      title: "The path has no extent",
      message:
        "The range cannot be fitted to the path: it was expected to lead somewhere, but all its points are at the model.",
      advice: "Name checkpoints that differ from the model along the directions, or give the range of the grid.",
    });
  }
  return { x: [x.centre - half, x.centre + half], y: [y.centre - half, y.centre + half] };
}

function extent(values: readonly number[]): { readonly centre: number; readonly length: number } {
  const from = values.reduce((least, value) => Math.min(least, value), 0);
  const to = values.reduce((most, value) => Math.max(most, value), 0);
  return { centre: (from + to) / 2, length: to - from };
}
