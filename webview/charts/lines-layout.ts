import type { Box } from "../../server/drawing/box";
import { narrowWidth } from "./layout";

/** Where a panel of lines lies. */
export interface LinesPanelLayout {
  readonly plot: Box;
  /** Room for labels at the right ends of lines; 0 where they are in a legend. */
  readonly labels: number;
}

export interface LinesLayout {
  readonly width: number;
  readonly height: number;
  readonly panels: readonly LinesPanelLayout[];
  readonly legend?: Box;
}

/** What decides about the layout. */
export interface LinesNeeds {
  readonly width: number;
  readonly panels: number;
  readonly hasRightAxis: boolean;
  /** Names of models under the axis. */
  readonly hasEnds: boolean;
  /** Width of the widest label at a line's end, its sample of the line included. */
  readonly labelWidth: number;
  /** Widths of the entries of a legend. */
  readonly legend: readonly number[];
}

const left = 58;
const rightAxis = 40;
const top = 30;
const bottom = 46;
const ends = 18;
const between = 20;
const legendRow = 20;
const legendGap = 16;
/** Panels stand side by side from this width on. */
export const besideWidth = 1000;
const largestLabels = 170;

/** Distance of labels from the frame, past the numbers of the right axis. */
export const labelGap = (hasRightAxis: boolean): number => (hasRightAxis ? rightAxis + 4 : 8);

/** The rows of a legend of entries of given widths. */
export function legendRows(widths: readonly number[], width: number): readonly (readonly number[])[] {
  const rows: number[][] = [];
  let used = Infinity;
  widths.forEach((entry, index) => {
    if (used + legendGap + entry > width) {
      rows.push([]);
      used = -legendGap;
    }
    rows.at(-1)!.push(index);
    used += legendGap + entry;
  });
  return rows;
}

/** The layout of one to two panels of lines; labels go into a legend where they would take more than a quarter. */
export function linesLayout(needs: LinesNeeds): LinesLayout {
  const { width, panels } = needs;
  const isBeside = panels > 1 && width >= besideWidth;
  const each = isBeside ? (width - between) / 2 : width;
  const isNarrow = each < narrowWidth;
  const wanted = Math.min(needs.labelWidth, largestLabels);
  const hasLabels = !isNarrow && wanted <= each * 0.26;
  const labels = hasLabels ? wanted : 0;
  const legendHeight = hasLabels ? 0 : legendRows(needs.legend, width - left).length * legendRow + 6;
  const m = isNarrow ? left - 10 : left;
  const right = (needs.hasRightAxis ? rightAxis : 10) + (hasLabels ? labels + 4 : 0);
  const plotWidth = Math.max(80, each - m - right);
  const isStacked = panels > 1 && !isBeside;
  const plotHeight = Math.round(
    isNarrow ? Math.min(240, Math.max(160, plotWidth * 0.7)) : Math.min(isStacked ? 230 : 360, plotWidth * 0.5625),
  );
  const below = bottom + (needs.hasEnds ? ends : 0);
  const one = top + plotHeight + below;
  return {
    width,
    height: legendHeight + (isStacked ? panels * one + (panels - 1) * 4 : one),
    panels: Array.from({ length: panels }, (_, k) => ({
      plot: {
        x: m + (isBeside ? k * (each + between) : 0),
        y: legendHeight + top + (isStacked ? k * (one + 4) : 0),
        width: plotWidth,
        height: plotHeight,
      },
      labels,
    })),
    ...(hasLabels ? {} : { legend: { x: m, y: 0, width: width - m, height: legendHeight } }),
  };
}

/**
 * Places for labels at wanted heights: in the same order, none closer than `gap` to the next, inside the frame, and as
 * near as that allows.
 */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed: number[] = [];
  let last = -Infinity;
  for (const index of order) {
    last = Math.max(last + gap, wanted[index]!, from);
    placed[index] = last;
  }
  let next = to + gap;
  for (const index of [...order].reverse()) {
    next = Math.min(next - gap, placed[index]!);
    placed[index] = next;
  }
  return placed;
}
