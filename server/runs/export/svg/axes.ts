import type { Box } from "../../../drawing/box";
import { sizes, type Canvas } from "./canvas";
import { line, rect } from "./element";
import { tickText } from "./format";
import { text, textWidth } from "./text";
import type { Scale } from "./ticks";

export interface AxisOptions {
  readonly name: string;
  /** Colour of numbers and name, for charts with two axes. */
  readonly colour?: string;
  readonly format?: (value: number) => string;
}

const tickLength = 4;

/** Ticks, numbers and name below a box. */
export function bottomAxis(
  { theme }: Canvas,
  box: Box,
  scale: Scale,
  { name, format = tickText }: AxisOptions,
): string {
  const base = box.y + box.height;
  const numbers = scale.ticks.map((value) => {
    const x = scale.at(value);
    return (
      line(x, base, x, base + tickLength, { stroke: theme.frame }) +
      text(x, base + 17, format(value), { size: sizes.tick, fill: theme.muted, anchor: "middle" })
    );
  });
  const title = text(box.x + box.width / 2, base + 36, name, { size: sizes.name, fill: theme.ink, anchor: "middle" });
  return numbers.join("") + title;
}

/** Ticks, numbers and name beside a box. */
export function sideAxis(
  { theme }: Canvas,
  box: Box,
  scale: Scale,
  { name, colour, format = tickText, side = "left" }: AxisOptions & { readonly side?: "left" | "right" },
): string {
  const edge = side === "left" ? box.x : box.x + box.width;
  const out = side === "left" ? -1 : 1;
  const anchor = side === "left" ? "end" : "start";
  const written = scale.ticks.map((value) => ({ y: scale.at(value), words: format(value) }));
  const numbers = written.map(
    ({ y, words }) =>
      line(edge, y, edge + out * tickLength, y, { stroke: theme.frame }) +
      text(edge + out * 7, y, words, { size: sizes.tick, fill: colour ?? theme.muted, anchor, middle: true }),
  );
  const widest = Math.max(0, ...written.map(({ words }) => textWidth(words, sizes.tick)));
  const x = edge + out * (14 + widest);
  const title = text(out < 0 ? x : x + sizes.name * 0.75, box.y + box.height / 2, name, {
    size: Math.min(sizes.name, Math.max(9, (sizes.name * box.height) / textWidth(name, sizes.name))),
    fill: colour ?? theme.ink,
    anchor: "middle",
    angle: -90,
  });
  return numbers.join("") + title;
}

/** Room that the numbers and the name of a side axis take. */
export function sideRoom(scale: Scale, format: (value: number) => string = tickText): number {
  return 28 + Math.max(0, ...scale.ticks.map((value) => textWidth(format(value), sizes.tick)));
}

export function frame({ theme }: Canvas, box: Box): string {
  return rect(box, { fill: "none", stroke: theme.frame });
}

/** Rules across a box at the ticks of its side axis. */
export function rules({ theme }: Canvas, box: Box, scale: Scale): string {
  return scale.ticks
    .map((value) => line(box.x, scale.at(value), box.x + box.width, scale.at(value), { stroke: theme.rule }))
    .join("");
}
