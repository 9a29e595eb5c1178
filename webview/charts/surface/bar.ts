import { textWidth } from "../chart";
import { flatText, levelText } from "../colour-bar";
import { css } from "../colours";
import type { Box } from "../../../server/drawing/box";
import { isFlat } from "../levels";
import type { Levels } from "../levels";
import type { Metric } from "../../state/field";
import { strings as texts } from "../../strings/figure";
import { strings } from "../../strings/strings";
import type { SurfaceFigure } from "./figure";
import type { Pen } from "./pen";

/** What heights and colours are of. */
export function metricTitle({ signed }: Levels, metric: Metric): string {
  return signed ? texts.deltaTitle[metric] : strings.metric(metric);
}

const stops = 48;
/** Numbers keep this distance from each other. */
const gap = 8;

/** The colours from the lowest to the highest value, with the ticks of the map's bar. */
export function paintBar(pen: Pen, figure: SurfaceFigure, levels: Levels, box: Box): void {
  const { theme, colours, layout } = figure;
  const { metric } = figure.scene!.field;
  const title = metricTitle(levels, metric);
  const frame = { colour: css(theme.frame), width: 1 };
  const flat = isFlat(levels);
  const shades = Array.from({ length: stops + 1 }, (_, k) => css(colours(flat ? 0.5 : k / stops)));
  pen.shades(box.x, box.y, box.width, box.height, shades);
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const arrow = (from: number, by: number, colour: string) => {
    const corners = [from, box.y, from + by, box.y + box.height / 2, from, bottom];
    pen.fill(corners, corners.length, colour);
    pen.line([...corners, from, box.y], 8, frame);
  };
  if (levels.capped) arrow(right + 1, 8, css(colours(1)));
  if (levels.floored) arrow(box.x - 1, -8, css(colours(0)));
  pen.line([box.x, box.y, right, box.y, right, bottom, box.x, bottom, box.x, box.y], 10, frame);
  const font = `11px ${theme.font}`;
  const text = { font, colour: css(theme.muted) };
  let end = -Infinity;
  const ticks = flat ? [{ value: levels.low, position: 0.5 }] : levels.levels.filter(({ major }) => major);
  for (const { value, position } of ticks) {
    const x = box.x + position * box.width;
    const written = flat ? flatText(levels, metric) : levelText(value, metric, levels.signed);
    const half = textWidth(written, font) / 2;
    if (x - half < end + gap) continue;
    end = x + half;
    pen.line([x, bottom, x, bottom + 4], 4, frame);
    pen.text(written, x, bottom + 13, { ...text, align: "center" });
  }
  const style = { font: `12px ${theme.font}`, colour: css(theme.foreground) };
  if (layout.narrow) pen.text(title, box.x, box.y - 12, style);
  else pen.text(title, box.x - (levels.floored ? 16 : 10), box.y + box.height / 2, { ...style, align: "right" });
}
