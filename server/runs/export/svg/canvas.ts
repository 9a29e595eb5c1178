import type { Box } from "../../../drawing/box";
import type { ColourMapName } from "../../../drawing/colours";
import { element, group, line, rect } from "./element";
import { fontFamily, shortened, text, wrapped } from "./text";
import type { Theme } from "./theme";

/** What every drawing needs to know. */
export interface Canvas {
  readonly width: number;
  readonly theme: Theme;
  readonly colours: ColourMapName;
  /** Starts every id, so that several pictures can stand in one page. */
  readonly prefix: string;
}

/** A part of a picture, from its top edge downwards. */
export interface Drawing {
  readonly markup: string;
  readonly height: number;
}

/** Type sizes in pixels of a picture 480 wide: 7 to 9 points in a column of a paper. */
export const sizes = { title: 14, name: 12, tick: 11, label: 10.5, caption: 10 } as const;

/** Between the picture's edge and what stands in it. */
export const margin = 16;
const captionLine = 14.5;

export interface PageText {
  readonly title: string;
  /** Stands at the right end of the title's line. */
  readonly subtitle: string;
  readonly caption: readonly string[];
}

/** The whole picture: title, drawings from top to bottom, caption. */
export function page(canvas: Canvas, words: PageText, drawings: readonly ((top: number) => Drawing)[]): string {
  const { width, theme } = canvas;
  const { title, subtitle, caption } = words;
  const subtitleWidth = 0.45 * width;
  const parts = [
    text(margin, 26, shortened(title, sizes.title, width - 2 * margin - subtitleWidth), {
      size: sizes.title,
      fill: theme.ink,
    }),
    text(width - margin, 26, shortened(subtitle, sizes.name, subtitleWidth), {
      size: sizes.name,
      fill: theme.muted,
      anchor: "end",
    }),
  ];
  let top = 40;
  for (const draw of drawings) {
    const { markup, height } = draw(top);
    parts.push(markup);
    top += height;
  }
  const lines = wrapped(caption.join(" "), sizes.caption, width - 2 * margin);
  parts.push(
    line(margin, top + 4, width - margin, top + 4, { stroke: theme.rule }),
    ...lines.map((content, k) =>
      text(margin, top + 20 + k * captionLine, content, { size: sizes.caption, fill: theme.muted }),
    ),
  );
  const height = Math.ceil(top + 20 + lines.length * captionLine + 2);
  const label = `${title}, ${subtitle}. ${caption.join(" ")}`;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
      "font-family": fontFamily,
    },
    rect({ x: 0, y: 0, width, height }, { fill: theme.paper }),
    ...parts,
  );
}

/** A pattern of lines at 45°, which means "not finite", and the id to fill with. */
export function hatch({ prefix, theme }: Canvas, name: string): { readonly markup: string; readonly fill: string } {
  const id = `${prefix}-hatch-${name}`;
  const markup = element(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    rect({ x: 0, y: 0, width: 6, height: 6 }, { fill: theme.paper }),
    line(0, 0, 0, 6, { stroke: theme.muted, "stroke-width": 1.6 }),
  );
  return { markup: element("defs", {}, markup), fill: `url(#${id})` };
}

/** Confines markup to a box. */
export function clipped(canvas: Canvas, name: string, box: Box, ...children: readonly string[]): string {
  const id = `${canvas.prefix}-clip-${name}`;
  const clip = element("defs", {}, element("clipPath", { id }, rect(box, {})));
  return clip + group({ "clip-path": `url(#${id})` }, ...children);
}

/** What a page of several pictures needs to read values under the pointer; draws nothing. */
export interface PointerArea {
  readonly part: string;
  readonly split?: string;
  /** Values at the left, right, bottom and top edge. */
  readonly range: readonly [number, number, number, number];
}

export function pointerArea(box: Box, { part, split, range }: PointerArea): string {
  return rect(box, {
    class: "plot",
    fill: "none",
    "pointer-events": "all",
    "data-part": part,
    "data-split": split,
    "data-range": range.join(" "),
  });
}
