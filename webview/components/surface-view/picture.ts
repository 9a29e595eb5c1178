import { startCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { CanvasPen } from "../../charts/surface/canvas-pen";
import { surfaceLayout } from "../../charts/surface/layout";
import { drawSurface } from "../../charts/surface/paint";
import type { Pen } from "../../charts/surface/pen";
import { SvgPen } from "../../charts/surface/svg-pen";
import { textWidth } from "../../charts/chart";
import { css } from "../../charts/colours";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { RunData } from "../../state/model";
import { summaryOf } from "../../state/summary";
import { captionOf, pictureTheme, pictureWidth, pngOf } from "../picture";
import type { PictureType } from "../picture";
import { surfaceFigure, surfaceScene } from "./input";
import { surfaceOptions } from "./options";

/** Pixels of a PNG per pixel of the page. */
const pixelRatio = 3;
const captionMargin = 24;
const captionLine = 16;

/**
 * The surface as a picture: in the light orientation on white whatever the theme, with a caption of provenance. A PNG
 * has three times the pixels; an SVG is drawn by the same painter as paths and text, with no pixels in it.
 */
export async function surfacePicture(
  type: PictureType,
  run: RunData,
  view: ViewState,
  camera: Camera | undefined,
  pinned: Cursor | undefined,
): Promise<Blob> {
  const theme = await pictureTheme(type);
  const layout = surfaceLayout(pictureWidth);
  const figure = surfaceFigure({
    run,
    view,
    floor: surfaceOptions(view).floor,
    layout,
    camera: camera ?? startCamera(surfaceScene(run, view).field),
    theme,
    cursor: pinned,
  });
  const font = `11px ${theme.font}`;
  const caption = wrapped(captionOf(run, view.split), pictureWidth - 2 * captionMargin, font);
  const height = layout.height + 12 + captionLine * caption.length;
  const draw = (pen: Pen) => {
    drawSurface(pen, figure);
    caption.forEach((line, k) =>
      pen.text(line, captionMargin, layout.height + 8 + captionLine * k, { font, colour: css(theme.muted) }),
    );
  };
  if (type === "svg") {
    const pen = new SvgPen();
    draw(pen);
    return new Blob(
      [
        pen.document(
          pictureWidth,
          height,
          summaryOf(run, view.metric, view.split, figure.scene?.levels?.scale ?? "linear"),
          css(theme.background),
        ),
      ],
      {
        type: "image/svg+xml",
      },
    );
  }
  const canvas = document.createElement("canvas");
  canvas.width = pictureWidth * pixelRatio;
  canvas.height = height * pixelRatio;
  const context = canvas.getContext("2d")!;
  context.scale(pixelRatio, pixelRatio);
  context.fillStyle = css(theme.background);
  context.fillRect(0, 0, pictureWidth, height);
  draw(new CanvasPen(context));
  return pngOf(canvas);
}

/** The lines of a text that is broken between words. */
function wrapped(text: string, width: number, font: string): readonly string[] {
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
