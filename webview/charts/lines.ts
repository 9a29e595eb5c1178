import { LineChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { strings } from "../strings/strings";
import type { Chart } from "./chart";
import { css } from "./colours";
import { formatTick } from "./format";
import type { FigureTheme } from "./theme";

echarts.use([LineChart, LegendComponent]);

/** One split along one direction; values that are not known or not finite are NaN. */
export interface LineSeries {
  readonly split: string;
  readonly member: number;
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
}

export interface LinesInput {
  readonly x: readonly number[];
  readonly series: readonly LineSeries[];
  readonly axis: string;
  readonly theme: FigureTheme;
}

/** Blue for loss, orange for accuracy: told apart with every kind of colour vision, on light and on dark grounds. */
const lossColour = { dark: "#4ea1e0", light: "#1f6fb2" };
const accuracyColour = { dark: "#f0a04b", light: "#b85c00" };

/** Loss spans more than this factor: its axis is logarithmic. */
const logarithmicSpan = 20;

/**
 * The ECharts option of lines: loss on the left axis, accuracy on the right; training data solid and
 * others dashed, as in the paper; of a family every member thin.
 */
export function linesOption({ x, series, axis, theme }: LinesInput): Parameters<Chart["setOption"]>[0] {
  const splits = [...new Set(series.map(({ split }) => split))];
  const finite = series.flatMap(({ loss }) => Array.from(loss).filter((value) => Number.isFinite(value) && value > 0));
  const logarithmic = Math.max(...finite) > logarithmicSpan * Math.min(...finite);
  const withAccuracy = series.some(({ accuracy }) => accuracy.some((value) => Number.isFinite(value)));
  const family = series.some(({ member }) => member > 0);
  const shade = theme.dark ? "dark" : "light";
  const drawn = series.flatMap((line) => {
    const isTrain = /^train/i.test(line.split);
    const style = (color: string) => ({
      color,
      width: family ? 1 : 2,
      opacity: family ? 0.6 : 1,
      type: isTrain || splits.length === 1 ? "solid" : "dashed",
    });
    const each = (metric: "loss" | "accuracy", colour: string, yAxisIndex: number) => ({
      type: "line",
      name: `${strings.metric(metric)} (${line.split})`,
      yAxisIndex,
      showSymbol: false,
      animation: false,
      itemStyle: { color: colour },
      lineStyle: style(colour),
      data: x.map((at, k) => [at, Number.isFinite(line[metric][k]) ? line[metric][k] : null]),
    });
    return [each("loss", lossColour[shade], 0), ...(withAccuracy ? [each("accuracy", accuracyColour[shade], 1)] : [])];
  });
  const text = { color: css(theme.foreground), fontSize: 12, fontFamily: theme.font };
  const label = { color: css(theme.muted), fontSize: 11, fontFamily: theme.font, formatter: formatTick };
  const line = { show: true, lineStyle: { color: css(theme.frame) } };
  const rules = { show: true, lineStyle: { color: css(theme.rule) } };
  return {
    backgroundColor: "transparent",
    animation: false,
    legend: { top: 0, left: 0, itemHeight: 8, textStyle: text, selectedMode: false },
    grid: { left: 56, right: withAccuracy ? 56 : 16, top: 60, bottom: 44 },
    xAxis: {
      type: "value",
      min: x[0],
      max: x.at(-1),
      name: axis,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: text,
      axisLine: { ...line, onZero: false },
      axisLabel: label,
      splitLine: { show: false },
    },
    yAxis: [
      {
        type: logarithmic ? "log" : "value",
        name: strings.metric("loss"),
        nameTextStyle: text,
        axisLine: { ...line, onZero: false },
        axisLabel: label,
        splitLine: rules,
        scale: true,
      },
      ...(withAccuracy
        ? [
            {
              type: "value",
              min: 0,
              max: 100,
              name: strings.metric("accuracy"),
              nameTextStyle: text,
              axisLine: { ...line, onZero: false },
              axisLabel: label,
              splitLine: { show: false },
            },
          ]
        : []),
    ],
    series: drawn,
  } as Parameters<Chart["setOption"]>[0];
}
