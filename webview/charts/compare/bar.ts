import type { ViewState } from "../../protocol/messages";
import type { Metric } from "../../state/field";
import { strings as figure } from "../../strings/figure";
import { strings } from "../../strings/strings";
import type { Drawn } from "../chart";
import { textWidth } from "../chart";
import { flatText, levelText } from "../colour-bar";
import { css, lineInk } from "../colours";
import type { ColourMap } from "../../../server/drawing/colours";
import type { Box } from "../../../server/drawing/box";
import { isFlat, positionOf } from "../levels";
import type { Levels } from "../levels";
import type { FigureTheme } from "../theme";

export interface BarInput {
  readonly levels: Levels;
  readonly colours: ColourMap;
  readonly box: Box;
  readonly theme: FigureTheme;
  readonly metric: Metric;
  readonly fill: ViewState["fill"];
  /** Its name stands to the left of it. */
  readonly titled: boolean;
  /** Somewhere values are hatched. */
  readonly withNonFinite: boolean;
}

/** Between two numbers, in pixels. */
const between = 10;

/** A lying colour bar: bands as drawn, numbers at as many major levels as have room, an arrow when values go beyond it. */
export function lyingBar(input: BarInput): readonly Drawn[] {
  const { levels, colours, box, theme, metric, fill, titled, withNonFinite } = input;
  const { x, y, width, height } = box;
  const flat = isFlat(levels);
  const at = (value: number) => (flat ? x + width / 2 : x + positionOf(levels, value) * width);
  const font = `11px ${theme.font}`;
  const filled = (): Drawn[] =>
    levels.bands.map((band) => {
      const from = flat ? x : at(band.from);
      const to = flat ? x + width : at(band.to);
      const overlap = to < x + width ? 0.4 : 0;
      return rect({ x: from, y, width: to - from + overlap, height }, { fill: css(colours(band.shade)) });
    });
  const lines = (): Drawn[] =>
    levels.levels.map((level) => ({
      type: "line",
      shape: { x1: at(level.value), x2: at(level.value), y1: y, y2: y + height },
      style: { stroke: css(lineInk(colours(level.shade), theme)), lineWidth: level.major ? 2 : 1 },
    }));
  const end = (t: 0 | 1) => css(fill === "filled" ? colours(t) : lineInk(colours(t), theme));
  const values = flat ? [levels.low] : levels.levels.filter(({ major }) => major).map(({ value }) => value);
  const [left, right] = [x - 8, x + width + 12];
  let free = left;
  const ticks = values.flatMap((value): Drawn[] => {
    const text = flat ? flatText(levels, metric) : levelText(value, metric, levels.signed);
    const place = at(value);
    const half = textWidth(text, font) / 2;
    const line: Drawn = {
      type: "line",
      shape: { x1: place, x2: place, y1: y + height, y2: y + height + 4 },
      style: { stroke: css(theme.frame), lineWidth: 1 },
    };
    if (place - half < free || place + half > right) return [line];
    free = place + half + between;
    return [
      line,
      words(place, y + height + 6, text, { font, fill: css(theme.muted), align: "center", verticalAlign: "top" }),
    ];
  });
  const middle = y + height / 2;
  return [
    ...(fill === "filled" ? filled() : lines()),
    ...ticks,
    rect(box, { fill: "none", stroke: css(theme.frame), lineWidth: 1 }),
    ...(levels.capped ? [arrow(x + width + 1, 8, y, height, end(1), css(theme.frame))] : []),
    ...(levels.floored ? [arrow(x - 1, -8, y, height, end(0), css(theme.frame))] : []),
    ...(titled
      ? [
          words(x - (levels.floored ? 16 : 12), middle, titleOf(levels, metric), {
            font: `12px ${theme.font}`,
            fill: css(theme.foreground),
            align: "right",
            verticalAlign: "middle",
          }),
        ]
      : []),
    ...(withNonFinite ? hatched(x + width + (levels.capped ? 24 : 16), y, height, theme, font) : []),
  ];
}

function titleOf({ signed }: Levels, metric: Metric): string {
  return signed ? figure.deltaTitle[metric] : strings.metric(metric);
}

/** An arrow at an end of the bar that values go beyond. */
function arrow(x: number, by: number, y: number, height: number, fill: string, stroke: string): Drawn {
  const points = [
    [x, y],
    [x, y + height],
    [x + by, y + height / 2],
  ];
  return { type: "polygon", shape: { points }, style: { fill, stroke, lineWidth: 1 } };
}

function hatched(x: number, y: number, height: number, theme: FigureTheme, font: string): readonly Drawn[] {
  const box = { x, y, width: 12, height };
  return [
    {
      type: "hatch",
      shape: { boxes: [box], step: 4 },
      style: { stroke: css(theme.muted), lineWidth: 1, fill: "none" },
    },
    rect(box, { fill: "none", stroke: css(theme.frame), lineWidth: 1 }),
    words(x + 18, y + height / 2, strings.notFinite, { font, fill: css(theme.muted), verticalAlign: "middle" }),
  ];
}

function rect(shape: Box, style: object): Drawn {
  return { type: "rect", shape: { ...shape }, style };
}

function words(x: number, y: number, text: string, style: object): Drawn {
  return { type: "text", x, y, style: { text, ...style } };
}
