import { textWidth } from "./chart";
import { css } from "./colours";
import type { Mark } from "./drawing";
import type { FigureTheme } from "./theme";

const size = 11;
const lineHeight = 16;
const before = 8;

/** A text broken at spaces into lines of at most `width` pixels. */
function lines(text: string, width: number, theme: FigureTheme): readonly string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const longer = found.length === 0 ? word : `${found.at(-1)!} ${word}`;
    if (found.length > 0 && textWidth(longer, `${size}px ${theme.font}`) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/** A caption of provenance below a drawing, and the height that it takes. */
export function captionMarks(
  text: string,
  place: { readonly x: number; readonly y: number; readonly width: number },
  theme: FigureTheme,
): { readonly marks: readonly Mark[]; readonly height: number } {
  const broken = lines(text, place.width, theme);
  return {
    marks: broken.map((line, k) => ({
      kind: "text",
      x: place.x,
      y: place.y + before + 12 + k * lineHeight,
      text: line,
      size,
      fill: css(theme.muted),
      role: "caption",
    })),
    height: before + broken.length * lineHeight + 8,
  };
}
