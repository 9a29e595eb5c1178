import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Drawn } from "../chart";
import { textWidth } from "../chart";
import { css } from "../colours";
import type { Box } from "../../../server/drawing/box";
import type { FigureLayout } from "../layout";
import { boxOf, freeCorner, placeTrackLabels } from "./places";
import type { Place } from "./places";
import { casing, pathColour, pointMarks } from "./points";
import type { PointsInput } from "./points";

/** A part of the path that is drawn once more, larger, in a corner. */
export interface Inset {
  readonly box: Box;
  /** The box on the map that says which part it is. */
  readonly locator: readonly Drawn[];
  readonly elements: readonly Drawn[];
}

/** Room for the title above and around the enlarged points, in pixels. */
const padding = { top: 42, side: 26, bottom: 24 } as const;
const locatorMargin = 10;
const titleMargin = 10;

/** Enlarges a crowd of points that lie too close to be told apart; undefined when they lie at one place, or no corner is free. */
export function insetOf(
  input: PointsInput & { readonly layout: FigureLayout },
  places: readonly Place[],
  crowd: readonly Place[],
): Inset | undefined {
  const { layout, theme } = input;
  const { plot } = layout;
  const around = boxOf(crowd);
  if (Math.max(around.width, around.height) < 1e-6 * plot.width) return undefined;
  const title = strings.enlarged(crowd[0]!.point.label, crowd.at(-1)!.point.label);
  const titleFont = `11px ${theme.font}`;
  const least = Math.max(150, textWidth(title, titleFont) + 2 * titleMargin);
  const width = Math.round(Math.max(least, Math.min(250, 0.34 * plot.width)));
  const size = { width, height: Math.round(width * 0.68) };
  const box = freeCorner(places, plot, size);
  if (!box) return undefined;
  const inner = {
    x: box.x + padding.side,
    y: box.y + padding.top,
    width: box.width - 2 * padding.side - 14,
    height: box.height - padding.top - padding.bottom,
  };
  const scale = Math.min(inner.width / (around.width || 1e-9), inner.height / (around.height || 1e-9));
  const enlarged = crowd.map((place): Place => ({
    ...place,
    x: inner.x + inner.width / 2 + (place.x - around.x - around.width / 2) * scale,
    y: inner.y + inner.height / 2 + (place.y - around.y - around.height / 2) * scale,
  }));
  const line = theme.dark ? pathColour : css(theme.foreground);
  const font = `600 11px ${theme.font}`;
  const heading = { x: box.x, y: box.y, width: box.width, height: 26 };
  const labels = placeTrackLabels(enlarged, box, [heading], {
    range: strings.range,
    width: (text) => textWidth(text, font),
  });
  const frame = { stroke: css(theme.frame), lineWidth: 1 };
  return {
    box,
    locator: [
      rect(grown(around, locatorMargin), { fill: "none", stroke: casing, lineWidth: 3 }),
      rect(grown(around, locatorMargin), { fill: "none", stroke: pathColour, lineWidth: 1 }),
    ],
    elements: [
      rect(box, { fill: css(theme.background), ...frame }),
      {
        type: "text",
        x: box.x + titleMargin,
        y: box.y + titleMargin,
        style: { text: title, font: titleFont, fill: css(theme.muted), verticalAlign: "top" },
      },
      {
        type: "polyline",
        shape: { points: enlarged.map(({ x, y }) => [x, y]) },
        style: { fill: "none", stroke: line, lineWidth: 1.2, lineDash: [4, 3] },
      },
      ...pointMarks(enlarged, input),
      ...labels.map(({ text, x, y, align }): Drawn => ({
        type: "text",
        x,
        y,
        style: { text, align, verticalAlign: "middle", font, fill: css(theme.foreground) },
      })),
    ],
  };
}

function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

function rect(shape: Box, style: object): Drawn {
  return { type: "rect", shape: { ...shape }, style };
}
