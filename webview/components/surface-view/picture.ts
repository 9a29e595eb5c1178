import { startCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { surfaceLayout } from "../../charts/surface/layout";
import { drawSurface } from "../../charts/surface/paint";
import { css } from "../../charts/colours";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { RunData } from "../../state/model";
import { summaryOf } from "../../state/summary";
import { penPicture, wrapped } from "../pen-picture";
import { captionOf, pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import { surfaceFigure, surfaceScene } from "./input";
import { surfaceOptions } from "./options";

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
  return penPicture(type, {
    width: pictureWidth,
    height,
    title: summaryOf(run, view.metric, view.split, figure.scene?.levels?.scale ?? "linear"),
    ground: theme.background,
    draw: (pen) => {
      drawSurface(pen, figure);
      caption.forEach((line, k) =>
        pen.text(line, captionMargin, layout.height + 8 + captionLine * k, { font, colour: css(theme.muted) }),
      );
    },
  });
}
