import { textWidth } from "../charts/chart";
import { css } from "../charts/colours";
import type { Colour } from "../../server/drawing/colours";
import { CanvasPen } from "../charts/surface/canvas-pen";
import type { Pen } from "../charts/surface/pen";
import { SvgPen } from "../charts/surface/svg-pen";
import { pngOf } from "./picture";
import type { PictureType } from "./picture";

/** Pixels of a PNG per pixel of the page. */
const pixelRatio = 3;

/** A picture that is drawn with a pen. */
export interface PenSpec {
  /** In pixels of the page. */
  readonly width: number;
  readonly height: number;
  /** What an SVG says of itself. */
  readonly title: string;
  readonly ground: Colour;
  readonly draw: (pen: Pen) => void;
}

/** A PNG at three times the size, or an SVG of paths and texts with no pixels in it. */
export async function penPicture(type: PictureType, { width, height, title, ground, draw }: PenSpec): Promise<Blob> {
  if (type === "svg") {
    const pen = new SvgPen();
    draw(pen);
    return new Blob([pen.document(width, height, title, css(ground))], { type: "image/svg+xml" });
  }
  const canvas = document.createElement("canvas");
  canvas.width = width * pixelRatio;
  canvas.height = height * pixelRatio;
  const context = canvas.getContext("2d")!;
  context.scale(pixelRatio, pixelRatio);
  context.fillStyle = css(ground);
  context.fillRect(0, 0, width, height);
  draw(new CanvasPen(context));
  return pngOf(canvas);
}

/** The lines of a text that is broken between words. */
export function wrapped(text: string, width: number, font: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, font) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
