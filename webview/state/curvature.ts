import type { RunData } from "./model";
import { toNumber } from "./numbers";

/** Extreme eigenvalues on the curvature map's grid, row-major; NaN where not measured. */
export interface CurvatureTable {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly max: readonly number[];
  readonly min: readonly number[];
  readonly ratio: readonly number[];
}

/** The curvature map of a run; undefined when the study asks for none. */
export function curvatureTable({ header, extras }: RunData): CurvatureTable | undefined {
  const { curvature, grid } = header.study;
  if (!curvature || !extras) return undefined;
  const [columns, rows] = curvature.points;
  const points = new Map(extras.curvature.map((point) => [point.index, point]));
  const table = (value: (max: number, min: number) => number): number[] =>
    Array.from({ length: columns * rows }, (_, index) => {
      const point = points.get(index);
      return point ? value(toNumber(point.max), toNumber(point.min)) : NaN;
    });
  return {
    x: axis(grid.x, columns),
    y: axis(grid.y, rows),
    max: table((max) => max),
    min: table((_, min) => min),
    ratio: table((max, min) => Math.abs(min / max)),
  };
}

/** Evenly spaced; a single one is the model itself. */
function axis([from, to]: readonly [number, number], count: number): readonly number[] {
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, k) => from + ((to - from) * k) / (count - 1));
}
