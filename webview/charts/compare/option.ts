import type { ViewState } from "../../protocol/messages";
import { strings } from "../../strings/strings";
import type { Extreme, Metric } from "../../state/field";
import type { PlaneWindow } from "../../state/window";
import { captionElement } from "../caption";
import type { Chart, Drawn } from "../chart";
import { css } from "../colours";
import type { ColourMap } from "../../../server/drawing/colours";
import { formatTick } from "../format";
import type { Box } from "../../../server/drawing/box";
import { projection } from "../layout";
import type { FigureLayout } from "../layout";
import { mapElements } from "../map";
import { marksOf } from "../marks";
import type { Scene } from "../scene";
import type { FigureTheme } from "../theme";
import { lyingBar } from "./bar";
import { tileTicks } from "./layout";
import type { CompareLayout, TileLayout } from "./layout";

/** One map among those that are compared. */
export interface Tile {
  /** Absent while the run is not there or is refused: the frame alone is drawn. */
  readonly scene?: Scene;
  readonly colours: ColourMap;
  /** Value of the metric at the trained weights. */
  readonly centre: number;
  readonly lower?: Extreme;
}

/** All that a comparison shows except what follows the cursor. */
export interface CompareInput {
  readonly layout: CompareLayout;
  readonly tiles: readonly Tile[];
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly metric: Metric;
  readonly fill: ViewState["fill"];
  /** Mark every measured point. */
  readonly points: boolean;
  readonly pinned?: { readonly alpha: number; readonly beta: number };
  /** Titles and a line of provenance for each tile, in pictures; on the page they are text of their own. */
  readonly words?: {
    readonly titles: readonly string[];
    readonly captions: readonly string[];
    /** Of the captions, in pixels. */
    readonly heights: readonly number[];
  };
}

/** A tile as the parts of a single figure know it. */
export function figureLayoutOf(layout: CompareLayout, { plot }: TileLayout): FigureLayout {
  return { width: layout.width, height: layout.height, plot, bar: plot, betaNameGap: 0, narrow: true };
}

/** The ECharts option of all tiles: a grid, two axes and two series for each. */
export function compareOption(input: CompareInput): Parameters<Chart["setOption"]>[0] {
  const { layout, tiles, theme } = input;
  const drawn = layout.tiles.map((place, index) => drawnTile(input, tiles[index]!, place));
  const option = {
    backgroundColor: "transparent",
    animation: false,
    grid: layout.tiles.map(({ plot }) => ({
      show: true,
      // ECharts would otherwise shrink each grid until its labels fit, and tiles would differ in size.
      outerBoundsMode: "none",
      left: plot.x,
      top: plot.y,
      width: plot.width,
      height: plot.height,
      backgroundColor: "transparent",
      borderColor: css(theme.frame),
      borderWidth: 1,
      z: 6,
    })),
    xAxis: layout.tiles.map((_, index) => axis(input, input.window.x, index, true)),
    yAxis: layout.tiles.map(({ first }, index) => axis(input, input.window.y, index, first)),
    series: drawn.flatMap(({ map, marks }, index) => [
      series(`map ${index}`, index, map, 1, true),
      series(`marks ${index}`, index, marks, 5, false),
    ]),
    graphic: [{ type: "group", silent: true, z: 3, children: around(input) }],
  };
  return option as Parameters<Chart["setOption"]>[0];
}

function drawnTile(
  input: CompareInput,
  tile: Tile,
  place: TileLayout,
): { map: readonly Drawn[]; marks: readonly Drawn[] } {
  const { scene, colours } = tile;
  if (!scene) return { map: [], marks: [] };
  const layout = figureLayoutOf(input.layout, place);
  const project = projection(place.plot, input.window);
  const { theme, fill, points } = input;
  const found = marksOf({ ...tile, ...scene, layout, project, theme, fill, points, unlabelled: true });
  const pinned = input.pinned ? [{ x: project.x(input.pinned.alpha), y: project.y(input.pinned.beta) }] : [];
  const avoid = [...found.avoid, ...pinned];
  return {
    map: mapElements(scene, input.fill, colours, layout, project, input.theme, avoid, 1),
    marks: found.elements,
  };
}

function series(id: string, index: number, children: readonly Drawn[], z: number, clip: boolean): object {
  return {
    type: "custom",
    id,
    xAxisIndex: index,
    yAxisIndex: index,
    clip,
    silent: true,
    animation: false,
    z,
    data: [0],
    renderItem: () => ({ type: "group", children }),
  };
}

function axis({ theme }: CompareInput, range: readonly [number, number], index: number, labelled: boolean): object {
  const customValues = labelled ? tileTicks(range) : [];
  return {
    type: "value",
    gridIndex: index,
    min: range[0],
    max: range[1],
    axisLine: { show: false, onZero: false },
    splitLine: { show: false },
    axisTick: { show: labelled, length: 4, customValues, lineStyle: { color: css(theme.frame) } },
    axisLabel: {
      show: labelled,
      customValues,
      color: css(theme.muted),
      fontSize: 11,
      fontFamily: theme.font,
      margin: 7,
      formatter: formatTick,
    },
  };
}

/** Names of the axes, bars, and in pictures titles and captions. */
function around(input: CompareInput): readonly Drawn[] {
  const { layout, tiles, theme, metric, fill } = input;
  const bar = (box: Box, { scene, colours }: Tile, titled: boolean, withNonFinite: boolean) =>
    scene?.levels ? lyingBar({ levels: scene.levels, colours, box, theme, metric, fill, titled, withNonFinite }) : [];
  const sharing = tiles.filter((_, index) => layout.tiles[index]!.bar === undefined);
  const sample = sharing.find(({ scene }) => scene?.levels);
  const isHatched = sharing.some(({ scene }) => scene && scene.nonFinite.length > 0);
  const shared = layout.bar && sample ? bar(layout.bar, sample, true, isHatched) : [];
  const own = layout.tiles.flatMap(({ bar: box }, index) => {
    const tile = tiles[index]!;
    return box ? bar(box, tile, layout.bar !== undefined, false) : [];
  });
  return [...shared, ...own, ...axisNames(input), ...titles(input), ...captions(input)];
}

/** α and β between the last two numbers of the outer axes, where they take no room from the maps. */
function axisNames({ layout, window, theme }: CompareInput): readonly Drawn[] {
  const style = { font: `12px ${theme.font}`, fill: css(theme.foreground) };
  return layout.tiles.flatMap(({ plot, first, last }): Drawn[] => {
    const project = projection(plot, window);
    const alpha = project.x(beforeLast(tileTicks(window.x)));
    const beta = project.y(beforeLast(tileTicks(window.y)));
    return [
      ...(last ? [words(alpha, plot.y + plot.height + 6, strings.alpha, { ...style, align: "center" })] : []),
      ...(first ? [words(plot.x - 9, beta, strings.beta, { ...style, align: "right", verticalAlign: "middle" })] : []),
    ];
  });
}

function beforeLast(ticks: readonly number[]): number {
  const [last = 0, other = last] = [ticks.at(-1), ticks.at(-2)];
  return (last + other) / 2;
}

function titles({ layout, theme, words: given }: CompareInput): readonly Drawn[] {
  return (given?.titles ?? []).map((title, index) => {
    const { plot } = layout.tiles[index]!;
    return words(plot.x, plot.y - 9, title, {
      font: `600 13px ${theme.font}`,
      fill: css(theme.foreground),
      verticalAlign: "bottom",
      width: plot.width,
      overflow: "truncate",
    });
  });
}

function captions({ layout, theme, words: given }: CompareInput): readonly Drawn[] {
  const { x } = layout.tiles[0]!.plot;
  let y = layout.height;
  return (given?.captions ?? []).map((caption, index) => {
    const element = captionElement(caption, { x, y, width: layout.width - x - 14 }, theme);
    y += given!.heights[index]!;
    return element;
  });
}

function words(x: number, y: number, text: string, style: object): Drawn {
  return { type: "text", x, y, style: { text, ...style } };
}
