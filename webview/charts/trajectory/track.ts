import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Track } from "../../state/trajectory";
import type { Drawn } from "../chart";
import { textWidth } from "../chart";
import type { Box } from "../../../server/drawing/box";
import type { FigureLayout, Projection } from "../layout";
import type { Marks } from "../marks";
import type { FigureTheme } from "../theme";
import { insetOf } from "./inset";
import { namedAt } from "./names";
import { crowdOf, placesOf, placeTrackLabels } from "./places";
import type { Place } from "./places";
import { casing, firm, pathColour, pointMarks } from "./points";
import type { PointsInput } from "./points";

export interface TrackInput extends PointsInput {
  readonly track: Track;
  readonly layout: FigureLayout;
  readonly project: Projection;
}

/** Up to so many checkpoints are all named on the map; of more there are about so many. */
const namedRule = { all: 24, some: 12 } as const;

/** Below this side of the plot there is no room for an inset. */
const insetSide = 340;

/**
 * The path over the map: solid until the current checkpoint, dashed after it; every checkpoint filled with the colour
 * that the map gives to its own loss, so that it differs from the ground where the plane does not pass through it.
 */
export function trackMarks(input: TrackInput): Marks {
  const { track, layout, project, current } = input;
  const places = placesOf(track.points, project);
  const crowd = Math.min(layout.plot.width, layout.plot.height) >= insetSide ? crowdOf(places, layout.plot) : undefined;
  const inset = crowd && insetOf(input, places, crowd);
  const origin = { x: project.x(0), y: project.y(0) };
  const named = namedPlaces(places, current);
  const labels = trackLabels(places, named, layout.plot, input.theme, inset && { box: inset.box, crowd: crowd! });
  return {
    elements: [
      ...(inset?.locator ?? []),
      ...pathLines(places, current),
      ...centreMark(origin.x, origin.y),
      ...pointMarks(places, input),
      ...labels.drawn,
      ...(inset?.elements ?? []),
    ],
    avoid: [...places.map(({ x, y }) => ({ x, y })), origin, ...labels.avoid, ...(inset ? spread(inset.box) : [])],
  };
}

/** All of few checkpoints; of many the first, the last, the current one, those before a drop, and some at round numbers. */
function namedPlaces(places: readonly Place[], current: number): readonly Place[] {
  if (places.length <= namedRule.all) return places;
  const times = places.map(({ point }) => point.time);
  const round = new Set(namedAt(times, (indices) => indices.length <= namedRule.some));
  const last = places.length - 1;
  return places.filter(
    ({ index, point }) => index === 0 || index === last || index === current || point.drop || round.has(index),
  );
}

/** Places all over a box, so near to each other that no level is named in it. */
function spread({ x, y, width, height }: Box): Marks["avoid"] {
  const along = (from: number, length: number): readonly number[] => {
    const count = Math.ceil(length / 40);
    return Array.from({ length: count + 1 }, (_, k) => from + (length * k) / count);
  };
  return along(x, width).flatMap((at) => along(y, height).map((other) => ({ x: at, y: other })));
}

/** White with a dark casing, which is seen on every ground. */
function pathLines(places: readonly Place[], current: number): readonly Drawn[] {
  const pairs = places.map(({ x, y }) => [x, y]);
  const line = (points: readonly number[][], style: object): Drawn[] =>
    points.length < 2
      ? []
      : [{ type: "polyline", shape: { points }, style: { fill: "none", lineJoin: "round", ...style } }];
  const past = pairs.slice(0, current + 1);
  const future = pairs.slice(current);
  return [
    ...line(future, { stroke: casing, lineWidth: 3.5 }),
    ...line(future, { stroke: pathColour, lineWidth: 1.5, lineDash: [4, 3] }),
    ...line(past, { stroke: casing, lineWidth: 4 }),
    ...line(past, { stroke: pathColour, lineWidth: 2 }),
  ];
}

/** The small cross of θ*, where the plane begins. */
function centreMark(x: number, y: number): readonly Drawn[] {
  const arms = (lineWidth: number, stroke: string): Drawn[] => [
    { type: "line", shape: { x1: x - 9, y1: y, x2: x + 9, y2: y }, style: { stroke, lineWidth, lineCap: "round" } },
    { type: "line", shape: { x1: x, y1: y - 9, x2: x, y2: y + 9 }, style: { stroke, lineWidth, lineCap: "round" } },
  ];
  return [...arms(3.5, casing), ...arms(1.5, pathColour)];
}

/** Numbers beside the points, white with a dark casing; those of an inset share one. Levels are named beside their ends. */
function trackLabels(
  places: readonly Place[],
  named: readonly Place[],
  plot: Box,
  theme: FigureTheme,
  inset: { readonly box: Box; readonly crowd: readonly Place[] } | undefined,
): { readonly drawn: readonly Drawn[]; readonly avoid: Marks["avoid"] } {
  const font = `600 11px ${theme.font}`;
  const words = { range: strings.range, width: (text: string) => textWidth(text, font) };
  const placed = placeTrackLabels(places, plot, inset ? [inset.box] : [], words, inset?.crowd, named);
  const avoid = placed.flatMap(({ text, x, y, align }) => {
    const width = words.width(text);
    const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
    return [
      { x: left, y },
      { x: left + width, y },
    ];
  });
  const drawn = placed.map(({ text, x, y, align }): Drawn => ({
    type: "text",
    x,
    y,
    style: {
      text,
      align,
      verticalAlign: "middle",
      font,
      fill: pathColour,
      stroke: firm,
      lineWidth: 3,
      lineJoin: "round",
    },
  }));
  return { drawn, avoid };
}
