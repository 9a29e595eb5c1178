import { strings } from "../strings/strings";
import type { Extreme, Field } from "../state/field";
import { origin, readingAt } from "../state/field";
import type { Drawn } from "./chart";
import { black, ink, white } from "../../server/drawing/colours";
import { css } from "./colours";
import type { Colour, ColourMap } from "../../server/drawing/colours";
import { formatMetric } from "../state/summary";
import { contains } from "./layout";
import type { FigureLayout, Projection } from "./layout";
import { bandOf } from "./levels";
import type { Levels } from "./levels";
import type { FigureTheme } from "./theme";
import type { ViewState } from "../protocol/messages";

/** Below this side of the plot the label of θ* is left out: the header states its value already. */
const labelledSide = 420;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The marks of a figure and the pixels that level labels keep away from. */
export interface Marks {
  readonly elements: readonly Drawn[];
  readonly avoid: readonly Place[];
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
  /** The lowest measured point, where it is marked: of an accuracy the highest one. */
  readonly lower?: Extreme;
  /** Points between two lower and two higher sides. */
  readonly saddles?: readonly Extreme[];
  /** θ* is not marked. */
  readonly unmarked?: boolean;
  /** Mark every measured point. */
  readonly points: boolean;
  /** The value of θ* is told elsewhere, or not known for sure. */
  readonly unlabelled?: boolean;
}

/** Measured points if wanted (always before there is a map), saddles, the lowest point if it is marked, and θ*. */
export function marksOf(input: MarksInput): Marks {
  const { field, layout, project, theme } = input;
  const avoid: Place[] = [];
  const elements: Drawn[] = [];
  if (input.points || !input.drawable) elements.push(...measuredPoints(input));
  const mark = (alpha: number, beta: number, draw: (place: Place, ground: Colour) => void) => {
    const place = { x: project.x(alpha), y: project.y(beta) };
    if (!contains(layout.plot, place.x, place.y)) return;
    avoid.push(place);
    draw(place, groundAt(input, alpha, beta));
  };
  for (const { alpha, beta } of input.saddles ?? [])
    mark(alpha, beta, (place, ground) => elements.push(...saddle(place, ground)));
  if (input.lower)
    mark(input.lower.alpha, input.lower.beta, (place, ground) => elements.push(...diamond(place, ground)));
  const whole =
    field.x[0]! <= 0 && 0 <= field.x[field.columns - 1]! && field.y[0]! <= 0 && 0 <= field.y[field.rows - 1]!;
  if (whole && !input.unmarked)
    mark(0, 0, (place, ground) => {
      elements.push(...cross(place, ground));
      if (input.unlabelled || Math.min(layout.plot.width, layout.plot.height) < labelledSide) return;
      const left = labelGoesLeft(input, place, avoid.slice(0, -1));
      avoid.push({ x: place.x + (left ? -36 : 36), y: place.y }, { x: place.x + (left ? -66 : 66), y: place.y });
      const value = formatMetric(field.metric, input.centre, field.split);
      elements.push(label(place.x, place.y, strings.centreMark(value), left, ground, theme));
    });
  return { elements, avoid };
}

/** Length of θ*'s label with its distance from the mark, and half its height, in pixels. */
const labelReach = { x: 84, y: 12 };

/** On which side of θ* no other mark stands, or the loss grows more slowly, so that the label covers the flatter part. */
function labelGoesLeft({ field, project, layout }: MarksInput, at: Place, marks: readonly Place[]): boolean {
  const near = marks.filter(({ x, y }) => Math.abs(x - at.x) < labelReach.x && Math.abs(y - at.y) < labelReach.y);
  const right = near.filter(({ x }) => x >= at.x).length;
  const left = near.length - right;
  if (left !== right) return left < right;
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

/** Lines in ink on a casing, which are seen on every ground. */
function bars(lines: readonly (readonly [number, number, number, number])[], ground: Colour): Drawn[] {
  const colour = ink(ground);
  const casing = colour === black ? white : black;
  const drawn = (lineWidth: number, stroke: string): Drawn[] =>
    lines.map(([x1, y1, x2, y2]) => ({
      type: "line",
      shape: { x1, y1, x2, y2 },
      style: { stroke, lineWidth, lineCap: "round" },
    }));
  return [...drawn(4, css(casing, 0.55)), ...drawn(1.6, css(colour))];
}

function cross({ x, y }: Place, ground: Colour): Drawn[] {
  return bars(
    [
      [x - 6, y, x + 6, y],
      [x, y - 6, x, y + 6],
    ],
    ground,
  );
}

/** A lying cross: up on two sides and down on the two others. */
function saddle({ x, y }: Place, ground: Colour): Drawn[] {
  return bars(
    [
      [x - 4, y - 4, x + 4, y + 4],
      [x - 4, y + 4, x + 4, y - 4],
    ],
    ground,
  );
}

function diamond({ x, y }: Place, ground: Colour): Drawn[] {
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
  const { field, levels, drawable, fill, colours, layout, project, theme } = input;
  const circles: Drawn[] = [];
  // One path for each ink: a fine grid has tens of thousands of points.
  const dots = new Map<Colour, number[]>();
  const grounds = levels?.bands.map(({ shade }) => colours(shade));
  for (let index = 0; index < field.values.length; index++) {
    if (field.origins[index] !== origin.measured) continue;
    const x = project.x(field.x[index % field.columns]!);
    const y = project.y(field.y[Math.floor(index / field.columns)]!);
    if (!contains(layout.plot, x, y)) continue;
    const value = field.values[index]!;
    const ground = levels && Number.isFinite(value) ? grounds![bandOf(levels, value)] : undefined;
    if (drawable) {
      const colour = ink((fill === "lines" ? undefined : ground) ?? theme.background);
      const places = dots.get(colour) ?? [];
      dots.set(colour, places);
      places.push(x, y);
    } else
      circles.push({
        type: "circle",
        shape: { cx: x, cy: y, r: 4 },
        style: { fill: ground ? css(ground) : "none", stroke: css(theme.muted), lineWidth: 1 },
      });
  }
  const spacing = Math.abs(project.x(field.x[1] ?? 0) - project.x(field.x[0]!));
  const size = Math.min(2.5, Math.max(1, 0.4 * spacing));
  return [
    ...circles,
    ...[...dots].map(([colour, places]): Drawn => ({
      type: "dots",
      shape: { places, size },
      style: { fill: css(colour, 0.6) },
    })),
  ];
}
