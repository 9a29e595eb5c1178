import { strings } from "../strings/strings";
import type { Extreme, Field } from "../state/field";
import { origin, readingAt } from "../state/field";
import type { Drawn } from "./chart";
import { black, css, ink, white } from "./colours";
import type { Colour, ColourMap } from "./colours";
import { formatMetric } from "../state/summary";
import { contains } from "./layout";
import type { FigureLayout, Projection } from "./layout";
import { bandOf } from "./levels";
import type { Levels } from "./levels";
import type { FigureTheme } from "./theme";
import type { ViewState } from "../protocol/messages";

/** Below this side of the plot the label of θ* is left out: the header states its value already. */
const labelledSide = 420;

/** The marks of a figure and the pixels that level labels keep away from. */
export interface Marks {
  readonly elements: readonly Drawn[];
  readonly avoid: readonly { readonly x: number; readonly y: number }[];
}

export interface MarksInput {
  readonly field: Field;
  readonly levels?: Levels;
  /** A map is drawn below the marks. */
  readonly drawable: boolean;
  readonly fill: ViewState["fill"];
  readonly colours: ColourMap;
  readonly layout: FigureLayout;
  readonly project: Projection;
  readonly theme: FigureTheme;
  /** Value of the metric at the trained weights. */
  readonly centre: number;
  /** A measured point below the trained weights. */
  readonly lower?: Extreme;
  /** Mark every measured point. */
  readonly points: boolean;
}

/** Measured points if wanted (always before there is a map), the point below θ* if any, and θ*. */
export function marksOf(input: MarksInput): Marks {
  const { field, layout, project, theme } = input;
  const avoid: { x: number; y: number }[] = [];
  const elements: Drawn[] = [];
  if (input.points || !input.drawable) elements.push(...measuredPoints(input));

  const whole =
    field.x[0]! <= 0 && 0 <= field.x[field.columns - 1]! && field.y[0]! <= 0 && 0 <= field.y[field.rows - 1]!;
  const centre = { x: project.x(0), y: project.y(0) };
  if (whole && contains(layout.plot, centre.x, centre.y)) {
    const ground = groundAt(input, 0, 0);
    elements.push(...cross(centre.x, centre.y, ground));
    avoid.push(centre);
    if (Math.min(layout.plot.width, layout.plot.height) >= labelledSide) {
      const value = formatMetric(field.metric, input.centre, field.split);
      const left = labelGoesLeft(input);
      avoid.push({ x: centre.x + (left ? -36 : 36), y: centre.y }, { x: centre.x + (left ? -66 : 66), y: centre.y });
      elements.push(label(centre.x, centre.y, strings.centreMark(value), left, ground, theme));
    }
  }
  if (input.lower) {
    const place = { x: project.x(input.lower.alpha), y: project.y(input.lower.beta) };
    if (contains(layout.plot, place.x, place.y)) {
      elements.push(...diamond(place.x, place.y, groundAt(input, input.lower.alpha, input.lower.beta)));
      avoid.push(place);
    }
  }
  return { elements, avoid };
}

/** On which side of θ* the loss grows more slowly, so that the label covers the flatter part. */
function labelGoesLeft({ field, project, layout }: MarksInput): boolean {
  const reach = project.alpha(layout.plot.x + layout.plot.width * 0.11) - project.alpha(layout.plot.x);
  const change = (alpha: number) => {
    const value = readingAt(field, alpha, 0).value;
    if (!Number.isFinite(value)) return Infinity;
    return field.split === "difference" ? Math.abs(value) : field.metric === "accuracy" ? -value : value;
  };
  return change(-reach) < change(reach);
}

/** The colour under a mark: of its band, or of the page where nothing is drawn yet. */
function groundAt(input: MarksInput, alpha: number, beta: number): Colour {
  const { field, levels, drawable, fill, colours, theme } = input;
  if (!levels || !drawable || fill === "lines") return theme.background;
  const value = readingAt(field, alpha, beta).value;
  return Number.isFinite(value) ? colours(levels.bands[bandOf(levels, value)]!.shade) : theme.background;
}

function cross(x: number, y: number, ground: Colour): Drawn[] {
  const colour = ink(ground);
  const casing = colour === black ? white : black;
  const bars = (lineWidth: number, stroke: string): Drawn[] => [
    { type: "line", shape: { x1: x - 6, y1: y, x2: x + 6, y2: y }, style: { stroke, lineWidth, lineCap: "round" } },
    { type: "line", shape: { x1: x, y1: y - 6, x2: x, y2: y + 6 }, style: { stroke, lineWidth, lineCap: "round" } },
  ];
  return [...bars(4, css(casing, 0.55)), ...bars(1.6, css(colour))];
}

function diamond(x: number, y: number, ground: Colour): Drawn[] {
  const colour = ink(ground);
  const casing = colour === black ? white : black;
  const points = [
    [x, y - 5],
    [x + 5, y],
    [x, y + 5],
    [x - 5, y],
  ];
  return [
    { type: "polygon", shape: { points }, style: { fill: "none", stroke: css(casing, 0.55), lineWidth: 3.6 } },
    { type: "polygon", shape: { points }, style: { fill: "none", stroke: css(colour), lineWidth: 1.5 } },
  ];
}

function label(x: number, y: number, text: string, left: boolean, ground: Colour, theme: FigureTheme): Drawn {
  const fill = ink(ground);
  const halo = theme.highContrast ? (fill === black ? white : black) : ground;
  return {
    type: "text",
    x: x + (left ? -12 : 12),
    y,
    style: {
      text,
      align: left ? "right" : "left",
      verticalAlign: "middle",
      font: `600 11px ${theme.font}`,
      fill: css(fill),
      stroke: css(halo),
      lineWidth: 3.5,
      lineJoin: "round",
    },
  };
}

/** Dots on measured points: filled by value before there is a map, small and plain on top of one. */
function measuredPoints(input: MarksInput): Drawn[] {
  const { field, levels, drawable, colours, layout, project, theme } = input;
  const dots: Drawn[] = [];
  for (let index = 0; index < field.values.length; index++) {
    if (field.origins[index] !== origin.measured) continue;
    const cx = project.x(field.x[index % field.columns]!);
    const cy = project.y(field.y[Math.floor(index / field.columns)]!);
    if (!contains(layout.plot, cx, cy)) continue;
    const value = field.values[index]!;
    const known = levels && Number.isFinite(value);
    const ground = known ? colours(levels.bands[bandOf(levels, value)]!.shade) : undefined;
    const under = input.fill === "lines" ? undefined : ground;
    dots.push(
      drawable
        ? { type: "circle", shape: { cx, cy, r: 1.25 }, style: { fill: css(ink(under ?? theme.background), 0.6) } }
        : {
            type: "circle",
            shape: { cx, cy, r: 4 },
            style: { fill: ground ? css(ground) : "none", stroke: css(theme.muted), lineWidth: 1 },
          },
    );
  }
  return dots;
}
