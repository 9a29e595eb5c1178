import type { Box } from "../../drawing/box";
import { fromJsonNumber } from "../../protocol/numbers";
import type { RunFigures, SurfaceFigure, TrajectoryFigure } from "../../protocol/result";
import { linesOf, surfaceOf, trajectoryOf } from "./exportable";
import { polyline, runsOf } from "./svg/chart";
import type { Canvas } from "./svg/canvas";
import { black, ink, white } from "../../drawing/colours";
import { css } from "./svg/colours";
import { element, group, line, pathData, rect } from "./svg/element";
import { groundAt, planeMarkup, planeOf, planeScales } from "./svg/plane";
import { themes } from "./svg/theme";
import { domainOf, scaleOf, type Scale } from "./svg/ticks";
import { pathRange } from "./svg/trajectoryFigure";

export interface ThumbnailOptions {
  /** In pixels. */
  readonly width: number;
  /** Whether the background is dark. */
  readonly dark: boolean;
}

/** A fifth of a pixel is not seen at this size, and the picture has to stay small. */
const tolerance = 0.2;
/** Height of a picture as a share of its width. */
const shares = { lines: 0.5, least: 0.4, most: 1.2 } as const;

/**
 * A result at a glance, without axes and letters: the contour map with θ* or the path over it, else the lines, else the
 * path alone.
 * @throws ProblemError `data-missing` when it has none of these.
 */
export function toThumbnail(result: RunFigures, { width, dark }: ThumbnailOptions): string {
  const canvas: Canvas = { width, theme: themes[dark ? "dark" : "light"], colours: "fathom", prefix: "thumbnail" };
  const surface = result.surfaces[0];
  if (surface && surface.x.length > 1 && surface.y.length > 1) return mapThumbnail(canvas, surface, result.trajectory);
  if (surface || result.lines.length > 0) return linesThumbnail(canvas, result);
  return pathThumbnail(canvas, trajectoryOf(result));
}

function mapThumbnail(canvas: Canvas, surface: SurfaceFigure, trajectory: TrajectoryFigure | undefined): string {
  const plane = planeOf(canvas, surface, {}, trajectory !== undefined);
  const { x: columns, y: rows } = plane.field.own;
  const box = boxOf(canvas, span(rows) / span(columns));
  const scales = planeScales(plane, box);
  const ground = groundAt(canvas, plane, 0, 0);
  const over = trajectory ? path(trajectory, scales) : cross(scales, css(ink(ground)), ink(ground) === black);
  return picture(box, planeMarkup(canvas, plane, box, undefined, tolerance) + over);
}

function linesThumbnail(canvas: Canvas, result: RunFigures): string {
  const lines = result.lines.length > 0 ? linesOf(result, result.lines[0]!.split) : asLines(surfaceOf(result));
  const box = boxOf(canvas, shares.lines);
  const losses = lines.map(({ loss }) => loss.map(fromJsonNumber));
  const { domain, log } = domainOf(losses.flat());
  const y = scaleOf(domain, [box.height - 4, 4], { log });
  const x = scaleOf(ends(lines[0]!.x), [4, box.width - 4]);
  const { theme } = canvas;
  const opacity = lines.length > 1 ? 0.6 : 1;
  const drawn = lines.map((each, k) =>
    polyline(runsOf(each.x, losses[k]!, x, y), { stroke: theme.loss, width: 1.5, opacity }),
  );
  const centre = line(x.at(0), 0, x.at(0), box.height, { stroke: theme.frame });
  return picture(box, rect(box, { fill: theme.paper }) + centre + drawn.join(""));
}

/** A grid of one row or one column. */
function asLines({ x, y, loss }: SurfaceFigure): readonly Pick<RunFigures["lines"][number], "x" | "loss">[] {
  return [{ x: x.length > 1 ? x : y, loss: loss.flat() }];
}

function pathThumbnail(canvas: Canvas, trajectory: TrajectoryFigure): string {
  const range = pathRange(trajectory);
  const box = boxOf(canvas, (range.y[1] - range.y[0]) / (range.x[1] - range.x[0]));
  const scales = { x: scaleOf(range.x, [0, box.width]), y: scaleOf(range.y, [box.height, 0]) };
  return picture(box, rect(box, { fill: canvas.theme.paper }) + path(trajectory, scales));
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

/** White with a dark casing, which is seen on every ground; the model itself is the last point. */
function path({ checkpoints }: TrajectoryFigure, { x, y }: Scales): string {
  const places = checkpoints.map((checkpoint) => [x.at(checkpoint.x), y.at(checkpoint.y)] as const);
  const d = pathData([places.flat()]);
  const stroke = { d, fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" } as const;
  const [cx, cy] = places.at(-1) ?? [NaN, NaN];
  return [
    element("path", { ...stroke, stroke: css(black), "stroke-opacity": 0.55, "stroke-width": 3.4 }),
    element("path", { ...stroke, stroke: css(white), "stroke-width": 1.6 }),
    element("circle", { cx, cy, r: 3.5, fill: css(white), stroke: css(black) }),
  ].join("");
}

function cross({ x, y }: Scales, ink: string, isDark: boolean): string {
  const [cx, cy] = [x.at(0), y.at(0)];
  const bars = (width: number, stroke: string, opacity: number): string =>
    group(
      { stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-opacity": opacity },
      line(cx - 5, cy, cx + 5, cy, {}),
      line(cx, cy - 5, cx, cy + 5, {}),
    );
  return bars(3.5, css(isDark ? white : black), 0.5) + bars(1.5, ink, 1);
}

function boxOf({ width }: Canvas, share: number): Box {
  const height = Math.round(width * Math.min(shares.most, Math.max(shares.least, share)));
  return { x: 0, y: 0, width, height };
}

function picture({ width, height }: Box, markup: string): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return element("svg", { xmlns: "http://www.w3.org/2000/svg", ...size }, markup);
}

function ends(axis: readonly number[]): [number, number] {
  return [axis[0]!, axis[axis.length - 1]!];
}

function span(axis: readonly number[]): number {
  const [from, to] = ends(axis);
  return Math.abs(to - from);
}
