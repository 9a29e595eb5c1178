import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Track, TrackPoint } from "../../state/trajectory";
import type { Drawn } from "../chart";
import { textWidth } from "../chart";
import { css, white } from "../colours";
import type { Colour, ColourMap } from "../colours";
import type { Box } from "../labels";
import type { FigureLayout, Projection } from "../layout";
import { bandOf } from "../levels";
import type { Levels } from "../levels";
import type { Marks } from "../marks";
import type { FigureTheme } from "../theme";
import { insetOf } from "./inset";
import { crowdOf, placesOf, placeTrackLabels } from "./places";
import type { Place } from "./places";

/** The colours that mean something on a path. */
export interface TrackColours {
  /** The epoch that is looked at. */
  readonly accent: string;
  /** Drops of the learning rate. */
  readonly drop: string;
}

export interface TrackInput {
  readonly track: Track;
  /** Into the track's points. */
  readonly current: number;
  /** Absent while nothing is measured: points are then filled with the page's colour. */
  readonly levels?: Levels;
  readonly colours: ColourMap;
  readonly trackColours: TrackColours;
  readonly layout: FigureLayout;
  readonly project: Projection;
  readonly theme: FigureTheme;
}

export const casing = "rgba(0, 0, 0, 0.5)";
const firm = "rgba(0, 0, 0, 0.8)";
export const pathColour = css(white);
/** Radii in pixels: points, and the current one. */
export const radii = { point: 3.5, current: 6, diamond: 8.5, inDiamond: 2.8 } as const;
/** Below this side of the plot there is no room for an inset. */
const insetSide = 340;

/** Colour of the ground where a value is measured; that of the page for what is not measured, or not finite. */
export function valueColour(value: number, levels: Levels | undefined, colours: ColourMap, theme: FigureTheme): Colour {
  return levels && Number.isFinite(value) ? colours(levels.bands[bandOf(levels, value)]!.shade) : theme.background;
}

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
  return {
    elements: [
      ...(inset?.locator ?? []),
      ...pathLines(places, current),
      ...centreMark(origin.x, origin.y),
      ...pointMarks(places, input),
      ...trackLabels(places, layout.plot, inset ? [inset.box] : [], input.theme),
      ...(inset?.elements ?? []),
    ],
    avoid: [...places.map(({ x, y }) => ({ x, y })), origin],
  };
}

/** White with a dark casing, which is seen on every ground. */
export function pathLines(places: readonly Place[], current: number): readonly Drawn[] {
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

/** Points, a diamond behind each after which the learning rate dropped, and the current one in the accent. */
export function pointMarks(places: readonly Place[], input: Omit<TrackInput, "layout" | "project">): readonly Drawn[] {
  const { current, levels, colours, theme, trackColours } = input;
  const fillOf = (point: TrackPoint): string => css(valueColour(point.own, levels, colours, theme));
  const circle = ({ x, y }: Place, r: number, style: object): Drawn => ({
    type: "circle",
    shape: { cx: x, cy: y, r },
    style,
  });
  // The current one lies above the others.
  const ordered = [...places].sort((a, b) => Number(a.index === current) - Number(b.index === current));
  return ordered.flatMap((place): Drawn[] => {
    const isCurrent = place.index === current;
    const fill = fillOf(place.point);
    return [
      ...(place.point.drop ? [diamond(place.x, place.y, radii.diamond + (isCurrent ? 4 : 0), trackColours.drop)] : []),
      ...(isCurrent
        ? [
            circle(place, radii.current + 1.5, { fill: firm }),
            circle(place, radii.current, { fill: trackColours.accent }),
            circle(place, radii.point, { fill, stroke: pathColour, lineWidth: 1 }),
          ]
        : place.point.drop
          ? [circle(place, radii.inDiamond, { fill, stroke: firm, lineWidth: 1 })]
          : [
              circle(place, radii.point + 1.5, { fill: firm }),
              circle(place, radii.point, { fill, stroke: pathColour, lineWidth: 1.2 }),
            ]),
    ];
  });
}

export function diamond(x: number, y: number, reach: number, fill: string): Drawn {
  const points = [
    [x, y - reach],
    [x + reach, y],
    [x, y + reach],
    [x - reach, y],
  ];
  return { type: "polygon", shape: { points }, style: { fill, stroke: firm, lineWidth: 1 } };
}

/** Numbers beside the points, white with a dark casing. */
export function trackLabels(
  places: readonly Place[],
  plot: Box,
  taken: readonly Box[],
  theme: FigureTheme,
): readonly Drawn[] {
  const font = `600 11px ${theme.font}`;
  const words = { range: strings.range, width: (text: string) => textWidth(text, font) };
  return placeTrackLabels(places, plot, taken, words).map(({ text, x, y, align }) => ({
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
}
