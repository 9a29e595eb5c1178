import type { TrackPoint } from "../../state/trajectory";
import type { Drawn } from "../chart";
import { white } from "../../../server/drawing/colours";
import { css } from "../colours";
import type { Colour, ColourMap } from "../../../server/drawing/colours";
import { bandOf } from "../levels";
import type { Levels } from "../levels";
import type { FigureTheme } from "../theme";
import type { Place } from "./places";

/** The colours that mean something on a path. */
export interface TrackColours {
  /** The epoch that is looked at. */
  readonly accent: string;
  /** Drops of the learning rate. */
  readonly drop: string;
}

/** What points of a path look like. */
export interface PointsInput {
  /** Into the track's points. */
  readonly current: number;
  /** Absent while nothing is measured: points are then filled with the page's colour. */
  readonly levels?: Levels;
  readonly colours: ColourMap;
  readonly trackColours: TrackColours;
  readonly theme: FigureTheme;
}

export const casing = "rgba(0, 0, 0, 0.5)";
export const firm = "rgba(0, 0, 0, 0.8)";
export const pathColour = css(white);
/** Radii in pixels: points, and the current one. */
export const radii = { point: 3.5, current: 6, diamond: 8.5, inDiamond: 2.8 } as const;

/** Colour of the ground where a value is measured; that of the page for what is not measured, or not finite. */
function valueColour(value: number, levels: Levels | undefined, colours: ColourMap, theme: FigureTheme): Colour {
  return levels && Number.isFinite(value) ? colours(levels.bands[bandOf(levels, value)]!.shade) : theme.background;
}

/** Points, a diamond behind each after which the learning rate dropped, and the current one in the accent. */
export function pointMarks(places: readonly Place[], input: PointsInput): readonly Drawn[] {
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
