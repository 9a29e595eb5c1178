import { mix } from "../../../server/drawing/colours";
import { css } from "../colours";
import type { Colour } from "../../../server/drawing/colours";
import { isFlat } from "../levels";
import { paintBar } from "./bar";
import { farToNear, lineThrough, regionAbove } from "./cells";
import type { SurfaceFigure } from "./figure";
import { floorBands, smoothRegions } from "./floor";
import { paintAxes, paintWalls } from "./frame";
import { isoRuns } from "./lines";
import { floorFade, isoLines, lightFrom, Palette, shadeOf } from "./look";
import type { IsoLine } from "./look";
import { paintMarks } from "./marks";
import type { LineStyle, Pen } from "./pen";
import { floorLevel, sheetHeight } from "./projection";
import type { Projector } from "./projection";
import { sheetOfDetail } from "./sheet";
import type { Sheet } from "./sheet";
import { stagingOf } from "./staging";
import type { Staging } from "./staging";

/** How finely the sheet is painted: `moving` is for frames that are followed by others. */
export type Detail = "moving" | "still";

/** The most cells along a side; colours of the sheet; every how many colours of the floor map one is painted. */
const details: Readonly<Record<Detail, { readonly most: number; readonly bands: number; readonly floorStep: number }>> =
  {
    moving: { most: 56, bands: 40, floorStep: 3 },
    still: { most: Infinity, bands: 96, floorStep: 1 },
  };
/** Cells of a finer grid are a few pixels wide: each has one colour. */
const mostDividedCells = 120;
/** Width of the line around each cell that closes the gap to its neighbours. */
const seam = 0.8;
/** A coarse grid is divided until it has this many cells along a side, so that its facets do not show. */
const fewestCells = 48;

/**
 * Draws a surface, back to front: the walls behind it, the floor map, the sheet, then axes, marks and the bar. What lies
 * nearer is painted over what lies farther, so it needs no graphics hardware and every pen can do it.
 */
export function drawSurface(pen: Pen, figure: SurfaceFigure, detail: Detail = "still"): void {
  const staging = stagingOf(figure);
  drawBody(pen, figure, staging, detail);
  drawAbove(pen, figure, staging);
}

/** Walls, floor map and sheet. */
export function drawBody(pen: Pen, figure: SurfaceFigure, staging: Staging, detail: Detail): void {
  paintWalls(pen, figure, staging);
  if (figure.floor) paintFloor(pen, figure, staging, details[detail].floorStep);
  paintSheet(pen, figure, staging, detail);
}

/** What is never hidden by the sheet. */
export function drawAbove(pen: Pen, figure: SurfaceFigure, staging: Staging): void {
  paintAxes(pen, figure, staging);
  paintMarks(pen, figure, staging);
  if (figure.layout.bar && figure.scene?.levels) paintBar(pen, figure, figure.scene.levels, figure.layout.bar);
}

const lineStyle = ({ colour, opacity, width }: IsoLine, ground?: Colour): LineStyle => ({
  colour: ground ? css(mix(colour, ground, floorFade), opacity * 0.7) : css(colour, opacity),
  width,
});

function paintFloor(pen: Pen, figure: SurfaceFigure, { projector, plane }: Staging, step: number): void {
  const { scene, theme, colours } = figure;
  if (!scene?.levels || !scene.drawable) return;
  const at: [number, number, number] = [0, 0, 0];
  const onFloor = (ring: Float64Array): Float64Array => {
    const pixels = new Float64Array(ring.length);
    for (let i = 0; i < ring.length; i += 2) {
      projector.project(plane.x(ring[i]!), floorLevel, plane.z(ring[i + 1]!), at);
      pixels[i] = at[0];
      pixels[i + 1] = at[1];
    }
    return pixels;
  };
  const faded = (band: number) => css(mix(colours((band + step / 2) / floorBands), theme.background, floorFade));
  const { x, y } = scene.field;
  const [left, right, low, high] = [x[0]!, x[x.length - 1]!, y[0]!, y[y.length - 1]!];
  const flat = isFlat(scene.levels);
  const whole = onFloor(Float64Array.of(left, low, right, low, right, high, left, high));
  pen.fill(whole, whole.length, faded(flat ? floorBands / 2 : 0));
  smoothRegions(scene).forEach(({ region }, k) => {
    if (region.length > 0 && (k + 1) % step === 0) pen.fillRings(region.map(onFloor), faded(k + 1));
  });
  isoLines(scene.levels, colours, theme).forEach((line, k) => {
    const style = lineStyle(line, theme.background);
    for (const run of scene.shapes[k]?.lines ?? []) {
      const pixels = onFloor(run);
      pen.line(pixels, pixels.length, style);
    }
  });
  for (const { x0, x1, y0, y1 } of scene.nonFinite) {
    const cell = onFloor(Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1));
    pen.fill(cell, cell.length, css(theme.background), 0.6);
  }
}

function paintSheet(pen: Pen, figure: SurfaceFigure, staging: Staging, detail: Detail): void {
  if (!staging.sheet || !figure.scene?.levels) return;
  const { most, bands } = details[detail];
  const sheet = detailedSheet(staging.sheet, most);
  const { columns, t, normals, solid } = sheet;
  const palette = paletteOf(figure, bands);
  const light = lightFrom(figure.camera.yaw);
  const lines = isoLines(figure.scene.levels, figure.colours, figure.theme).map((line) => ({
    at: line.at,
    style: lineStyle(line),
  }));
  const divided = Math.max(columns, sheet.rows) - 1 <= mostDividedCells;
  const pixels = projected(sheet, staging.projector);
  const corners = new Float64Array(8);
  const values = new Float64Array(4);
  const cut = new Float64Array(16);
  const [eyeX, , eyeZ] = staging.projector.eye;
  const columnOrder = farToNear(sheet.x, eyeX);
  for (const row of farToNear(sheet.z, eyeZ)) {
    for (const column of columnOrder) {
      if (solid[row * (columns - 1) + column] === 0) continue;
      const a = row * columns + column;
      const ring = [a, a + 1, a + columns + 1, a + columns];
      let [nx, ny, nz] = [0, 0, 0];
      let [low, high] = [Infinity, -Infinity];
      ring.forEach((corner, k) => {
        corners[2 * k] = pixels[2 * corner]!;
        corners[2 * k + 1] = pixels[2 * corner + 1]!;
        const value = (values[k] = t[corner]!);
        if (value < low) low = value;
        if (value > high) high = value;
        nx += normals[3 * corner]!;
        ny += normals[3 * corner + 1]!;
        nz += normals[3 * corner + 2]!;
      });
      const shade = shadeOf(nx / 4, ny / 4, nz / 4, light);
      const first = palette.bandOf(divided ? low : (low + high) / 2);
      const last = divided ? palette.bandOf(high) : first;
      pen.fill(corners, 8, palette.text(first, shade), seam);
      for (let band = first + 1; band <= last; band++) {
        const count = regionAbove(corners, values, band / bands, cut);
        if (count >= 6) pen.fill(cut, count, palette.text(band, shade), detail === "still" ? seam : 0);
      }
      // Lines drawn cell by cell are cheap, but suffer at the seams to nearer cells.
      for (const { at, style } of detail === "moving" ? lines : []) {
        if (at <= low || at > high) continue;
        const count = lineThrough(corners, values, at, cut);
        if (count >= 4) pen.line(lengthened(cut, 0), 4, style);
        if (count === 8) pen.line(lengthened(cut, 4), 4, style);
      }
    }
  }
  if (detail === "moving") return;
  isoRuns(figure, staging, staging.sheet).forEach((runs, k) => {
    for (const { points } of runs) pen.line(points, points.length, lines[k]!.style);
  });
}

/** Two points of `points` from `start` on, moved apart so far that the line covers the seam to the cell before. */
function lengthened(points: Float64Array, start: number): Float64Array {
  const piece = points.subarray(start, start + 4);
  const [dx, dy] = [piece[2]! - piece[0]!, piece[3]! - piece[1]!];
  const by = seam / 2 / (Math.hypot(dx, dy) || 1);
  piece[0]! -= dx * by;
  piece[1]! -= dy * by;
  piece[2]! += dx * by;
  piece[3]! += dy * by;
  return piece;
}

/** Pixels of all points of a sheet. */
function projected(sheet: Sheet, projector: Projector): Float64Array {
  const pixels = new Float64Array(2 * sheet.t.length);
  const at: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < sheet.t.length; index++) {
    const height = sheet.t[index]!;
    if (Number.isNaN(height)) continue;
    const [x, z] = [sheet.x[index % sheet.columns]!, sheet.z[Math.floor(index / sheet.columns)]!];
    projector.project(x, height * sheetHeight, z, at);
    pixels[2 * index] = at[0];
    pixels[2 * index + 1] = at[1];
  }
  return pixels;
}

const detailed = new WeakMap<Sheet, Map<number, Sheet>>();

function detailedSheet(sheet: Sheet, most: number): Sheet {
  const cells = Math.max(fewestCells, Math.min(most, Math.max(sheet.columns, sheet.rows) - 1));
  const kept = detailed.get(sheet) ?? new Map<number, Sheet>();
  detailed.set(sheet, kept);
  const known = kept.get(cells) ?? sheetOfDetail(sheet, cells);
  kept.set(cells, known);
  return known;
}

const palettes = new WeakMap<SurfaceFigure["colours"], Map<number, Palette>>();

function paletteOf({ colours }: SurfaceFigure, bands: number): Palette {
  const kept = palettes.get(colours) ?? new Map<number, Palette>();
  palettes.set(colours, kept);
  const palette = kept.get(bands) ?? new Palette(colours, bands);
  kept.set(bands, palette);
  return palette;
}
