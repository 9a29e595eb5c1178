import type { Drawn } from "./chart";
import { css } from "./colours";
import type { FigureTheme } from "./theme";
import type { Box } from "../../server/drawing/box";

/** A text at a place. */
export function textAt(x: number, y: number, text: string, style: object): Drawn {
  return { type: "text", x, y, style: { text, ...style } };
}

export function lineBetween(x1: number, y1: number, x2: number, y2: number, style: object): Drawn {
  return { type: "line", shape: { x1, y1, x2, y2 }, style };
}

/** Text beside an axis or a bar. */
export function tickStyle(theme: FigureTheme, size = 11): object {
  return { font: `${size}px ${theme.font}`, fill: css(theme.muted) };
}

export function nameStyle(theme: FigureTheme): object {
  return { font: `12px ${theme.font}`, fill: css(theme.foreground) };
}

export interface Tick {
  /** In pixels. */
  readonly at: number;
  readonly text: string;
}

/** Frame of a plot: half a pixel inside, so that it is one pixel wide. */
export function frameOf({ x, y, width, height }: Box, theme: FigureTheme): Drawn {
  return {
    type: "rect",
    shape: { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 },
    style: { fill: "none", stroke: css(theme.frame), lineWidth: 1 },
  };
}

/** Ticks, numbers and name below a plot. */
export function bottomAxis(plot: Box, ticks: readonly Tick[], name: string, theme: FigureTheme): readonly Drawn[] {
  const bottom = plot.y + plot.height;
  const stroke = { stroke: css(theme.frame), lineWidth: 1 };
  return [
    ...ticks.flatMap(({ at, text }): Drawn[] => [
      lineBetween(Math.round(at) + 0.5, bottom, Math.round(at) + 0.5, bottom + 4, stroke),
      textAt(at, bottom + 7, text, { ...tickStyle(theme), align: "center", verticalAlign: "top" }),
    ]),
    textAt(plot.x + plot.width / 2, bottom + 26, name, { ...nameStyle(theme), align: "center", verticalAlign: "top" }),
  ];
}

/** Ticks, numbers and name to the left of a plot; `gap` from the plot to the name's middle. */
export function leftAxis(
  plot: Box,
  ticks: readonly Tick[],
  name: string,
  gap: number,
  theme: FigureTheme,
): readonly Drawn[] {
  const stroke = { stroke: css(theme.frame), lineWidth: 1 };
  return [
    ...ticks.flatMap(({ at, text }): Drawn[] => [
      lineBetween(plot.x - 4, Math.round(at) + 0.5, plot.x, Math.round(at) + 0.5, stroke),
      textAt(plot.x - 7, at, text, { ...tickStyle(theme), align: "right", verticalAlign: "middle" }),
    ]),
    {
      ...textAt(plot.x - gap, plot.y + plot.height / 2, name, {
        ...nameStyle(theme),
        align: "center",
        verticalAlign: "middle",
      }),
      rotation: Math.PI / 2,
    },
  ];
}
