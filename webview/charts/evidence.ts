import type { PathLoss } from "../state/trust";
import type { PairComparison } from "../state/second-pair";
import { trustStrings as strings } from "../strings/trust";
import type { Drawn } from "./chart";
import { css } from "./colours";
import type { Colour } from "../../server/drawing/colours";
import { formatTick } from "./format";
import type { Box } from "../../server/drawing/box";
import { axisTicks } from "./layout";
import { bottomAxis, frameOf, leftAxis, lineBetween, textAt, tickStyle } from "./plot";
import type { Tick } from "./plot";
import type { FigureTheme } from "./theme";

/** Drawings that show why a check has not passed. */

interface Sized {
  readonly width: number;
  readonly height: number;
  readonly elements: readonly Drawn[];
}

/** Gaps beyond this part of the larger loss are marked. */
const gapLimit = 0.1;
/** A larger ratio of losses is drawn logarithmically. */
const logRatio = 20;

const margins = { left: 54, right: 16, top: 10, bottom: 44 } as const;

function plotOf(width: number, height: number): Box {
  return { x: margins.left, y: margins.top, width: Math.max(100, width - margins.left - margins.right), height };
}

/** Where each checkpoint stands: evenly spaced, with its epoch below where it has one, as far as there is room. */
function places(
  count: number,
  names: readonly string[],
  plot: Box,
): { readonly x: readonly number[]; readonly ticks: readonly Tick[] } {
  const step = plot.width / Math.max(1, count);
  const x = Array.from({ length: count }, (_, k) => plot.x + (k + 0.5) * step);
  const every = Math.max(1, Math.ceil(34 / step));
  const ticks = x.flatMap((at, k) => (k % every === 0 ? [{ at, text: names[k]! }] : []));
  return { x, ticks };
}

/** The losses of a path: filled with the checkpoint's own weights, hollow in the plane, the gap in yellow beyond 10 %. */
export function pathLossDrawing(
  losses: readonly PathLoss[],
  width: number,
  theme: FigureTheme,
  warning: Colour,
): Sized {
  const plot = plotOf(width, 150);
  const hasEpochs = losses.every(({ epoch }) => epoch !== undefined);
  const names = losses.map(({ epoch }, k) => (hasEpochs ? String(epoch) : String(k + 1)));
  const { x, ticks } = places(losses.length, names, plot);
  const finite = losses.flatMap(({ own, inPlane }) => [own, inPlane]).filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const isLog = least > 0 && most > logRatio * least;
  const [low, high] = isLog ? [Math.log10(least) - 0.1, Math.log10(most) + 0.1] : [0, most * 1.08 || 1];
  const bottom = plot.y + plot.height;
  // What is not finite stands at the upper edge.
  const y = (value: number): number =>
    Number.isFinite(value)
      ? bottom - ((Math.max(low, isLog ? Math.log10(value) : value) - low) / (high - low)) * plot.height
      : plot.y + 6;
  const values = isLog
    ? Array.from({ length: 1 + Math.floor(high) - Math.ceil(low) }, (_, k) => 10 ** (Math.ceil(low) + k))
    : axisTicks([0, high], 3);
  const dot = (cx: number, cy: number, fill: Colour): Drawn => ({
    type: "circle",
    shape: { cx, cy, r: 4 },
    style: { fill: css(fill), stroke: css(theme.foreground), lineWidth: 1.5 },
  });
  return {
    width,
    height: plot.y + plot.height + margins.bottom,
    elements: [
      ...values.map((value) =>
        lineBetween(plot.x, y(value), plot.x + plot.width, y(value), { stroke: css(theme.rule), lineWidth: 1 }),
      ),
      ...losses.flatMap(({ own, inPlane, difference }, k): Drawn[] => {
        const isOver = difference > gapLimit;
        const style = { stroke: css(isOver ? warning : theme.muted), lineWidth: isOver ? 3 : 1 };
        return [
          lineBetween(x[k]!, y(own), x[k]!, y(inPlane), style),
          dot(x[k]!, y(inPlane), theme.background),
          dot(x[k]!, y(own), theme.foreground),
        ];
      }),
      ...bottomAxis(plot, ticks, hasEpochs ? strings.epochAxis : strings.checkpointAxis, theme),
      ...leftAxis(
        plot,
        values.map((value) => ({ at: y(value), text: formatTick(value) })),
        isLog ? strings.lossLogAxis : strings.lossAxis,
        42,
        theme,
      ),
    ],
  };
}

/** How far each checkpoint lies off the plane, as a share of its distance from the model, with the limit. */
export function offPlaneDrawing(
  shares: readonly { readonly name: string; readonly value: number }[],
  limit: number,
  width: number,
  theme: FigureTheme,
  warning: Colour,
): Sized {
  const plot = plotOf(width, 120);
  const { x, ticks } = places(
    shares.length,
    shares.map(({ name }) => name),
    plot,
  );
  // A point at 0 stays clear of the numbers below.
  const bottom = plot.y + plot.height - 6;
  const y = (value: number): number => bottom - Math.min(1, value) * (bottom - plot.y);
  return {
    width,
    height: plot.y + plot.height + margins.bottom,
    elements: [
      ...[0, 0.5, 1].map((value) =>
        lineBetween(plot.x, y(value), plot.x + plot.width, y(value), { stroke: css(theme.rule), lineWidth: 1 }),
      ),
      lineBetween(plot.x, y(limit), plot.x + plot.width, y(limit), {
        stroke: css(theme.muted),
        lineWidth: 1,
        lineDash: [4, 3],
      }),
      textAt(plot.x + plot.width, y(limit) - 3, strings.limit(`${100 * limit}\u00a0%`), {
        ...tickStyle(theme),
        align: "right",
        verticalAlign: "bottom",
      }),
      ...shares.flatMap(({ value }, k): Drawn[] => [
        lineBetween(x[k]!, bottom, x[k]!, y(value), {
          stroke: css(value > limit ? warning : theme.muted),
          lineWidth: value > limit ? 3 : 1,
        }),
        { type: "circle", shape: { cx: x[k]!, cy: y(value), r: 4 }, style: { fill: css(theme.foreground) } },
      ]),
      ...bottomAxis(plot, ticks, strings.checkpointAxis, theme),
      ...leftAxis(
        plot,
        [0, 0.5, 1].map((value) => ({ at: y(value), text: `${100 * value} %` })),
        strings.offPlaneAxis,
        46,
        theme,
      ),
    ],
  };
}

/** How many of the points have a ratio of sampling error to contour spacing up to each value, with the limit. */
export function samplingDrawing(ratios: readonly number[], limit: number, width: number, theme: FigureTheme): Sized {
  const plot = plotOf(Math.min(width, 420), 110);
  const bottom = plot.y + plot.height;
  const sorted = [...ratios].sort((a, b) => a - b);
  const end = Math.max(2 * limit, sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0);
  const x = (value: number): number => plot.x + (Math.min(value, end) / end) * plot.width;
  const y = (share: number): number => bottom - share * plot.height;
  const points = [
    [x(0), y(0)],
    ...sorted.flatMap((value, k) => [
      [x(value), y(k / sorted.length)],
      [x(value), y((k + 1) / sorted.length)],
    ]),
    [x(end), y(1)],
  ];
  return {
    width,
    height: plot.y + plot.height + margins.bottom,
    elements: [
      ...[0, 0.5, 1].map((share) =>
        lineBetween(plot.x, y(share), plot.x + plot.width, y(share), { stroke: css(theme.rule), lineWidth: 1 }),
      ),
      lineBetween(x(limit), plot.y, x(limit), bottom, { stroke: css(theme.muted), lineWidth: 1, lineDash: [4, 3] }),
      { type: "polyline", shape: { points }, style: { fill: "none", stroke: css(theme.foreground), lineWidth: 1.5 } },
      textAt(x(limit) + 5, bottom - 4, strings.limit(formatTick(limit)), {
        ...tickStyle(theme),
        stroke: css(theme.background),
        lineWidth: 3,
        verticalAlign: "bottom",
      }),
      ...bottomAxis(
        plot,
        axisTicks([0, end]).map((value) => ({ at: x(value), text: formatTick(value) })),
        strings.samplingAxis,
        theme,
      ),
      ...leftAxis(
        plot,
        [0, 0.5, 1].map((share) => ({ at: y(share), text: `${100 * share} %` })),
        strings.samplingShare,
        46,
        theme,
      ),
    ],
  };
}

/** Where the loss of both planes reaches the limit, around their common centre: solid here, dashed with the other seed. */
export function pairDrawing({ here, there, seeds }: PairComparison, width: number, theme: FigureTheme): Sized {
  const side = Math.min(200, width - 32);
  const plot = { x: 0, y: 8, width: side, height: side };
  const reach = Math.max(...here.radii, ...there.radii);
  const [cx, cy] = [plot.x + side / 2, plot.y + side / 2];
  const scale = (side / 2 - 8) / (reach || 1);
  const ring = (radii: readonly number[]): number[][] =>
    radii.map((radius, k) => {
      const angle = (2 * Math.PI * k) / radii.length;
      return [cx + scale * radius * Math.cos(angle), cy - scale * radius * Math.sin(angle)];
    });
  const stroke = css(theme.foreground);
  const key = (row: number, seed: number, lineDash?: readonly number[]): Drawn[] => [
    lineBetween(plot.x + side + 16, plot.y + 16 + 20 * row, plot.x + side + 36, plot.y + 16 + 20 * row, {
      stroke,
      lineWidth: 1.5,
      ...(lineDash ? { lineDash } : {}),
    }),
    textAt(plot.x + side + 44, plot.y + 16 + 20 * row, strings.pairSeed(String(seed)), {
      ...tickStyle(theme),
      verticalAlign: "middle",
    }),
  ];
  return {
    width,
    height: side + 16,
    elements: [
      frameOf(plot, theme),
      lineBetween(cx - 5, cy, cx + 5, cy, { stroke, lineWidth: 1.5 }),
      lineBetween(cx, cy - 5, cx, cy + 5, { stroke, lineWidth: 1.5 }),
      { type: "polygon", shape: { points: ring(here.radii) }, style: { fill: "none", stroke, lineWidth: 1.5 } },
      {
        type: "polygon",
        shape: { points: ring(there.radii) },
        style: { fill: "none", stroke, lineWidth: 1.5, lineDash: [5, 4] },
      },
      ...key(0, seeds[0]),
      ...key(1, seeds[1], [5, 4]),
    ],
  };
}
