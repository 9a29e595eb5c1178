import type { Box } from "../../../drawing/box";
import { margin, sizes, type Canvas } from "./canvas";
import { type ColourMap } from "../../../drawing/colours";
import { css } from "./colours";
import { element, line, rect } from "./element";
import { tickText } from "./format";
import type { Levels } from "./levels";
import { text, textWidth } from "./text";

/** Numbers on a bar keep this distance. */
const nearest = 13;

/** The bar of a contour map: bands as drawn, numbers at major levels, arrows where values go beyond it. */
export function bandBar(canvas: Canvas, box: Box, levels: Levels, colours: ColourMap, title: string): string {
  const flat = levels.high <= levels.low;
  const at = (value: number): number =>
    flat ? box.y + box.height / 2 : box.y + (1 - levels.position(value)) * box.height;
  const bands = levels.bands
    .filter(({ from, to }) => to > from || flat)
    .map(({ from, to, shade }) => {
      const top = flat ? box.y : at(to);
      const bottom = flat ? box.y + box.height : at(from);
      // The overlap closes the seam that antialiasing leaves between neighbours.
      const height = bottom - top + (bottom < box.y + box.height - 0.5 ? 0.5 : 0);
      return rect({ ...box, y: top, height }, { fill: css(colours(shade)) });
    });
  const values = flat ? [levels.low] : levels.levels.filter(({ major }) => major).map(({ value }) => value);
  const arrows = {
    ...(levels.capped.high ? { high: css(colours(levels.bands[levels.bands.length - 1]!.shade)) } : {}),
    ...(levels.capped.low ? { low: css(colours(levels.bands[0]!.shade)) } : {}),
  };
  return (
    bands.join("") +
    around(
      canvas,
      box,
      title,
      values.map((value) => [at(value), tickText(value)] as const),
      arrows,
    )
  );
}

export interface SmoothBar {
  readonly domain: readonly [number, number];
  readonly log: boolean;
  readonly ticks: readonly number[];
  /** Place of a value, 0 at the low end. */
  place(value: number): number;
  readonly capped?: boolean;
}

/** The bar of a heat map, in steps too fine to see. */
export function smoothBar(canvas: Canvas, box: Box, bar: SmoothBar, colours: ColourMap, title: string): string {
  const stops = Array.from({ length: 17 }, (_, k) =>
    element("stop", { offset: k / 16, "stop-color": css(colours(1 - k / 16)) }),
  );
  const id = `${canvas.prefix}-bar-${Math.round(box.x)}-${Math.round(box.y)}`;
  const gradient = element("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, ...stops);
  const numbers = bar.ticks.map((value) => [box.y + (1 - bar.place(value)) * box.height, tickText(value)] as const);
  return (
    element("defs", {}, gradient) +
    rect(box, { fill: `url(#${id})` }) +
    around(canvas, box, title, numbers, bar.capped ? { high: css(colours(1)) } : {})
  );
}

/** Frame, numbers, arrows and title. */
function around(
  { theme, width: whole }: Canvas,
  box: Box,
  title: string,
  numbers: readonly (readonly [y: number, words: string])[],
  arrows: { readonly high?: string; readonly low?: string },
): string {
  const { x, y, width, height } = box;
  const bottom = y + height;
  const room = whole - margin;
  const arrow = (base: number, tip: number, fill: string): string =>
    element("path", { d: `M${x} ${base}H${x + width}L${x + width / 2} ${tip}Z`, fill, stroke: theme.frame });
  let last = Infinity;
  const written = [...numbers]
    .sort(([a], [b]) => b - a)
    .filter(([place]) => {
      const fits = last - place >= nearest;
      if (fits) last = place;
      return fits;
    })
    .map(
      ([place, words]) =>
        line(x + width, place, x + width + 4, place, { stroke: theme.frame }) +
        text(x + width + 7, place, words, { size: sizes.tick, fill: theme.muted, middle: true }),
    );
  return [
    arrows.high ? arrow(y, y - 8, arrows.high) : "",
    arrows.low ? arrow(bottom, bottom + 8, arrows.low) : "",
    rect(box, { fill: "none", stroke: theme.frame }),
    ...written,
    text(Math.min(x, room - textWidth(title, sizes.name)), y - (arrows.high ? 14 : 8), title, {
      size: sizes.name,
      fill: theme.ink,
    }),
  ].join("");
}
