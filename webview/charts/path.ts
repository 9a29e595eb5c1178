import type { Drawn } from "./chart";
import { css } from "./colours";
import { contains } from "./layout";
import type { FigureLayout, Projection } from "./layout";
import type { FigureTheme } from "./theme";

/** A checkpoint of the path in plane coordinates. */
export interface PathPoint {
  readonly x: number;
  readonly y: number;
  /** The learning rate dropped after it. */
  readonly drop: boolean;
}

/**
 * The path of training over a map: a line through the projections of the checkpoints, a dot for each of them, and a ring
 * where the learning rate dropped. White with a dark casing, which is seen on every ground.
 */
export function pathElements(
  path: readonly PathPoint[],
  layout: FigureLayout,
  project: Projection,
  theme: FigureTheme,
): readonly Drawn[] {
  const places = path.map(({ x, y, drop }) => ({ x: project.x(x), y: project.y(y), drop }));
  const points = places.map(({ x, y }) => [x, y]);
  const casing = css([0, 0, 0], 0.55);
  const light = "rgb(255, 255, 255)";
  const inside = places.filter(({ x, y }) => contains(layout.plot, x, y));
  return [
    { type: "polyline", shape: { points }, style: { fill: "none", stroke: casing, lineWidth: 3.6, lineJoin: "round" } },
    { type: "polyline", shape: { points }, style: { fill: "none", stroke: light, lineWidth: 1.6, lineJoin: "round" } },
    ...inside.map(({ x, y }): Drawn => ({
      type: "circle",
      shape: { cx: x, cy: y, r: theme.highContrast ? 4 : 3.2 },
      style: { fill: light, stroke: casing, lineWidth: 1.2 },
    })),
    ...inside
      .filter(({ drop }) => drop)
      .map(({ x, y }): Drawn => ({
        type: "circle",
        shape: { cx: x, cy: y, r: 7 },
        style: { fill: "none", stroke: light, lineWidth: 1.6 },
      })),
  ];
}
