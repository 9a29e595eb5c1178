import * as echarts from "echarts/core";
import { strings } from "../strings/strings";
import type { Field } from "../state/field";
import type { PlaneWindow } from "../state/window";
import type { Chart } from "./chart";
import { css } from "./colours";
import type { Box } from "../../server/drawing/box";
import { contains, projection } from "./layout";
import type { FigureLayout } from "./layout";
import { cutsThrough } from "./profiles";
import type { Cuts } from "./profiles";
import type { Scene } from "./scene";
import type { FigureTheme } from "./theme";

/** What follows the cursor: cross-hair, profiles and the square of a zoom. */
export interface OverlayInput {
  readonly scene?: Scene;
  readonly layout: FigureLayout;
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly cursor?: { readonly alpha: number; readonly beta: number };
  /** The rectangle being dragged, in pixels. */
  readonly drag?: Box;
}

const { Group, Line, Circle, Polyline, Rect, Text } = echarts.graphic;
type Element = InstanceType<typeof Line>;

/** Above everything that ECharts draws, on a canvas layer of its own, so that the map is not painted again. */
const layer = 1;

/**
 * The moving part of a figure. It bypasses `setOption`, which would build the whole figure again for each move of
 * the pointer; being part of the same canvas renderer it appears in copied pictures all the same.
 */
export class Overlay {
  #group = new Group({ silent: true });

  constructor(private readonly chart: Chart) {
    chart.getZr().add(this.#group);
  }

  draw(input: OverlayInput): void {
    this.#group.removeAll();
    const add = (element: unknown) => {
      const shape = element as Element;
      shape.zlevel = layer;
      shape.silent = true;
      this.#group.add(shape);
    };
    for (const element of [...profileElements(input), ...cursorElements(input), ...dragElements(input)]) add(element);
    this.chart.getZr().refresh();
  }
}

function profileElements({ scene, layout, window, theme, cursor }: OverlayInput): unknown[] {
  if (!scene?.levels || !layout.profiles || !scene.drawable) return [];
  const project = projection(layout.plot, window);
  const cuts = (field: Field, place: { alpha: number; beta: number }) =>
    cutsThrough(field, scene.levels!, layout, project, window, place);
  const centre = { alpha: 0, beta: 0 };
  const solid = cuts(scene.field, cursor ?? centre);
  const dashed = cursor ? cuts(scene.field, centre) : undefined;
  return [
    ...(dashed ? lines(dashed, theme, true) : []),
    ...(solid ? lines(solid, theme, false) : []),
    ...key(layout, theme, cursor !== undefined),
  ];
}

function lines(cuts: Cuts, theme: FigureTheme, quiet: boolean): unknown[] {
  const style = quiet
    ? { stroke: css(theme.muted, 0.7), lineWidth: 1, lineDash: [3, 3], fill: "none" }
    : { stroke: css(theme.foreground), lineWidth: 1.5, lineJoin: "round" as const, fill: "none" };
  const runs = [...cuts.above.runs, ...cuts.right.runs];
  const marks = quiet ? [] : [cuts.above.mark, cuts.right.mark].filter((mark) => mark !== undefined);
  return [
    ...runs.map((run) => new Polyline({ shape: { points: pairs(run) }, style })),
    ...marks.map(({ x, y }) => new Circle({ shape: { cx: x, cy: y, r: 3 }, style: { fill: css(theme.foreground) } })),
  ];
}

function pairs(run: Float64Array): [number, number][] {
  const points: [number, number][] = [];
  for (let i = 0; i < run.length; i += 2) points.push([run[i]!, run[i + 1]!]);
  return points;
}

/** The key stands in the free corner above the right profile. */
function key(layout: FigureLayout, theme: FigureTheme, withCursor: boolean): unknown[] {
  const x = layout.profiles!.right.x;
  const row = (y: number, text: string, quiet: boolean) => [
    new Line({
      shape: { x1: x, x2: x + 16, y1: y, y2: y },
      style: quiet
        ? { stroke: css(theme.muted), lineWidth: 1, lineDash: [3, 3] }
        : { stroke: css(theme.foreground), lineWidth: 1.5 },
    }),
    new Text({
      x: x + 22,
      y,
      style: { text, font: `11px ${theme.font}`, fill: css(theme.muted), verticalAlign: "middle" },
    }),
  ];
  return withCursor
    ? [...row(16, strings.throughCursor, false), ...row(32, strings.throughCentre, true)]
    : row(16, strings.throughCentre, false);
}

function cursorElements({ layout, window, cursor }: OverlayInput): unknown[] {
  if (!cursor) return [];
  const { plot } = layout;
  const project = projection(plot, window);
  const x = project.x(cursor.alpha);
  const y = project.y(cursor.beta);
  if (!contains(plot, x, y)) return [];
  const right = plot.x + plot.width;
  const bottom = plot.y + plot.height;
  const arms = [
    { x1: plot.x, y1: y, x2: x - 5, y2: y },
    { x1: x + 5, y1: y, x2: right, y2: y },
    { x1: x, y1: plot.y, x2: x, y2: y - 5 },
    { x1: x, y1: y + 5, x2: x, y2: bottom },
  ].filter((arm) => arm.x2 > arm.x1 || arm.y2 > arm.y1);
  const ring = { cx: x, cy: y, r: 4.5 };
  return [
    ...arms.map((shape) => new Line({ shape, style: { stroke: "rgba(0, 0, 0, 0.35)", lineWidth: 2.4 } })),
    ...arms.map((shape) => new Line({ shape, style: { stroke: "rgba(255, 255, 255, 0.85)", lineWidth: 1 } })),
    new Circle({ shape: ring, style: { fill: "none", stroke: "rgba(0, 0, 0, 0.5)", lineWidth: 3.4 } }),
    new Circle({ shape: ring, style: { fill: "none", stroke: "rgb(255, 255, 255)", lineWidth: 1.5 } }),
  ];
}

function dragElements({ drag }: OverlayInput): unknown[] {
  if (!drag) return [];
  const shape = { ...drag };
  return [
    new Rect({ shape, style: { fill: "rgba(255, 255, 255, 0.12)", stroke: "rgba(0, 0, 0, 0.5)", lineWidth: 3 } }),
    new Rect({ shape, style: { fill: "none", stroke: "rgb(255, 255, 255)", lineWidth: 1.25 } }),
  ];
}
