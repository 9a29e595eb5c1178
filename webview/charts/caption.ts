import type { Drawn } from "./chart";
import { textWidth } from "./chart";
import { css } from "./colours";
import type { FigureTheme } from "./theme";

const lineHeight = 16;
const fontOf = (theme: FigureTheme) => `11px ${theme.font}`;

/** Height of a caption that is `width` pixels wide, with its distance from the figure above. */
export function captionHeight(caption: string, width: number, theme: FigureTheme): number {
  // Lines end at words, and so are not quite full.
  const lines = Math.ceil((textWidth(caption, fontOf(theme)) * 1.12) / width);
  return lines * lineHeight + 12;
}

/** A line of provenance below a picture, for the `graphic` part of an option. */
export function captionElement(
  caption: string,
  place: { readonly x: number; readonly y: number; readonly width: number },
  theme: FigureTheme,
): Drawn {
  return {
    type: "text",
    x: place.x,
    y: place.y + 4,
    style: {
      text: caption,
      font: fontOf(theme),
      fill: css(theme.muted),
      lineHeight,
      width: place.width,
      overflow: "break",
      verticalAlign: "top",
    },
  };
}
