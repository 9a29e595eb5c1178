import { strings } from "../strings/strings";
import type { Extreme, Field } from "../state/field";
import type { PlaneWindow } from "../state/window";
import { captionElement } from "./caption";
import type { Chart, Drawn } from "./chart";
import { barNumbersWidth, colourBar } from "./colour-bar";
import { css } from "./colours";
import type { ColourMap } from "../../server/drawing/colours";
import { formatTick } from "./format";
import { axisTicks, projection } from "./layout";
import type { FigureLayout, NumberWidths } from "./layout";
import { mapElements } from "./map";
import { marksOf } from "./marks";
import type { Marks } from "./marks";
import { pathElements } from "./path";
import type { PathPoint } from "./path";
import { profileFrame, profileNumbersWidth } from "./profile-frame";
import { levelsIn } from "./scene";
import type { Scene, SceneChoice } from "./scene";
import type { FigureTheme } from "./theme";
import type { ViewState } from "../protocol/messages";

/** All that a contour figure shows except what follows the cursor. */
export interface FigureInput {
  /** Absent before a run is known: the frame alone is drawn. */
  readonly scene?: Scene;
  readonly layout: FigureLayout;
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly colours: ColourMap;
  readonly fill: ViewState["fill"];
  /** Value of the metric at the trained weights. */
  readonly centre: number;
  /** The lowest measured point, where it is marked. */
  readonly lower?: Extreme;
  readonly saddles?: readonly Extreme[];
  /** θ* is not marked. */
  readonly unmarked?: boolean;
  /** θ* is marked without its value. */
  readonly unlabelled?: boolean;
  readonly points: boolean;
  /** A pinned cursor, which labels keep away from. */
  readonly pinned?: { readonly alpha: number; readonly beta: number };
  /** What is drawn over the map in place of θ* and its label, by views that mark other things. */
  readonly over?: Marks;
  /** The path of training, when the run has one. */
  readonly path?: readonly PathPoint[];
  /** Names of the axes in place of the usual ones. */
  readonly axes?: readonly [string, string];
  /** A line of provenance below the figure, in copied pictures. */
  readonly caption?: string;
}

/** How much room the numbers of a field need beside its figure. */
export function numberWidths(field: Field, choice: SceneChoice, { font }: FigureTheme): NumberWidths {
  const levels = levelsIn(field, choice);
  return {
    bar: barNumbersWidth(levels, field.metric, font),
    profile: profileNumbersWidth(levels, field.metric, font),
  };
}

/** The ECharts option of a contour figure. */
export function figureOption(input: FigureInput): Parameters<Chart["setOption"]>[0] {
  const { scene, layout, window, theme, colours } = input;
  const { plot } = layout;
  const project = projection(plot, window);
  const drawn: Drawn[] = [];
  let path: readonly Drawn[] = [];
  let marks: readonly Drawn[] = [];
  if (scene) {
    const found = input.over ?? marksOf({ ...input, ...scene, project });
    path = input.path ? pathElements(input.path, layout, project, theme) : [];
    marks = found.elements;
    const pinned = input.pinned ? [{ x: project.x(input.pinned.alpha), y: project.y(input.pinned.beta) }] : [];
    drawn.push(...mapElements(scene, input.fill, colours, layout, project, theme, [...found.avoid, ...pinned]));
  }
  const around: Drawn[] = [];
  if (scene?.levels) {
    const withNonFinite = scene.nonFinite.length > 0;
    around.push(...colourBar({ ...input, levels: scene.levels, field: scene.field, withNonFinite }));
    if (scene.drawable)
      around.push(...profileFrame({ levels: scene.levels, metric: scene.field.metric, layout, theme }));
  }
  if (input.caption) {
    const width = layout.width - layout.plot.x - 12;
    around.push(captionElement(input.caption, { x: layout.plot.x, y: layout.height, width }, theme));
  }
  const option = {
    backgroundColor: "transparent",
    animation: false,
    grid: {
      show: true,
      // ECharts would otherwise shrink the grid until its labels fit; the layout has reserved their room.
      outerBoundsMode: "none",
      left: plot.x,
      top: plot.y,
      width: plot.width,
      height: plot.height,
      backgroundColor: "transparent",
      borderColor: css(theme.frame),
      borderWidth: 1,
      z: 6,
    },
    xAxis: axis(window.x, input.axes?.[0] ?? strings.alphaAxis, 26, input),
    yAxis: axis(window.y, input.axes?.[1] ?? strings.betaAxis, layout.betaNameGap, input),
    // A path may lead out of what is shown; marks are left whole at its edge.
    series: [
      customSeries("map", drawn, 1, true),
      customSeries("path", path, 4, true),
      customSeries("marks", marks, 5, false),
    ],
    graphic: [{ type: "group", silent: true, z: 3, children: around }],
  };
  return option as Parameters<Chart["setOption"]>[0];
}

/** Elements with pixel coordinates. */
function customSeries(id: string, children: readonly Drawn[], z: number, clip: boolean): object {
  return {
    type: "custom",
    id,
    clip,
    silent: true,
    animation: false,
    z,
    data: [0],
    renderItem: () => ({ type: "group", children }),
  };
}

function axis(range: readonly [number, number], name: string, nameGap: number, input: FigureInput): object {
  const { theme } = input;
  // Before a run is known its ranges are not either: the frame has names but no numbers.
  const customValues = input.scene ? axisTicks(range) : [];
  return {
    type: "value",
    min: range[0],
    max: range[1],
    name,
    nameLocation: "middle",
    nameGap,
    // The layout has kept the name clear of the numbers.
    nameMoveOverlap: false,
    nameTextStyle: { color: css(theme.foreground), fontSize: 12, fontFamily: theme.font },
    axisLine: { show: false, onZero: false },
    splitLine: { show: false },
    axisTick: { show: input.scene !== undefined, length: 4, customValues, lineStyle: { color: css(theme.frame) } },
    axisLabel: {
      show: input.scene !== undefined,
      customValues,
      color: css(theme.muted),
      fontSize: 11,
      fontFamily: theme.font,
      margin: 7,
      formatter: formatTick,
    },
  };
}
