import type { Box } from "../../../drawing/box";
import path from "node:path";
import { fromJsonNumber } from "../../../protocol/numbers";
import type { JsonNumber, LineFigure } from "../../../protocol/result";
import { runOf, splitsOf, type Exportable, type ExportOptions } from "../exportable";
import { sideAxis, sideRoom } from "./axes";
import { hatch, pointerArea, sizes, type Canvas, type Drawing } from "./canvas";
import { chart, legend, polyline, runsOf, type Key, type LineStyle } from "./chart";
import { element, group, line, pathData, rect } from "./element";
import { text, textWidth } from "./text";
import { domainOf, scaleOf, type Scale } from "./ticks";

type Quantity = "loss" | "accuracy";

/** All lines of one split, and of a family its median and extremes at each point. */
interface Series {
  readonly split: string;
  readonly x: readonly number[];
  readonly members: readonly (readonly number[])[];
  readonly median: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Whether any member is measured or estimated there. */
  readonly known: readonly boolean[];
}

const room = { edge: 12, bottom: 50, height: 260 };

/**
 * Loss (left axis) and accuracy (right axis) along a direction: training data solid, other splits dashed, as in Figure 2
 * of the paper. Of a family the median as a line and everything between least and largest as a band.
 */
export function linesDrawing(
  canvas: Canvas,
  result: Exportable,
  lines: readonly LineFigure[],
  { height, quantity }: ExportOptions,
): (top: number) => Drawing {
  const { theme } = canvas;
  const losses = quantity === "accuracy" ? [] : seriesOf(lines, "loss");
  const all = seriesOf(lines, "accuracy").filter(({ median }) => median.some(Number.isFinite));
  const accuracies = quantity === "loss" ? [] : all;
  const solid = solidSplit(splitsOf(lines));
  const wanted = height === undefined ? undefined : height === "log" ? "log" : "linear";
  const { domain, log } = domainOf(losses.flatMap(valuesOf), wanted);
  return (top) => {
    const x0 = lines[0]!.x;
    const ends: [number, number] = [x0[0]!, x0[x0.length - 1]!];
    const leftRoom = sideRoom(scaleOf(losses.length > 0 ? domain : [0, 100], [1, 0], { log }));
    const rightRoom = accuracies.length > 0 && losses.length > 0 ? sideRoom(scaleOf([0, 100], [1, 0])) : 12;
    const left = room.edge + leftRoom;
    const width = canvas.width - left - rightRoom - room.edge;
    const hatched = isBeyond(losses.length > 0 ? losses : accuracies);
    const keys = legend(canvas, left, top + 12, width, [
      ...keysOf(canvas, losses, accuracies, solid),
      ...(hatched ? [beyondKey(canvas)] : []),
    ]);
    const box: Box = { x: left, y: top + 8 + keys.height, width, height: room.height };
    const pixels: [number, number] = [box.y + box.height, box.y];
    const x = scaleOf(ends, [box.x, box.x + box.width], { intervals: 5 });
    const lossScale = scaleOf(domain, pixels, { log });
    const percentScale = scaleOf([0, 100], pixels, { intervals: 5 });
    const style = (split: string, stroke: string): LineStyle => ({ stroke, dashed: split !== solid });
    const drawn = [
      ...accuracies.map((series) =>
        seriesMarkup(series, x, percentScale, style(series.split, theme.accuracy), "accuracy"),
      ),
      ...losses.map((series) => seriesMarkup(series, x, lossScale, style(series.split, theme.loss), "loss")),
    ];
    const main = losses.length > 0;
    const axes = {
      x,
      y: main ? lossScale : percentScale,
      xName: lineName(result),
      yName: main ? "Loss" : "Accuracy, %",
      ...(accuracies.length > 0 ? { yColour: main ? theme.loss : theme.accuracy } : {}),
    };
    const beyond = beyondMarkup(canvas, main ? losses : accuracies, x, box);
    const markup = group(
      {},
      keys.markup,
      chart(canvas, box, axes, ...rulesAt(canvas, result, box, x), beyond, ...drawn),
      main && accuracies.length > 0
        ? sideAxis(canvas, box, percentScale, { name: "Accuracy, %", colour: theme.accuracy, side: "right" })
        : "",
      ...endLabels(canvas, result, box, x),
      pointerArea(box, { part: "lines", range: [...ends, 0, 1] }),
    );
    return { markup, height: box.y - top + box.height + room.bottom + (endsOf(result) ? 14 : 0) };
  };
}

/** The training data's line is solid when there is one of that name, otherwise the last of several is. */
function solidSplit(splits: readonly string[]): string {
  return splits.find((split) => /^train/i.test(split)) ?? splits[splits.length - 1]!;
}

function seriesOf(lines: readonly LineFigure[], quantity: Quantity): readonly Series[] {
  return splitsOf(lines).map((split) => {
    const own = lines.filter((line) => line.split === split);
    const members = own.map((line) => line[quantity].map((value: JsonNumber) => fromJsonNumber(value)));
    const { x } = own[0]!;
    const isKnown = (line: LineFigure, k: number): boolean => line.measured[k] === 1 || line[quantity][k] !== "NaN";
    const columns = x.map((_, k) => members.map((member) => member[k]!).filter((__, m) => isKnown(own[m]!, k)));
    return {
      split,
      x,
      members,
      median: columns.map(medianOf),
      low: columns.map((column) => extreme(column, Math.min)),
      high: columns.map((column) => extreme(column, Math.max)),
      known: columns.map((column) => column.length > 0),
    };
  });
}

/** With +∞ above everything; NaN where any value is NaN, and of no values. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0 || values.some(Number.isNaN)) return NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function extreme(values: readonly number[], choose: (a: number, b: number) => number): number {
  const finite = values.filter(Number.isFinite);
  return finite.length > 0 ? finite.reduce((a, b) => choose(a, b)) : NaN;
}

function valuesOf({ members }: Series): readonly number[] {
  return members.flat();
}

function seriesMarkup(series: Series, x: Scale, y: Scale, style: LineStyle, quantity: Quantity): string {
  const name = `${quantity} ${series.split}`;
  if (series.members.length === 1) return polyline(runsOf(series.x, series.median, x, y), { ...style, name });
  return [
    bandMarkup(series, x, y, style.stroke),
    ...series.members.map((member) =>
      polyline(runsOf(series.x, member, x, y), { ...style, width: 0.7, opacity: 0.45, dashed: false }),
    ),
    polyline(runsOf(series.x, series.median, x, y), { ...style, width: 2.2, name: `${name} median` }),
  ].join("");
}

/** The area between the least and the largest finite value. */
function bandMarkup({ x: at, low, high }: Series, x: Scale, y: Scale, fill: string): string {
  const upper = runsOf(at, high, x, y);
  const floor = y.log ? low.map((value) => (value > 0 ? value : y.domain[0])) : low;
  const lower = runsOf(at, floor, x, y);
  const rings = upper.map((run, k) => {
    const back: number[] = [];
    const other = lower[k] ?? [];
    for (let i = other.length - 2; i >= 0; i -= 2) back.push(other[i]!, other[i + 1]!);
    return [...run, ...back];
  });
  return element("path", { class: "band", d: pathData(rings, true), fill, "fill-opacity": 0.14 });
}

/** Whether a median is not finite somewhere. */
function isBeyond(series: readonly Series[]): boolean {
  return series.some(({ median, known }) => median.some((value, k) => known[k] && !Number.isFinite(value)));
}

function beyondKey(canvas: Canvas): Key {
  const { fill } = hatch(canvas, "lines");
  const mark = (x: number, y: number): string =>
    rect({ x: x + 8, y: y - 5.5, width: 11, height: 11 }, { fill, stroke: canvas.theme.frame });
  return { name: "beyond (∞, NaN)", style: { stroke: "none" }, mark };
}

/** A hatch over the points at which a median is not finite. */
function beyondMarkup(canvas: Canvas, series: readonly Series[], x: Scale, box: Box): string {
  const pattern = hatch(canvas, "lines");
  const strips = series.flatMap(({ x: at, median, known }) =>
    at.flatMap((value, k) => {
      if (Number.isFinite(median[k]!) || !known[k]) return [];
      const left = k > 0 ? (at[k - 1]! + value) / 2 : value;
      const right = k + 1 < at.length ? (value + at[k + 1]!) / 2 : value;
      return [
        rect({ ...box, x: x.at(left), width: x.at(right) - x.at(left) }, { fill: pattern.fill, class: "beyond" }),
      ];
    }),
  );
  return strips.length > 0 ? pattern.markup + strips.join("") : "";
}

function keysOf(
  { theme }: Canvas,
  losses: readonly Series[],
  accuracies: readonly Series[],
  solid: string,
): readonly Key[] {
  const splits = new Set([...losses, ...accuracies].map(({ split }) => split));
  const order = (a: Series, b: Series): number => Number(b.split === solid) - Number(a.split === solid);
  const key = (series: Series, name: string, stroke: string): Key => {
    const family = series.members.length > 1 ? `, median and range of ${series.members.length}` : "";
    const split = splits.size > 1 ? `, ${series.split}` : "";
    return { name: `${name}${split}${family}`, style: { stroke, dashed: series.split !== solid } };
  };
  return [
    ...[...losses].sort(order).map((series) => key(series, "Loss", theme.loss)),
    ...[...accuracies].sort(order).map((series) => key(series, "Accuracy", theme.accuracy)),
  ];
}

function lineName(result: Exportable): string {
  const axis = runOf(result)?.directions.axes[0];
  return axis === undefined ? "α" : `α (${axis})`;
}

/** The files at α = 0 and 1, when the line leads from one set of weights to another. */
function endsOf(result: Exportable): readonly [string, string] | undefined {
  const study = runOf(result)?.study;
  if (study?.directions.kind === "between") {
    const [first, second] = study.directions.checkpoints;
    return [path.basename(first), path.basename(second)];
  }
  if (study?.directions.kind !== "to") return undefined;
  return [path.basename(study.model.path), path.basename(study.directions.checkpoint)];
}

/** Thin rules at the model, or at both ends of an interpolation. */
function rulesAt({ theme }: Canvas, result: Exportable, box: Box, x: Scale): readonly string[] {
  const [from, to] = x.domain;
  return (endsOf(result) ? [0, 1] : [0])
    .filter((value) => value > Math.min(from, to) && value < Math.max(from, to))
    .map((value) => line(x.at(value), box.y, x.at(value), box.y + box.height, { stroke: theme.frame }));
}

function endLabels({ theme, width }: Canvas, result: Exportable, box: Box, x: Scale): readonly string[] {
  const ends = endsOf(result);
  if (!ends) return [];
  return ends.map((name, k) => {
    const half = textWidth(name, sizes.caption) / 2;
    const middle = Math.min(width - 8 - half, Math.max(8 + half, x.at(k)));
    const y = box.y + box.height + 51;
    return text(middle, y, name, { size: sizes.caption, fill: theme.muted, anchor: "middle" });
  });
}
