import { LineChart } from "echarts/charts";
import * as echarts from "echarts/core";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Metric, Split } from "../../state/field";
import type { Track, TrackPoint } from "../../state/trajectory";
import type { Chart, Drawn } from "../chart";
import { textWidth } from "../chart";
import { levelText } from "../colour-bar";
import { css } from "../colours";
import { formatTick } from "../format";
import type { Box } from "../../../server/drawing/box";
import { axisTicks } from "../layout";
import type { FigureTheme } from "../theme";
import { namedAt } from "./names";
import { diamond } from "./points";
import type { TrackColours } from "./points";

echarts.use([LineChart]);

/** Where the charts by epoch stand on their canvas, in pixels; left and right edge are those of the map. */
export interface EpochLayout {
  readonly width: number;
  readonly height: number;
  readonly values: Box;
  readonly offPlane: Box;
  /** Middle of the slider's track. */
  readonly slider: number;
}

/** Heights in pixels; the numbers of the epochs stand below the slider. */
const heights = { marks: 30, values: 112, gap: 32, offPlane: 56, toSlider: 24, ticks: 30 } as const;

export function epochLayout(width: number, map: Pick<Box, "x" | "width">): EpochLayout {
  const values = { x: map.x, y: heights.marks, width: map.width, height: heights.values };
  const offPlane = { ...values, y: values.y + values.height + heights.gap, height: heights.offPlane };
  const slider = offPlane.y + offPlane.height + heights.toSlider;
  return { width, height: slider + heights.ticks, values, offPlane, slider };
}

/** The axis of time: from the first to the last checkpoint, or around a single one. */
export function timeRange(points: readonly TrackPoint[]): readonly [number, number] {
  const [first, last] = [points[0]!.time, points.at(-1)!.time];
  return last > first ? [first, last] : [first - 0.5, first + 0.5];
}

export interface EpochsInput {
  readonly track: Track;
  readonly current: number;
  readonly metric: Metric;
  readonly split: Split;
  readonly layout: EpochLayout;
  readonly trackColours: TrackColours;
  readonly theme: FigureTheme;
}

/** Spans more than this factor take a logarithmic axis, as on the map. */
const logarithmicSpan = 20;

/**
 * The option of two charts by epoch. Above: the value of every checkpoint (solid, filled) and of its projection in the
 * plane (dashed, hollow), with marks where the learning rate dropped. Below: the distance from the plane, as it is and as
 * a share of the distance from θ*.
 */
export function epochsOption(input: EpochsInput): Parameters<Chart["setOption"]>[0] {
  const { track, metric, layout, theme, current } = input;
  const { points } = track;
  const range = timeRange(points);
  const values = points.flatMap(({ own, inPlane }) => [own, inPlane]).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = metric === "loss" && low > 0 && high > logarithmicSpan * low;
  const foreground = css(theme.foreground);
  const muted = css(theme.muted);
  const grid = (box: Box): object => ({
    show: false,
    // The layout has reserved the room for labels.
    outerBoundsMode: "none",
    left: box.x,
    top: box.y,
    width: box.width,
    height: box.height,
  });
  const time = (gridIndex: number, labelled: boolean): object => ({
    gridIndex,
    type: "value",
    min: range[0],
    max: range[1],
    axisLine: { show: !labelled, onZero: false, lineStyle: { color: css(theme.frame) } },
    splitLine: { show: false },
    axisTick: { show: false, customValues: points.map((point) => point.time) },
    axisLabel: { show: false },
  });
  const values1 = valueAxis(input, isLog, low, high);
  const line = (id: string, name: string, of: (point: TrackPoint) => number, style: LineStyle): object => ({
    type: "line",
    id,
    name,
    animation: false,
    silent: true,
    clip: false,
    xAxisIndex: style.below ? 1 : 0,
    yAxisIndex: style.axis,
    symbol: style.symbol,
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => (dataIndex === current ? 8 : 5.5),
    itemStyle: style.hollow
      ? { color: css(theme.background), borderColor: style.colour, borderWidth: 1.4 }
      : { color: style.colour },
    lineStyle: { color: style.colour, width: 1.5, type: style.dashed ? [4, 3] : "solid" },
    data: points.map((point) => [point.time, Number.isFinite(of(point)) ? of(point) : null]),
  });
  const solid = { colour: foreground, symbol: "circle", hollow: false, dashed: false };
  const hollow = { colour: muted, symbol: "circle", hollow: true, dashed: true };
  return {
    backgroundColor: "transparent",
    animation: false,
    grid: [grid(layout.values), grid(layout.offPlane)],
    xAxis: [time(0, false), time(1, true)],
    yAxis: [values1, ...distanceAxes(input)],
    series: [
      line("plane", strings.projection, (point) => point.inPlane, { ...hollow, axis: 0 }),
      line("own", strings.checkpoint, (point) => point.own, { ...solid, axis: 0 }),
      line("share", strings.offPlaneShare, (point) => 100 * point.offPlaneShare, { ...hollow, axis: 2, below: true }),
      line("distance", strings.offPlane, (point) => point.offPlane, { ...solid, axis: 1, below: true }),
    ],
    graphic: [{ type: "group", silent: true, z: 1, children: marks(input, range) }],
  } as Parameters<Chart["setOption"]>[0];
}

interface LineStyle {
  readonly colour: string;
  readonly symbol: string;
  readonly hollow: boolean;
  readonly dashed: boolean;
  readonly axis: number;
  readonly below?: boolean;
}

function axisBase({ theme }: EpochsInput): object {
  return {
    type: "value",
    nameLocation: "middle",
    nameGap: 38,
    nameMoveOverlap: false,
    nameTextStyle: { color: css(theme.foreground), fontSize: 12, fontFamily: theme.font },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: css(theme.rule) } },
  };
}

function labelStyle({ theme }: EpochsInput): object {
  return { color: css(theme.muted), fontSize: 11, fontFamily: theme.font, margin: 8 };
}

function valueAxis(input: EpochsInput, isLog: boolean, low: number, high: number): object {
  const { metric, split } = input;
  const label = {
    ...labelStyle(input),
    formatter: (value: number) => levelText(value, metric, split === "difference"),
  };
  const base = { ...axisBase(input), name: strings.metric(metric), gridIndex: 0 };
  if (!Number.isFinite(low)) return { ...base, min: 0, max: 1, axisLabel: { show: false }, splitLine: { show: false } };
  if (isLog) {
    const decades = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))] as const;
    return { ...base, type: "log", min: 10 ** decades[0], max: 10 ** decades[1], axisLabel: label };
  }
  const ticks = axisTicks([Math.min(0, low), high], 2);
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const from = Math.min(0, Math.floor(low / step) * step);
  const to = Math.max(from + step, Math.ceil(high / step - 1e-9) * step);
  return { ...base, min: from, max: to, interval: step, axisLabel: label };
}

/** The distance on the left and its share of the distance from θ* on the right. */
function distanceAxes(input: EpochsInput): readonly object[] {
  const { track } = input;
  const far = Math.max(0, ...track.points.map(({ offPlane }) => offPlane));
  const top = niceAbove(far);
  return [
    {
      ...axisBase(input),
      gridIndex: 1,
      name: strings.offPlaneAxis,
      min: 0,
      max: top,
      interval: top,
      axisLabel: { ...labelStyle(input), formatter: formatTick },
    },
    {
      ...axisBase(input),
      gridIndex: 1,
      position: "right",
      min: 0,
      max: 100,
      interval: 100,
      splitLine: { show: false },
      axisLabel: { ...labelStyle(input), formatter: (value: number) => strings.percent(formatTick(value)) },
    },
  ];
}

/** The smallest round number that is not below a length. */
function niceAbove(length: number): number {
  if (!(length > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(length));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * decade >= length * (1 - 1e-9)) ?? 10;
  return Number((step * decade).toPrecision(6));
}

/** Says which of the two lines below is which. */
function offPlaneKey({ offPlane }: EpochLayout, theme: FigureTheme): readonly Drawn[] {
  const y = offPlane.y - 10;
  const font = `11px ${theme.font}`;
  let right = offPlane.x + offPlane.width;
  const entry = (words: string, style: object): Drawn[] => {
    const start = right - textWidth(words, font);
    right = start - 40;
    return [
      { type: "text", x: start, y, style: { text: words, font, fill: css(theme.muted), verticalAlign: "middle" } },
      { type: "line", shape: { x1: start - 24, x2: start - 6, y1: y, y2: y }, style: { lineWidth: 1.5, ...style } },
    ];
  };
  return [
    ...entry(strings.offPlaneShare, { stroke: css(theme.muted), lineDash: [4, 3] }),
    ...entry(strings.offPlaneDistance, { stroke: css(theme.foreground) }),
  ];
}

/** The checkpoints whose names have room side by side: the first, the last, and those at round numbers between them. */
function namedOnAxis(
  points: readonly TrackPoint[],
  at: (time: number) => number,
  theme: FigureTheme,
): readonly TrackPoint[] {
  const isApart = (one: TrackPoint, other: TrackPoint): boolean => {
    const halves = (textWidth(one.label, `11px ${theme.font}`) + textWidth(other.label, `11px ${theme.font}`)) / 2;
    return Math.abs(at(other.time) - at(one.time)) >= halves + 8;
  };
  const times = points.map(({ time }) => time);
  const fit = (indices: readonly number[]): boolean =>
    indices.slice(1).every((index, k) => isApart(points[indices[k]!]!, points[index]!));
  const ends = [...new Set([points[0]!, points.at(-1)!])].filter((end, k, all) => k === 0 || isApart(all[0]!, end));
  const between = namedAt(times, fit).map((index) => points[index]!);
  return [...ends, ...between.filter((point) => ends.every((end) => isApart(end, point)))];
}

/** The current epoch, drops of the learning rate, and the numbers of the epochs below the slider. */
function marks({ track, layout, theme, trackColours, current }: EpochsInput, range: readonly [number, number]) {
  const { values, offPlane, slider } = layout;
  const at = (time: number): number => values.x + ((time - range[0]) / (range[1] - range[0])) * values.width;
  const bottom = offPlane.y + offPlane.height;
  const vertical = (x: number, from: number, to: number, style: object): Drawn => ({
    type: "line",
    shape: { x1: x, x2: x, y1: from, y2: to },
    style,
  });
  // The key between both charts stays clear.
  const through = (x: number, from: number, style: object): Drawn[] => [
    vertical(x, from, values.y + values.height, style),
    vertical(x, offPlane.y, bottom, style),
  ];
  const text = (x: number, y: number, content: string, align: string): Drawn => ({
    type: "text",
    x,
    y,
    style: { text: content, align, verticalAlign: "middle", font: `11px ${theme.font}`, fill: css(theme.muted) },
  });
  const now = at(track.points[current]!.time);
  const drops = track.points.filter(({ drop }) => drop);
  let free = -Infinity;
  const dropMarks = drops.flatMap(({ time, dropTo }, k): Drawn[] => {
    const x = at(time);
    const words = dropTo === undefined ? strings.drop : strings.rate(formatTick(dropTo));
    const width = textWidth(words, `11px ${theme.font}`);
    const following = drops[k + 1];
    // To the right of its mark, or to the left where there is no room before the next one.
    const room = following === undefined ? layout.width : at(following.time) - 11;
    const starts = [x + 11, x - 11 - width].filter((start) => start > free && (start < x || start + width <= room));
    free = Math.max(x + 11, ...starts.slice(0, 1).map((start) => start + width + 6));
    return [
      ...through(x, 16, { stroke: trackColours.drop, lineWidth: 1, lineDash: [2, 3] }),
      diamond(x, 11, 6, trackColours.drop),
      ...starts.slice(0, 1).map((start) => text(start, 11, words, "left")),
    ];
  });
  const numbers = namedOnAxis(track.points, at, theme).map(({ time, label }) =>
    text(at(time), slider + 20, label, "center"),
  );
  return [
    ...offPlaneKey(layout, theme),
    ...through(now, values.y - 6, { stroke: trackColours.accent, lineWidth: 1.5 }),
    ...dropMarks,
    ...numbers,
  ];
}
