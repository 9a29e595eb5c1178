import { curvatureStrings as strings } from "../strings/curvature";
import type { DensityCurve } from "../state/spectrum";
import type { Drawn } from "./chart";
import { divergingRamp } from "../../server/drawing/colours";
import { css } from "./colours";
import { formatLoss, formatTick } from "./format";
import type { Box } from "../../server/drawing/box";
import { axisTicks } from "./layout";
import { bottomAxis, frameOf, leftAxis, lineBetween, textAt } from "./plot";
import type { FigureTheme } from "./theme";

/** Powers of ten that a density may lie below its largest value and still be drawn. */
const depth = 6;

export interface DensityInput {
  readonly curve: DensityCurve;
  /** Smallest and largest eigenvalue. */
  readonly ends: readonly [min: number, max: number];
  readonly plot: Box;
  readonly theme: FigureTheme;
}

const sizes = { left: 54, right: 24, top: 26, bottom: 46, height: 160 } as const;

/** Where a density is drawn on a canvas of this width, and how high the canvas must be. */
export function densityLayout(width: number): { readonly plot: Box; readonly height: number } {
  const plot = {
    x: sizes.left,
    y: sizes.top,
    width: Math.max(120, width - sizes.left - sizes.right),
    height: sizes.height,
  };
  return { plot, height: sizes.top + sizes.height + sizes.bottom };
}

/** From values to pixels: eigenvalues linear, the density logarithmic over six powers of ten. */
export function densityScales(
  { x, y }: DensityCurve,
  [min, max]: readonly [number, number],
  plot: Box,
): {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly range: readonly [number, number];
} {
  const most = Math.max(...y);
  const [low, high] = [Math.log10(most) - depth, Math.log10(most) + 0.3];
  const range = [Math.min(x[0]!, min), Math.max(x[x.length - 1]!, max)] as const;
  return {
    x: (value) => plot.x + ((value - range[0]) / (range[1] - range[0])) * plot.width,
    y: (value) => {
      const at = value > 0 ? Math.max(low, Math.log10(value)) : low;
      return plot.y + plot.height * (1 - (at - low) / (high - low));
    },
    top: high,
    range,
  };
}

/** The density, what of it is negative in the colour of negative curvature, and the extreme eigenvalues as ticks. */
export function densityElements({ curve, ends, plot, theme }: DensityInput): readonly Drawn[] {
  const scales = densityScales(curve, ends, plot);
  const bottom = plot.y + plot.height;
  const points = curve.x.map((value, k) => [scales.x(value), scales.y(curve.y[k]!)] as const);
  const [negative, positive] = [divergingRamp(theme.dark)(0.04), divergingRamp(theme.dark)(0.96)];
  const zero = scales.x(0);
  const side = (isNegative: boolean): Drawn[] => {
    const part = points.filter(([x]) => (isNegative ? x <= zero : x >= zero));
    const [first, last] = [part[0], part[part.length - 1]];
    if (!first || !last || part.length < 2) return [];
    const style = { fill: css(isNegative ? negative : positive, theme.highContrast ? 0.55 : 0.3) };
    return [{ type: "polygon", shape: { points: [[first[0], bottom], ...part, [last[0], bottom]] }, style }];
  };
  const decades = Array.from({ length: depth + 1 }, (_, k) => Math.floor(scales.top) - k).filter((_, k) => k % 2 === 0);
  return [
    ...side(true),
    ...side(false),
    lineBetween(zero, plot.y, zero, bottom, { stroke: css(theme.frame), lineWidth: 1 }),
    { type: "polyline", shape: { points }, style: { fill: "none", stroke: css(theme.foreground), lineWidth: 1.25 } },
    frameOf(plot, theme),
    ...end(ends[0], "min"),
    ...end(ends[1], "max"),
    ...bottomAxis(
      plot,
      axisTicks(scales.range, 6).map((tick) => ({ at: scales.x(tick), text: formatTick(tick) })),
      strings.eigenvalueAxis,
      theme,
    ),
    ...leftAxis(
      plot,
      decades
        .map((decade) => ({ at: scales.y(10 ** decade), text: powerOfTen(decade) }))
        .filter(({ at }) => at < bottom),
      strings.densityAxis,
      42,
      theme,
    ),
  ];

  /** A tick above the plot with its value; λmin to the left and λmax to the right of it, so that they never meet. */
  function end(value: number, which: "min" | "max"): Drawn[] {
    const x = scales.x(value);
    const colour = css(value < 0 ? negative : positive);
    const text = `${which === "min" ? strings.minName : strings.maxName} ${formatLoss(value)}`;
    const isRight = which === "min";
    return [
      lineBetween(x, plot.y - 6, x, plot.y + 10, { stroke: colour, lineWidth: 2.5 }),
      textAt(x + (isRight ? 6 : -6), plot.y - 4, text, {
        font: `11px ${theme.font}`,
        fill: css(theme.foreground),
        align: isRight ? "left" : "right",
        verticalAlign: "bottom",
      }),
    ];
  }
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function powerOfTen(exponent: number): string {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)]!);
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
