import { strings } from "../strings/strings";
import type { Metric } from "../state/field";
import { textWidth } from "./chart";
import type { Drawn } from "./chart";
import { css } from "./colours";
import type { ColourMap } from "./colours";
import { formatTick } from "./format";
import type { FigureLayout } from "./layout";
import { positionOf } from "./levels";
import type { Levels } from "./levels";
import type { FigureTheme } from "./theme";

/** The value of a level as it is written on bar and lines. */
export function levelText(value: number, metric: Metric): string {
  return metric !== "loss" ? strings.percent(formatTick(value)) : formatTick(value);
}

/** The colour bar: bands as drawn, ticks at major levels, an arrow when values go beyond it. */
export function colourBar(
  levels: Levels,
  colours: ColourMap,
  layout: FigureLayout,
  theme: FigureTheme,
  metric: Metric,
  withNonFinite: boolean,
): readonly Drawn[] {
  const { x, y, width, height } = layout.bar;
  const at = (value: number) => y + (1 - positionOf(levels, value)) * height;
  const title = strings.metric(metric);
  const titleFont = `12px ${theme.font}`;
  const titleX = Math.min(x, layout.width - textWidth(title, titleFont) - 2);
  const flat = levels.high <= levels.low;
  const bands = levels.bands.map((band): Drawn => {
    const top = flat ? y : at(band.to);
    const bottom = flat ? y + height : at(band.from);
    return rect(x, top, width, bottom - top + (bottom < y + height ? 0.4 : 0), { fill: css(colours(band.shade)) });
  });
  const ticks = levels.levels.filter((level) => level.major).flatMap((level): Drawn[] => tick(level.value));
  const cap: Drawn[] = levels.capped
    ? [
        {
          type: "polygon",
          shape: {
            points: [
              [x, y - 1],
              [x + width, y - 1],
              [x + width / 2, y - 9],
            ],
          },
          style: { fill: css(colours(1)), stroke: css(theme.frame), lineWidth: 1 },
        },
      ]
    : [];
  return [
    ...bands,
    ...ticks,
    rect(x, y, width, height, { fill: "none", stroke: css(theme.frame), lineWidth: 1 }),
    ...cap,
    text(titleX, y - (levels.capped ? 14 : 9), title, {
      font: titleFont,
      fill: css(theme.foreground),
      verticalAlign: "bottom",
    }),
    ...(flat ? tick(levels.low) : []),
    ...(withNonFinite ? nonFiniteEntry() : []),
  ];

  function tick(value: number): Drawn[] {
    const level = flat ? y + height / 2 : at(value);
    return [
      {
        type: "line",
        shape: { x1: x + width, x2: x + width + 4, y1: level, y2: level },
        style: { stroke: css(theme.frame), lineWidth: 1 },
      },
      text(x + width + 7, level, levelText(value, metric), {
        font: `11px ${theme.font}`,
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
