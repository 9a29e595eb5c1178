import type { Box } from "../../../drawing/box";
import { fromJsonNumber } from "../../../protocol/numbers";
import type { SurfaceFigure } from "../../../protocol/result";
import { runOf, type Exportable, type ExportOptions } from "../exportable";
import { bottomAxis, frame, sideAxis, sideRoom } from "./axes";
import { hatch, pointerArea, sizes, type Canvas, type Drawing } from "./canvas";
import { bandBar } from "./colourBar";
import { black, ink, white } from "../../../drawing/colours";
import { css } from "./colours";
import { group, line, rect } from "./element";
import { percentText, valueText } from "./format";
import { groundAt, planeMarkup, planeOf, planeScales, plotSize, type Plane } from "./plane";
import { text, textWidth } from "./text";
import type { Scale } from "./ticks";

const room = { top: 26, right: 84, bottom: 50, gap: 14, bar: 11, edge: 16 };

/** Where the plot and the bar of a map stand. */
interface MapLayout {
  readonly plot: Box;
  readonly bar: Box;
  readonly x: Scale;
  readonly y: Scale;
}

function layoutOf(canvas: Canvas, plane: Plane, top: number): MapLayout {
  const any = { x: 0, y: 0, width: 100, height: 100 };
  const left = room.edge + sideRoom(planeScales(plane, any).y) - 4;
  const { width, height } = plotSize(plane, canvas.width - left - room.right);
  const plot = { x: left, y: top + room.top, width, height };
  const bar = { x: plot.x + width + room.gap, y: plot.y, width: room.bar, height };
  return { plot, bar, ...planeScales(plane, plot) };
}

/** Drawn over a map: markup, and places that the numbers of level lines avoid. */
export interface Overlay {
  readonly markup: string;
  readonly avoid: readonly { readonly x: number; readonly y: number }[];
}

export interface MapContent {
  readonly part: "surface" | "trajectory";
  readonly axes: readonly [string, string];
  overlay(plane: Plane, layout: { readonly plot: Box; readonly x: Scale; readonly y: Scale }): Overlay;
}

/** A contour map with axes, bar and what lies over it. */
export function mapDrawing(
  canvas: Canvas,
  surface: SurfaceFigure,
  options: ExportOptions,
  { part, axes, overlay }: MapContent,
): (top: number) => Drawing {
  const plane = planeOf(canvas, surface, options, part === "trajectory");
  const { own, beyond, unknown } = plane.field;
  return (top) => {
    const layout = layoutOf(canvas, plane, top);
    const { plot, bar, x, y } = layout;
    const over = overlay(plane, layout);
    const title = plane.quantity === "loss" ? "Loss" : "Accuracy, %";
    const markup = [
      planeMarkup(canvas, plane, plot, over.avoid),
      over.markup,
      frame(canvas, plot),
      bottomAxis(canvas, plot, x, { name: axes[0] }),
      sideAxis(canvas, plot, y, { name: axes[1] }),
      plane.levels ? bandBar(canvas, bar, plane.levels, plane.colours, title) : "",
      keys(canvas, plot, { beyond: beyond.length > 0, unknown: unknown.length > 0 }),
      pointerArea(plot, {
        part,
        split: surface.split,
        range: [own.x[0]!, own.x[own.x.length - 1]!, own.y[0]!, own.y[own.y.length - 1]!],
      }),
    ];
    return { markup: group({}, ...markup), height: room.top + plot.height + room.bottom };
  };
}

/** What hatched and blank areas mean, at the right end below the map. */
function keys(canvas: Canvas, plot: Box, shown: { readonly beyond: boolean; readonly unknown: boolean }): string {
  const { theme, width } = canvas;
  const pattern = hatch(canvas, "key");
  const y = plot.y + plot.height + 28;
  let right = width - room.edge;
  const key = (name: string, fill: string): string => {
    const left = right - textWidth(name, sizes.caption) - 17;
    right = left - 12;
    return (
      rect({ x: left, y, width: 11, height: 11 }, { fill, stroke: theme.frame }) +
      text(left + 17, y + 9.5, name, { size: sizes.caption, fill: theme.muted })
    );
  };
  return [
    shown.beyond ? pattern.markup + key("beyond (∞, NaN)", pattern.fill) : "",
    shown.unknown ? key("not measured", theme.paper) : "",
  ].join("");
}

/** The surface around the model: contour map with a cross at θ*. */
export function contourDrawing(
  canvas: Canvas,
  result: Exportable,
  surface: SurfaceFigure,
  options: ExportOptions,
): (top: number) => Drawing {
  return mapDrawing(canvas, surface, options, {
    part: "surface",
    axes: axisNames(result),
    overlay: (plane, { plot, x, y }) => centreMark(canvas, plane, plot, x, y),
  });
}

/** `α (direction 1)`; names that say more stand alone. */
export function axisNames(result: Exportable): readonly [string, string] {
  const axes = runOf(result)?.directions.axes ?? ["direction 1", "direction 2"];
  const name = (symbol: string, axis: string): string => (/^PC /.test(axis) ? axis : `${symbol} (${axis})`);
  return [name("α", axes[0]), name("β", axes[1])];
}

/** The cross at θ*, and its value on the side where there is more room or the surface is flatter. */
function centreMark(canvas: Canvas, plane: Plane, plot: Box, x: Scale, y: Scale): Overlay {
  const [cx, cy] = [x.at(0), y.at(0)];
  const inside = cx >= plot.x && cx <= plot.x + plot.width && cy >= plot.y && cy <= plot.y + plot.height;
  if (!inside) return { markup: "", avoid: [] };
  const ground = groundAt(canvas, plane, 0, 0);
  const colour = ink(ground);
  const bars = (width: number, stroke: string, opacity: number): string =>
    group(
      { stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-opacity": opacity },
      line(cx - 6, cy, cx + 6, cy, {}),
      line(cx, cy - 6, cx, cy + 6, {}),
    );
  const cross = bars(4, css(colour === black ? white : black), 0.5) + bars(1.6, css(colour), 1);
  const value = centreValue(plane);
  if (value === undefined) return { markup: cross, avoid: [{ x: cx, y: cy }] };
  const label = `θ* ${plane.quantity === "loss" ? valueText(value) : (percentText(value) ?? "")}`;
  const length = textWidth(label, sizes.label);
  const left = leftIsFlatter(plane) ? cx - 16 - length > plot.x : cx + 16 + length > plot.x + plot.width;
  const sign = left ? -1 : 1;
  const written = text(cx + sign * 11, cy, label, {
    size: sizes.label,
    fill: css(colour),
    halo: css(ground),
    anchor: left ? "end" : "start",
    middle: true,
  });
  const avoid = [0, 24, 48, 11 + length].map((away) => ({ x: cx + sign * away, y: cy }));
  return { markup: cross + written, avoid };
}

/** The run's own number at (0, 0), where that is a grid point. */
function centreValue({ surface, quantity }: Plane): number | undefined {
  const column = surface.x.indexOf(0);
  const row = surface.y.indexOf(0);
  const value = surface[quantity][row]?.[column];
  return value === undefined || surface.measured[row]?.[column] !== 1 ? undefined : fromJsonNumber(value);
}

/** On which side of θ* the values change less, so that the label covers little of interest. */
function leftIsFlatter({ field: { fine }, quantity }: Plane): boolean {
  const nearest = (axis: readonly number[], value: number): number =>
    axis.reduce((best, node, k) => (Math.abs(node - value) < Math.abs(axis[best]! - value) ? k : best), 0);
  const row = nearest(fine.y, 0) * fine.x.length;
  const centre = nearest(fine.x, 0);
  const reach = Math.round(fine.x.length / 9);
  const at = (column: number): number => {
    const value = column >= 0 && column < fine.x.length ? fine.values[row + column]! : NaN;
    return Number.isFinite(value) ? (quantity === "loss" ? value : -value) : Infinity;
  };
  return at(centre - reach) < at(centre + reach);
}
