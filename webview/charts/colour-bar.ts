import { strings } from "../strings/strings";
import { strings as figure } from "../strings/figure";
import type { Field, Metric } from "../state/field";
import { textWidth } from "./chart";
import type { Drawn } from "./chart";
import { css, lineInk } from "./colours";
import type { ColourMap } from "../../server/drawing/colours";
import { formatTick } from "./format";
import { toNumbers } from "./layout";
import type { FigureLayout } from "./layout";
import { isFlat, positionOf } from "./levels";
import type { Levels } from "./levels";
import type { FigureTheme } from "./theme";
import type { ViewState } from "../protocol/messages";

/** The value of a level as it is written on bar and lines; differences of percentages are in points. */
export function levelText(value: number, metric: Metric, signed = false): string {
  if (metric === "loss") return formatTick(value);
  return signed ? figure.points(formatTick(value)) : strings.percent(formatTick(value));
}

/** The one value of a domain without an extent, as exact as anybody would write it. */
export function flatText({ low, signed }: Levels, metric: Metric): string {
  return levelText(Number(low.toPrecision(3)), metric, signed);
}

const numberFont = (family: string) => `11px ${family}`;

/** Width of the longest number beside a bar, in pixels; 0 without levels. */
export function barNumbersWidth(levels: Levels | undefined, metric: Metric, family: string): number {
  if (!levels) return 0;
  const majors = levels.levels.filter(({ major }) => major).map(({ value }) => levelText(value, metric, levels.signed));
  const texts = isFlat(levels) ? [flatText(levels, metric)] : majors;
  return Math.max(0, ...texts.map((each) => textWidth(each, numberFont(family))));
}

/** What a bar is about, as far as it differs from run to run. */
export interface BarInput {
  readonly levels: Levels;
  readonly colours: ColourMap;
  readonly layout: FigureLayout;
  readonly theme: FigureTheme;
  readonly field: Pick<Field, "metric">;
  readonly fill: ViewState["fill"];
  /** An entry explains the hatch. */
  readonly withNonFinite: boolean;
}

/** Height of an arrow at an end of the bar, with the gap before it. */
const cap = { height: 8, gap: 1 };

/**
 * The colour bar: bands as drawn, or the level lines where these alone are drawn; ticks at major levels; an arrow at an
 * end that values go beyond.
 */
export function colourBar(input: BarInput): readonly Drawn[] {
  const { levels, colours, layout, theme, fill, withNonFinite } = input;
  const { metric } = input.field;
  const { x, y, width, height } = layout.bar;
  const at = (value: number) => y + (1 - positionOf(levels, value)) * height;
  const title = levels.signed ? figure.deltaTitle[metric] : strings.metric(metric);
  const titleFont = `12px ${theme.font}`;
  const titleX = Math.min(x, layout.width - textWidth(title, titleFont) - 2);
  const flat = isFlat(levels);
  const bands = fill === "filled" ? filled() : lines();
  const ticks = levels.levels
    .filter((level) => level.major)
    .flatMap((level) => tick(level.value, levelText(level.value, metric, levels.signed)));
  const caps = [
    ...(levels.capped ? arrow(y - cap.gap, -cap.height, colourOf(1)) : []),
    ...(levels.floored ? arrow(y + height + cap.gap, cap.height, colourOf(0)) : []),
  ];
  return [
    ...bands,
    ...ticks,
    rect(x, y, width, height, { fill: "none", stroke: css(theme.frame), lineWidth: 1 }),
    ...caps,
    text(titleX, y - (levels.capped ? 14 : 9), title, {
      font: titleFont,
      fill: css(theme.foreground),
      verticalAlign: "bottom",
    }),
    ...(flat ? tick(levels.low, flatText(levels, metric)) : []),
    ...(withNonFinite ? nonFiniteEntry() : []),
  ];

  function filled(): Drawn[] {
    return levels.bands.map((band) => {
      const top = flat ? y : at(band.to);
      const bottom = flat ? y + height : at(band.from);
      const overlap = bottom < y + height ? 0.4 : 0;
      return rect(x, top, width, bottom - top + overlap, { fill: css(colours(band.shade)) });
    });
  }

  function lines(): Drawn[] {
    return levels.levels.map((level): Drawn => ({
      type: "line",
      shape: { x1: x, x2: x + width, y1: at(level.value), y2: at(level.value) },
      style: { stroke: css(lineInk(colours(level.shade), theme)), lineWidth: level.major ? 2 : 1 },
    }));
  }

  function colourOf(end: 0 | 1): string {
    return fill === "filled" ? css(colours(end)) : css(lineInk(colours(end), theme));
  }

  function arrow(from: number, by: number, fillColour: string): Drawn[] {
    const points = [
      [x, from],
      [x + width, from],
      [x + width / 2, from + by],
    ];
    return [
      { type: "polygon", shape: { points }, style: { fill: fillColour, stroke: css(theme.frame), lineWidth: 1 } },
    ];
  }

  function tick(value: number, written: string): Drawn[] {
    const level = flat ? y + height / 2 : at(value);
    return [
      {
        type: "line",
        shape: { x1: x + width, x2: x + width + 4, y1: level, y2: level },
        style: { stroke: css(theme.frame), lineWidth: 1 },
      },
      text(x + width + toNumbers.bar, level, written, {
        font: numberFont(theme.font),
        fill: css(theme.muted),
        verticalAlign: "middle",
      }),
    ];
  }

  function nonFiniteEntry(): Drawn[] {
    const swatch = { x, y: y + height + 20, width: 12, height: 12 };
    return [
      {
        type: "hatch",
        shape: { boxes: [swatch], step: 4 },
        style: { stroke: css(theme.muted), lineWidth: 1, fill: "none" },
      },
      rect(swatch.x, swatch.y, swatch.width, swatch.height, { fill: "none", stroke: css(theme.frame), lineWidth: 1 }),
      text(swatch.x - 6, swatch.y + 6, strings.notFinite, {
        font: `11px ${theme.font}`,
        fill: css(theme.muted),
        align: "right",
        verticalAlign: "middle",
      }),
    ];
  }
}

function rect(x: number, y: number, width: number, height: number, style: object): Drawn {
  return { type: "rect", shape: { x, y, width, height }, style };
}

function text(x: number, y: number, content: string, style: object): Drawn {
  return { type: "text", x, y, style: { text: content, ...style } };
}
