import type { Box } from "../../../drawing/box";
import { levelShapes, type Polyline } from "../../../drawing/contours";
import { placeLabels, type LabelRules } from "../../../drawing/labels";
import { simplified } from "../../../drawing/simplified";
import type { SurfaceFigure } from "../../../protocol/result";
import type { ExportOptions } from "../exportable";
import { clipped, hatch, sizes, type Canvas } from "./canvas";
import { black, ink, lineOn, ramp, white, type Colour, type ColourMap } from "../../../drawing/colours";
import { css } from "./colours";
import { element, group, pathData, rect } from "./element";
import { drawnField, type DrawnField } from "./field";
import { tickText } from "./format";
import { levelsOf, type Levels } from "./levels";
import { text } from "./text";
import { scaleOf, type Scale } from "./ticks";

/** A surface ready to be drawn. */
export interface Plane {
  readonly surface: SurfaceFigure;
  readonly field: DrawnField;
  /** Undefined when no value is finite. */
  readonly levels?: Levels;
  readonly colours: ColourMap;
  readonly quantity: "loss" | "accuracy";
}

export function planeOf(canvas: Canvas, surface: SurfaceFigure, options: ExportOptions, path: boolean): Plane {
  const quantity = options.quantity ?? "loss";
  const field = drawnField(surface, quantity);
  const levels = levelsOf(field.own.values, { ...options, path });
  const colours = ramp(canvas.colours, canvas.theme.dark, quantity === "loss" ? "low" : "high");
  return { surface, field, ...(levels ? { levels } : {}), colours, quantity };
}

/** Scales of a box that shows the whole plane. */
export function planeScales({ field }: Plane, box: Box): { readonly x: Scale; readonly y: Scale } {
  const ends = (axis: readonly number[]): [number, number] => [axis[0]!, axis[axis.length - 1]!];
  return {
    x: scaleOf(ends(field.own.x), [box.x, box.x + box.width]),
    y: scaleOf(ends(field.own.y), [box.y + box.height, box.y]),
  };
}

/** The size of a plot with the same unit on both axes, within limits; very unequal ranges lose that for a minimum. */
export function plotSize(
  { field: { own } }: Plane,
  width: number,
): { readonly width: number; readonly height: number } {
  const spanX = own.x[own.x.length - 1]! - own.x[0]!;
  const spanY = own.y[own.y.length - 1]! - own.y[0]!;
  const share = spanY / spanX;
  const tallest = 1.35 * width;
  const least = 120;
  if (share * width > tallest) return { width: Math.max(least, tallest / share), height: tallest };
  return { width, height: Math.max(least, share * width) };
}

/** The rules for labels of print. */
const labelRules: LabelRules = {
  fromFrame: 16,
  fromOthers: 27,
  onSameLevel: 170,
  shortestLine: 56,
  step: 6,
  perLevel: 2,
};

/** Half a tenth of a pixel at three times the size. */
const printTolerance = 0.03;

/**
 * The filled map: each level's region over the one below it, then the lines, the hatch over cells with a value that is
 * not finite, blank cells where nothing is known, and the numbers, which keep away from `avoid`; without it there are none.
 * @param tolerance by how much lines may be simplified, in pixels; that of print when absent.
 */
export function planeMarkup(
  canvas: Canvas,
  plane: Plane,
  box: Box,
  avoid?: readonly { readonly x: number; readonly y: number }[],
  tolerance = printTolerance,
): string {
  const { levels, field, colours } = plane;
  const { x, y } = planeScales(plane, box);
  const pixels = (points: Polyline): Polyline =>
    simplified(
      points.map((value, k) => (k % 2 === 0 ? x.at(value) : y.at(value))),
      tolerance,
    );
  const covers = cover(canvas, field, x, y);
  if (!levels) return covers;
  const values = levels.levels.map(({ value }) => value);
  const shapes = [...levelShapes(field.fine, values, { rounds: 1, ...(levels.log ? { floor: levels.low } : {}) })];
  const fills = shapes.map(({ region }, k) => {
    const fill = css(colours(levels.bands[k + 1]!.shade));
    // The stroke closes the seam that antialiasing leaves between neighbours.
    return element("path", {
      d: pathData(region.map(pixels), true),
      fill,
      "fill-rule": "evenodd",
      stroke: fill,
      "stroke-width": 0.5,
    });
  });
  const lines = shapes.map((shape) => shape.lines.map(pixels));
  const strokes = levels.levels.map(({ shade, major, value }, k) =>
    element("path", {
      class: "level",
      "data-level": value,
      d: pathData(lines[k]!),
      stroke: css(lineOn(colours(shade))),
      "stroke-opacity": major ? 0.8 : 0.4,
      "stroke-width": major ? 0.9 : 0.6,
    }),
  );
  const blank = [...field.beyond, ...field.unknown].map((cell) => cellCentre(field, cell, x, y));
  const taken = [...(avoid ?? []), ...blank];
  const labels = levels.levels.flatMap(({ value, major, shade }, k) => {
    if (!major || avoid === undefined) return [];
    const ground = colours(shade);
    return placeLabels(lines[k]!, box, taken, labelRules).map((place) =>
      text(place.x, place.y, tickText(value), {
        size: sizes.label,
        fill: css(ink(ground)),
        halo: css(ground),
        anchor: "middle",
        middle: true,
        angle: (place.angle * 180) / Math.PI,
      }),
    );
  });
  const map = [
    rect(box, { fill: css(colours(levels.bands[0]!.shade)) }),
    group({}, ...fills),
    group({ fill: "none", "stroke-linejoin": "round" }, ...strokes),
    covers,
    group({}, ...labels),
  ];
  return clipped(canvas, `map-${Math.round(box.y)}`, box, ...map);
}

/** Hatched and blank cells. */
function cover(canvas: Canvas, { own, beyond, unknown }: DrawnField, x: Scale, y: Scale): string {
  const cells = (list: readonly number[]): string =>
    pathData(
      list.map((cell) => {
        const column = cell % (own.x.length - 1);
        const row = Math.floor(cell / (own.x.length - 1));
        const [left, right] = [x.at(own.x[column]!), x.at(own.x[column + 1]!)];
        const [bottom, top] = [y.at(own.y[row]!), y.at(own.y[row + 1]!)];
        return [left, bottom, right, bottom, right, top, left, top];
      }),
      true,
    );
  const blank = canvas.theme.paper;
  const pattern = hatch(canvas, "map");
  return [
    unknown.length > 0 ? element("path", { d: cells(unknown), fill: blank, stroke: blank, class: "unknown" }) : "",
    beyond.length > 0 ? pattern.markup : "",
    beyond.length > 0 ? element("path", { d: cells(beyond), fill: pattern.fill, class: "beyond" }) : "",
  ].join("");
}

function cellCentre({ own }: DrawnField, cell: number, x: Scale, y: Scale): { readonly x: number; readonly y: number } {
  const column = cell % (own.x.length - 1);
  const row = Math.floor(cell / (own.x.length - 1));
  return {
    x: (x.at(own.x[column]!) + x.at(own.x[column + 1]!)) / 2,
    y: (y.at(own.y[row]!) + y.at(own.y[row + 1]!)) / 2,
  };
}

/** The colour at a point of the plane, for marks that stand on it. */
export function groundAt(canvas: Canvas, { field: { fine }, levels, colours }: Plane, x: number, y: number): Colour {
  const nearest = (axis: readonly number[], value: number): number =>
    axis.reduce((best, node, k) => (Math.abs(node - value) < Math.abs(axis[best]! - value) ? k : best), 0);
  const value = fine.values[nearest(fine.y, y) * fine.x.length + nearest(fine.x, x)]!;
  if (!levels || !Number.isFinite(value)) return canvas.theme.dark ? black : white;
  const band = levels.levels.filter((level) => value >= level.value).length;
  return colours(levels.bands[band]!.shade);
}
