import { textWidth } from "./chart";
import { css } from "./colours";
import { boxPath } from "./drawing";
import type { Mark } from "./drawing";
import { formatTick } from "./format";
import type { Box } from "../../server/drawing/box";
import { axisTicks } from "./layout";
import type { FigureTheme } from "./theme";
import { shareOn } from "./value-axis";
import type { ValueAxis } from "./value-axis";

export const labelSize = 12;
const tickSize = 11;

export const labelFont = (theme: FigureTheme): string => `${labelSize}px ${theme.font}`;

/** What pointers and cursors need to know of a panel that is drawn. */
export interface PanelGeometry {
  readonly plot: Box;
  readonly window: readonly [number, number];
  readonly left: ValueAxis;
  readonly right?: ValueAxis;
}

/** From places and values to pixels. */
export function projectX({ plot, window }: PanelGeometry, at: number): number {
  return plot.x + ((at - window[0]) / (window[1] - window[0])) * plot.width;
}

export function projectY({ plot }: PanelGeometry, axis: ValueAxis, value: number): number {
  const share = shareOn(axis, value);
  // Far outside is outside: paths of millions of pixels are not drawn everywhere.
  return plot.y + plot.height * (1 - Math.min(3, Math.max(-3, share)));
}

/** What a frame says. */
export interface FrameNames {
  /** Of the horizontal axis. */
  readonly axis: string;
  /** Of the models at 0 and 1. */
  readonly ends?: readonly [string, string];
  /** Of the axes of values, and their colours where they belong to lines of one colour. */
  readonly left: string;
  readonly leftColour?: string;
  readonly right?: string;
  readonly rightColour?: string;
}

/** Frame, rules, numbers and names of a panel. */
export function frameMarks(names: FrameNames, geometry: PanelGeometry, theme: FigureTheme): readonly Mark[] {
  const { axis, ends } = names;
  const { plot, window, left, right } = geometry;
  const [muted, foreground] = [css(theme.muted), css(theme.foreground)];
  const base = plot.y + plot.height;
  const tick = (x: number, y: number, text: string, anchor: "start" | "middle" | "end", role: string): Mark => ({
    kind: "text",
    x,
    y,
    text,
    size: tickSize,
    fill: muted,
    anchor,
    role,
  });
  const rules = (ticks: readonly number[]) =>
    ticks.map((value) => `M${plot.x} ${projectY(geometry, left, value).toFixed(2)}h${plot.width}`).join("");
  const xTicks = axisTicks(window, plot.width < 360 ? 4 : 8);
  const zero = window[0] <= 0 && window[1] >= 0 ? projectX(geometry, 0) : undefined;
  return [
    { kind: "path", d: rules(left.minor), stroke: css(theme.rule), opacity: 0.45, role: "minor" },
    { kind: "path", d: rules(left.ticks), stroke: css(theme.rule), role: "rules" },
    ...(ends ? endMarks(ends, geometry, theme) : zero === undefined ? [] : centreMarks(zero, plot, theme)),
    { kind: "path", d: boxPath(plot), stroke: css(theme.frame), role: "frame" },
    {
      kind: "path",
      d: xTicks.map((value) => `M${projectX(geometry, value).toFixed(2)} ${base}v4`).join(""),
      stroke: css(theme.frame),
    },
    ...xTicks.map((value) => tick(projectX(geometry, value), base + 17, formatTick(value), "middle", "x-tick")),
    ...left.ticks.map((value) =>
      tick(plot.x - 7, projectY(geometry, left, value) + 4, formatTick(value), "end", "left-tick"),
    ),
    ...(right?.ticks ?? []).map((value) =>
      tick(plot.x + plot.width + 7, projectY(geometry, right!, value) + 4, formatTick(value), "start", "right-tick"),
    ),
    {
      kind: "text",
      x: plot.x + plot.width / 2,
      y: base + (ends ? 53 : 37),
      text: axis,
      size: labelSize,
      fill: foreground,
      anchor: "middle",
      role: "x-name",
    },
    {
      kind: "text",
      x: plot.x,
      y: plot.y - 11,
      text: names.left,
      size: labelSize,
      fill: names.leftColour ?? foreground,
      role: "left-name",
    },
    ...(names.right === undefined
      ? []
      : [
          {
            kind: "text",
            x: plot.x + plot.width,
            y: plot.y - 11,
            text: names.right,
            size: labelSize,
            fill: names.rightColour ?? foreground,
            anchor: "end",
            role: "right-name",
          } as const,
        ]),
  ];
}

function centreMarks(x: number, plot: Box, theme: FigureTheme): readonly Mark[] {
  const place = Math.min(Math.max(x, plot.x + 12), plot.x + plot.width - 12);
  return [
    { kind: "path", d: `M${x.toFixed(2)} ${plot.y}v${plot.height}`, stroke: css(theme.muted), role: "centre" },
    {
      kind: "text",
      x: place,
      y: plot.y - 11,
      text: "θ*",
      size: labelSize,
      fill: css(theme.foreground),
      anchor: "middle",
      role: "centre-name",
    },
  ];
}

/** Rules at 0 and 1 with the names of the models there, each in its half. */
function endMarks(names: readonly [string, string], geometry: PanelGeometry, theme: FigureTheme): readonly Mark[] {
  const { plot, window } = geometry;
  const half = plot.width / 2 - 8;
  return [0, 1].flatMap((at): Mark[] => {
    if (at < window[0] || at > window[1]) return [];
    const x = projectX(geometry, at);
    const text = shortened(names[at]!, half, labelFont(theme));
    const reach = textWidth(text, labelFont(theme)) / 2;
    const held = Math.min(Math.max(x, plot.x + reach - 30), plot.x + plot.width - reach + 30);
    return [
      { kind: "path", d: `M${x.toFixed(2)} ${plot.y}v${plot.height}`, stroke: css(theme.muted), role: "end" },
      {
        kind: "text",
        x: held,
        y: plot.y + plot.height + 34,
        text,
        size: labelSize,
        fill: css(theme.foreground),
        anchor: "middle",
        weight: 600,
        role: "end-name",
      },
    ];
  });
}

/** A name that fits: its middle gives way, for names of checkpoints differ at their ends. */
export function shortened(text: string, width: number, font: string): string {
  if (textWidth(text, font) <= width) return text;
  for (let kept = text.length - 2; kept > 2; kept--) {
    const head = Math.ceil(kept / 2);
    const shorter = `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
    if (textWidth(shorter, font) <= width) return shorter;
  }
  return "…";
}
