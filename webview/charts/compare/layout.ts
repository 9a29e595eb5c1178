import type { PlaneWindow } from "../../state/window";
import { formatTick } from "../format";
import type { Box } from "../../../server/drawing/box";
import { axisTicks } from "../layout";

/** Below this width of the canvas tiles stand in one column. */
export const oneColumnWidth = 560;

/** Where everything of a comparison stands on the canvas, in pixels. */
export interface CompareLayout {
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly TileLayout[];
  /** The bar of all tiles; absent when each has its own. */
  readonly bar?: Box;
}

export interface TileLayout {
  readonly plot: Box;
  /** The line of the title above the plot. */
  readonly title: Box;
  /** A bar of its own. */
  readonly bar?: Box;
  /** The first one of its row, which has the numbers of the β axis. */
  readonly first: boolean;
  /** In the lowest row, which has the names of the axes. */
  readonly last: boolean;
}

export interface CompareShape {
  readonly width: number;
  /** Which of the tiles have a bar of their own; those that have none share one. */
  readonly ownBars: readonly boolean[];
  /** The part of the plane that is shown, whose proportions the plots have. */
  readonly window: PlaneWindow;
}

/** Room for the numbers of the β axis; four characters need a little more. */
const numbers = { width: 22, characters: 2, perCharacter: 6.5 };
/** Between plots, whose outermost numbers must not touch. */
const between = { least: 24, words: 10 };
const right = 14;
const title = 30;
const ticks = 26;
const rowGap = 12;
const bar = { height: 12, below: 20, above: 6, widest: 440, title: 92 };
const largest = { one: 600, several: 440 };
const smallest = 96;

/** How many tiles stand in a row: all of 2 or 3, two by two for 4, three for more; one where there is little room. */
export function columnsOf(count: number, width: number): number {
  if (width < oneColumnWidth) return 1;
  return count === 4 ? 2 : Math.min(count, 3);
}

/** The layout of tiles of which all plots have the same sides. */
export function compareLayout(shape: CompareShape): CompareLayout {
  const { width, window, ownBars } = shape;
  const count = ownBars.length;
  const columns = columnsOf(count, width);
  const rows = Math.ceil(count / columns);
  const longest = Math.max(...tileTicks(window.y).map((tick) => formatTick(tick).length));
  const left = numbers.width + Math.max(0, longest - numbers.characters) * numbers.perCharacter;
  const ends = tileTicks(window.x).map((tick) => formatTick(tick).length);
  const outer = ((ends[0] ?? 0) + (ends.at(-1) ?? 0)) / 2;
  const gap = Math.max(between.least, Math.ceil(outer * numbers.perCharacter + between.words));
  const room = (width - left - right - gap * (columns - 1)) / columns;
  const most = rows > 1 && columns > 1 ? largest.several : largest.one;
  const side = Math.floor(Math.max(smallest, Math.min(room, most)));
  const [spanX, spanY] = [window.x[1] - window.x[0], window.y[1] - window.y[0]];
  const scaled = (span: number) => Math.max(smallest, Math.round((side * span) / Math.max(spanX, spanY)));
  const [plotWidth, plotHeight] = [scaled(spanX), scaled(spanY)];
  const own = ownBars.some(Boolean);
  const shared = !ownBars.every(Boolean);
  // The bar of all stands beside that of the difference, where there is a row for both.
  const beside = own && shared && rows === 1 && columns > 1;
  const barRow = bar.above + bar.height + bar.below;
  // A row has room for bars where one of its tiles has one.
  const heights = Array.from({ length: rows }, (_, row) => {
    const hasBars = ownBars.slice(row * columns, (row + 1) * columns).some(Boolean);
    return title + plotHeight + ticks + (hasBars ? barRow : 0);
  });
  const topOf = (row: number) => heights.slice(0, row).reduce((sum, height) => sum + height + rowGap, 0);
  const inset = own && shared ? bar.title : 0;
  const tiles = ownBars.map((hasBar, index): TileLayout => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    const x = left + column * (plotWidth + gap);
    const top = topOf(row);
    const plot = { x, y: top + title, width: plotWidth, height: plotHeight };
    const under = plot.y + plot.height + ticks + bar.above;
    return {
      plot,
      title: { x, y: top, width: plotWidth, height: title },
      ...(hasBar ? { bar: { x: x + inset, y: under, width: plotWidth - inset, height: bar.height } } : {}),
      first: column === 0,
      last: index + columns >= count,
    };
  });
  const body = topOf(rows) - rowGap;
  const size = { width: Math.max(width, left + columns * plotWidth + (columns - 1) * gap + right), tiles };
  if (!shared) return { ...size, height: body };
  const sharing = beside ? ownBars.filter((hasBar) => !hasBar).length : columns;
  const across = sharing * plotWidth + (sharing - 1) * gap;
  const wide = Math.max(smallest, Math.min(bar.widest, across - 2 * bar.title));
  const y = beside ? body - bar.height - bar.below : body + bar.above;
  return {
    ...size,
    height: beside ? body : body + barRow,
    bar: { x: left + (across - wide) / 2, y, width: wide, height: bar.height },
  };
}

/** Few numbers: tiles are small. */
export function tileTicks(range: readonly [number, number]): readonly number[] {
  return axisTicks(range, 2);
}
