import type { RunFigures, SurfaceFigure } from "../../protocol/result";
import {
  choosePart,
  curvatureOf,
  linesOf,
  splitsOf,
  surfaceOf,
  titleOf,
  trajectoryOf,
  type Exportable,
  type ExportOptions,
  type ExportPart,
} from "./exportable";
import { captionOf } from "./facts";
import { bottomAxis, frame, sideAxis, sideRoom } from "./svg/axes";
import { page, pointerArea, type Canvas, type Drawing } from "./svg/canvas";
import { contourDrawing, mapDrawing } from "./svg/contourFigure";
import { curvatureDrawings } from "./svg/curvatureFigure";
import { isRefined } from "./svg/field";
import { epochDrawing } from "./svg/epochFigure";
import { plural } from "./svg/format";
import { linesDrawing } from "./svg/linesFigure";
import { themes } from "./svg/theme";
import { scaleOf } from "./svg/ticks";
import { pathAxes, pathOverlay, pathRange } from "./svg/trajectoryFigure";

/** Width of every picture in pixels: its letters suit a column of a paper, and it scales to any other width. */
const pictureWidth = 480;

/** The order in which a picture is chosen when none is asked for: the one that shows most. */
export const pictureParts: readonly ExportPart[] = ["trajectory", "surface", "lines", "curvature"];

export interface SvgOptions extends ExportOptions {
  /** Starts the ids inside, for pages with several pictures. */
  readonly prefix?: string;
}

type Draw = (top: number) => Drawing;

/**
 * One part of a result as a picture that stands alone: title, figure, and a caption that says what was measured with what.
 * Plain SVG 1.1 with presentation attributes only: no style sheet, no script, no outside resource.
 *
 * - surface: contour map with θ*; NaN and infinities hatched, what is not known blank
 * - trajectory: the path over the contour map, and the losses by epoch
 * - lines: loss and accuracy along a direction
 * - curvature: maps of |λmin/λmax|, λmin and λmax, and the spectral density
 *
 * @throws ProblemError `data-missing` when the result has no such part or split.
 */
export function toSvg(result: Exportable, options: SvgOptions = {}): string {
  const part = choosePart(result, options.part, pictureParts);
  const canvas: Canvas = {
    width: pictureWidth,
    theme: themes[options.theme ?? "light"],
    colours: options.colours ?? "fathom",
    prefix: options.prefix ?? "ll",
  };
  const { drawings, subtitle, split } = contentOf(canvas, result, part, options);
  const note = notes[part](result, split);
  const caption = [...captionOf(result, { part, ...(split === undefined ? {} : { split }) }), ...note];
  return page(canvas, { title: titleOf(result), subtitle, caption }, drawings);
}

/** What a reader of the picture has to know about how it is drawn. */
const notes: Readonly<Record<ExportPart, (result: Exportable, split?: string) => readonly string[]>> = {
  surface: smoothNote,
  trajectory: (result, split) => (result.surfaces.length > 0 ? smoothNote(result, split) : []),
  lines: () => [],
  curvature: () => ["Negative curvature in the plane proves non-convexity; a plane that looks convex proves nothing."],
};

function smoothNote(result: Exportable, split?: string): readonly string[] {
  const surface = surfaceOf(result, split);
  return isMap(surface) && isRefined(surface) ? ["Between the points the map is drawn by cubic interpolation."] : [];
}

interface Content {
  readonly drawings: readonly Draw[];
  readonly subtitle: string;
  readonly split?: string;
}

function contentOf(canvas: Canvas, result: Exportable, part: ExportPart, options: ExportOptions): Content {
  switch (part) {
    case "surface": {
      const surface = surfaceOf(result, options.split);
      const { split } = surface;
      const drawing = isMap(surface)
        ? contourDrawing(canvas, result, surface, options)
        : linesDrawing(canvas, result, [asLine(surface)], options);
      return { drawings: [drawing], subtitle: subtitleOf(surface), split };
    }
    case "lines": {
      const lines = linesOf(result, options.split);
      return {
        drawings: [linesDrawing(canvas, result, lines, options)],
        subtitle: linesSubtitle(lines),
        ...(options.split === undefined ? {} : { split: options.split }),
      };
    }
    case "trajectory": {
      const surface = result.surfaces.length > 0 ? surfaceOf(result, options.split) : undefined;
      const split = surface?.split ?? options.split;
      const epochs = epochDrawing(canvas, trajectoryOf(result), split);
      const drawings = [pathDrawing(canvas, result, surface, options), epochs];
      const subtitle = surface ? subtitleOf(surface) : "path of training";
      return { drawings, subtitle, ...(split === undefined ? {} : { split }) };
    }
    case "curvature":
      return { drawings: curvatureDrawings(canvas, result, curvatureOf(result)), subtitle: "curvature" };
  }
}

/** `test, 500 samples`; files from elsewhere do not know the number. */
function subtitleOf({ split, samples }: { readonly split: string; readonly samples: number }): string {
  return samples > 0 ? `${split}, ${plural(samples, "sample")}` : split;
}

/** `test and train, 500 samples`, the numbers only where they are the same. */
function linesSubtitle(lines: RunFigures["lines"]): string {
  const split = splitsOf(lines).join(" and ");
  const { samples } = lines[0]!;
  return subtitleOf({ split, samples: lines.every((line) => line.samples === samples) ? samples : 0 });
}

/** Contours need two points each way. */
function isMap({ x, y }: SurfaceFigure): boolean {
  return x.length > 1 && y.length > 1;
}

/** A grid of one row or column is a line. */
function asLine({
  split,
  samples,
  x,
  y,
  loss,
  accuracy,
  lossError,
  measured,
}: SurfaceFigure): RunFigures["lines"][number] {
  const along = x.length > 1 || y.length === 1 ? x : y;
  const flat = { loss: loss.flat(), accuracy: accuracy.flat(), lossError: lossError.flat(), measured: measured.flat() };
  return { split, samples, member: 0, x: along, ...flat };
}

function pathDrawing(
  canvas: Canvas,
  result: Exportable,
  surface: SurfaceFigure | undefined,
  options: ExportOptions,
): Draw {
  const trajectory = trajectoryOf(result);
  const axes = pathAxes(result, trajectory);
  const keyRoom = 22;
  if (surface && isMap(surface)) {
    const map = mapDrawing(canvas, surface, options, {
      part: "trajectory",
      axes,
      overlay: (_, layout) => pathOverlay(canvas, trajectory, layout, "map"),
    });
    return (top) => {
      const { markup, height } = map(top);
      return { markup, height: height + keyRoom };
    };
  }
  return (top) => {
    const range = pathRange(trajectory);
    const left = 12 + sideRoom(scaleOf(range.y, [1, 0]));
    const width = canvas.width - left - 24;
    const height = Math.min(
      1.2 * width,
      Math.max(120, (width * (range.y[1] - range.y[0])) / (range.x[1] - range.x[0])),
    );
    const box = { x: left, y: top + 10, width, height };
    const x = scaleOf(range.x, [box.x, box.x + box.width]);
    const y = scaleOf(range.y, [box.y + box.height, box.y]);
    const markup = [
      pathOverlay(canvas, trajectory, { plot: box, x, y }, "paper").markup,
      frame(canvas, box),
      bottomAxis(canvas, box, x, { name: axes[0] }),
      sideAxis(canvas, box, y, { name: axes[1] }),
      pointerArea(box, { part: "trajectory", range: [...x.domain, ...y.domain] }),
    ];
    return { markup: markup.join(""), height: box.height + 10 + 50 + keyRoom };
  };
}
