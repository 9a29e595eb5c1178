import { captionHeight } from "../../charts/caption";
import { coloursOf, css } from "../../charts/colours";
import { compareLayout } from "../../charts/compare/layout";
import { compareOption, figureLayoutOf } from "../../charts/compare/option";
import { Overlay } from "../../charts/overlay";
import type { Camera } from "../../charts/surface/camera";
import { drawSurface } from "../../charts/surface/paint";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { PlaneWindow } from "../../state/window";
import { penPicture, wrapped } from "../pen-picture";
import { pictureOf } from "../picture";
import type { PictureType } from "../picture";
import { tileFigure } from "./surfaces";
import type { Drawing } from "./tiles";

/** Wider than a single figure, so that three tiles in a row can be read. */
const width = 960;
const margin = 22;
const captionLine = 16;

/** What a picture of a comparison is made from. */
export interface ComparedPicture {
  readonly drawing: Drawing;
  /** What stands below, each on lines of its own. */
  readonly captions: readonly string[];
  readonly view: ViewState;
  readonly window: PlaneWindow;
  readonly sameScale: boolean;
  readonly theme: FigureTheme;
  readonly cursor?: Cursor;
}

/** The surfaces that have something to show, under their names, with the captions below. */
export function comparedSurfaces(type: PictureType, picture: ComparedPicture, camera: Camera): Promise<Blob> {
  const { view, window, sameScale, theme } = picture;
  const contents = picture.drawing.contents.filter(({ scene }) => scene);
  const layout = compareLayout({ width, ownBars: contents.map(({ difference }) => difference || !sameScale), window });
  const font = `11px ${theme.font}`;
  const lines = picture.captions.flatMap((caption) => wrapped(caption, width - 2 * margin, font));
  return penPicture(type, {
    width: layout.width,
    height: layout.height + lines.length * captionLine + 16,
    title: contents.map(({ title }) => title).join(", "),
    ground: theme.background,
    draw: (pen) => {
      contents.forEach((content, index) => {
        const figure = tileFigure(content, layout, index, view, camera, theme, picture.cursor);
        if (figure) drawSurface(pen, figure);
        const { x, y, height } = layout.tiles[index]!.title;
        pen.text(content.title, x, y + height / 2, { font: `600 13px ${theme.font}`, colour: css(theme.foreground) });
      });
      lines.forEach((line, k) =>
        pen.text(line, margin, layout.height + 12 + captionLine * k, { font, colour: css(theme.muted) }),
      );
    },
  });
}

/** The tiles that have something to show, under their names, with the captions below. */
export function comparedPicture(type: PictureType, picture: ComparedPicture): Promise<Blob> {
  const { captions, view, window, sameScale, theme, cursor } = picture;
  const contents = picture.drawing.contents.filter(({ scene }) => scene);
  const layout = compareLayout({
    width,
    ownBars: contents.map(({ difference }) => difference || !sameScale),
    window,
  });
  const room = layout.width - layout.tiles[0]!.plot.x - 14;
  const heights = captions.map((caption) => captionHeight(caption, room, theme));
  const option = compareOption({
    layout,
    tiles: contents.map(({ scene, centre, lower, difference }) => ({
      scene,
      centre,
      lower,
      colours: coloursOf(difference ? { ...view, split: "difference" } : view, theme.dark),
    })),
    window,
    theme,
    metric: view.metric,
    fill: view.fill,
    points: view.measuredPoints,
    pinned: cursor,
    words: { titles: contents.map(({ title }) => title), captions, heights },
  });
  return pictureOf(type, {
    width: layout.width,
    height: layout.height + heights.reduce((sum, height) => sum + height, 0),
    option,
    over: (chart) => {
      if (!cursor) return;
      for (const tile of layout.tiles)
        new Overlay(chart).draw({ layout: figureLayoutOf(layout, tile), window, theme, cursor });
    },
  });
}
