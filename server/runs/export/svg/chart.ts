import type { Box } from "../../../drawing/box";
import { bottomAxis, frame, rules, sideAxis } from "./axes";
import { clipped, sizes, type Canvas } from "./canvas";
import { element, line, pathData } from "./element";
import { text, textWidth } from "./text";
import type { Scale } from "./ticks";

/** Points with a gap where a value is not finite. */
export function runsOf(x: readonly number[], values: readonly number[], sx: Scale, sy: Scale): readonly number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  x.forEach((at, k) => {
    const value = values[k]!;
    if (Number.isFinite(value) && (!sy.log || value > 0)) run.push(sx.at(at), sy.at(value));
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  });
  return run.length > 0 ? [...runs, run] : runs;
}

const dashes = "5 3.5";

export interface LineStyle {
  readonly stroke: string;
  readonly width?: number;
  readonly dashed?: boolean;
  readonly opacity?: number;
  readonly name?: string;
}

/** A line; points that stand alone become dots, so that nothing measured is lost. */
export function polyline(runs: readonly number[][], { stroke, width = 1.8, dashed, opacity, name }: LineStyle): string {
  const drawn = element("path", {
    class: "line",
    "data-name": name,
    d: pathData(runs.filter((run) => run.length > 2)),
    fill: "none",
    stroke,
    "stroke-width": width,
    "stroke-linejoin": "round",
    "stroke-dasharray": dashed ? dashes : undefined,
    "stroke-opacity": opacity,
  });
  const alone = runs.filter((run) => run.length === 2);
  const dots = alone.map(([cx, cy]) => element("circle", { cx: cx!, cy: cy!, r: width, fill: stroke }));
  return drawn + dots.join("");
}

export interface ChartAxes {
  readonly x: Scale;
  readonly y: Scale;
  readonly xName: string;
  readonly yName: string;
  readonly yColour?: string;
  readonly yFormat?: (value: number) => string;
}

/** A frame with rules, axes and what is drawn in it. */
export function chart(canvas: Canvas, box: Box, axes: ChartAxes, ...content: readonly string[]): string {
  return [
    rules(canvas, box, axes.y),
    clipped(canvas, `chart-${Math.round(box.y)}`, box, ...content),
    frame(canvas, box),
    bottomAxis(canvas, box, axes.x, { name: axes.xName }),
    sideAxis(canvas, box, axes.y, {
      name: axes.yName,
      ...(axes.yColour ? { colour: axes.yColour } : {}),
      ...(axes.yFormat ? { format: axes.yFormat } : {}),
    }),
  ].join("");
}

export interface Key {
  readonly name: string;
  readonly style: LineStyle;
  /** Drawn over the sample line, from whose start it is placed. */
  readonly mark?: (x: number, y: number) => string;
}

/** From the start of one sample to the text beside it, and from the end of that to the next sample. */
const sampleRoom = 26;
const keyGap = 14;

/** Keys in one line from the left, or below each other in as many columns as fit; `height` is what they take. */
export function legend(
  { theme }: Canvas,
  x: number,
  y: number,
  width: number,
  keys: readonly Key[],
): { readonly markup: string; readonly height: number } {
  const widths = keys.map(({ name }) => sampleRoom + textWidth(name, sizes.caption) + keyGap);
  const inLine = widths.reduce((sum, wide) => sum + wide, -keyGap) <= width;
  const column = Math.max(...widths);
  const columns = inLine ? keys.length : 2 * column - keyGap <= width ? 2 : 1;
  let left = x;
  const parts = keys.map(({ name, style, mark }, k) => {
    const at = inLine ? left : x + (k % columns) * column;
    const base = y + Math.floor(k / columns) * 15;
    left += widths[k]!;
    const sample = line(at, base, at + 20, base, {
      stroke: style.stroke,
      "stroke-width": style.width ?? 1.8,
      "stroke-dasharray": style.dashed ? dashes : undefined,
    });
    const written = text(at + sampleRoom, base, name, { size: sizes.caption, fill: theme.muted, middle: true });
    return sample + (mark?.(at, base) ?? "") + written;
  });
  return { markup: parts.join(""), height: Math.ceil(keys.length / columns) * 15 };
}
