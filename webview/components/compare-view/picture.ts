import { captionHeight } from "../../charts/caption";
import { coloursOf } from "../../charts/colours";
import { compareLayout } from "../../charts/compare/layout";
import { compareOption, figureLayoutOf } from "../../charts/compare/option";
import { Overlay } from "../../charts/overlay";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { PlaneWindow } from "../../state/window";
import { pictureOf } from "../picture";
import type { PictureType } from "../picture";
import type { Drawing } from "./tiles";

/** Wider than a single figure, so that three tiles in a row can be read. */
const width = 960;

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
