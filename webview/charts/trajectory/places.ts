import type { TrackPoint } from "../../state/trajectory";
import type { Box } from "../../../server/drawing/box";
import type { Projection } from "../layout";

/** A checkpoint on the canvas. */
export interface Place {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly point: TrackPoint;
}

/** A text beside one point, or beside several that lie together. */
export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "center" | "right";
  /** Into the track's points. */
  readonly members: readonly number[];
}

/** Points closer than this, in pixels, share one label. */
export const labelReach = 8;
const fontSize = 11;

export function placesOf(points: readonly TrackPoint[], project: Projection): readonly Place[] {
  return points.map((point) => ({ index: point.index, x: project.x(point.x), y: project.y(point.y), point }));
}

/**
 * Points that share a label: each belongs to the first group of which some member is closer than `labelReach`.
 * @param crowd points that are enlarged elsewhere, which share one in any case.
 */
export function labelGroups(places: readonly Place[], crowd: readonly Place[] = []): readonly (readonly Place[])[] {
  const groups: Place[][] = crowd.length > 0 ? [[...crowd]] : [];
  for (const place of places) {
    if (crowd.includes(place)) continue;
    const near = groups.find((group) => group.some(({ x, y }) => Math.hypot(x - place.x, y - place.y) < labelReach));
    if (near) near.push(place);
    else groups.push([place]);
  }
  return groups;
}

/** "6 to 8" for points that follow one another, otherwise "2, 6 to 8". */
export function groupText(group: readonly Place[], range: (from: string, to: string) => string): string {
  const sorted = [...group].sort((a, b) => a.index - b.index);
  const runs: Place[][] = [];
  for (const place of sorted) {
    const last = runs.at(-1);
    if (last && last.at(-1)!.index === place.index - 1) last.push(place);
    else runs.push([place]);
  }
  return runs
    .flatMap((run) => {
      const [from, to] = [run[0]!.point.label, run.at(-1)!.point.label];
      return run.length === 1 ? [from] : run.length === 2 ? [from, to] : [range(from, to)];
    })
    .join(", ");
}

/** Where a label may stand about its point, the best first. */
const spots = [
  { dx: 9, dy: -9, align: "left" },
  { dx: 11, dy: 1, align: "left" },
  { dx: 9, dy: 11, align: "left" },
  { dx: 0, dy: 16, align: "center" },
  { dx: -9, dy: 11, align: "right" },
  { dx: -11, dy: 1, align: "right" },
  { dx: -9, dy: -9, align: "right" },
  { dx: 0, dy: -15, align: "center" },
] as const;

/**
 * Labels of all points, none over another, a point or the frame where there is another spot.
 * @param taken boxes that labels keep away from, such as the inset.
 * @param width of a text in pixels.
 * @param named the points that have labels, where not all of them do.
 */
export function placeTrackLabels(
  places: readonly Place[],
  plot: Box,
  taken: readonly Box[],
  words: { readonly range: (from: string, to: string) => string; readonly width: (text: string) => number },
  crowd?: readonly Place[],
  named: readonly Place[] = places,
): readonly PlacedLabel[] {
  const boxes = [...taken];
  const segments = places.slice(1).map((to, k) => [places[k]!, to] as const);
  return labelGroups(named, crowd).map((group) => {
    const text = groupText(group, words.range);
    const last = group.at(-1)!;
    const width = words.width(text);
    const choices = spots.map(({ dx, dy, align }) => {
      const x = last.x + dx;
      const y = last.y + dy;
      const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
      const box = { x: left, y: y - fontSize / 2, width, height: fontSize };
      const outside = isInside(box, plot) ? 0 : 20;
      const covered = boxes.filter((other) => overlap(box, other)).length;
      const onPoints = places.filter((place) => within(box, place, 4)).length;
      const onPath = segments.filter(([from, to]) => crosses(box, from, to)).length;
      return { x, y, align, box, cost: outside + 6 * covered + 3 * onPoints + onPath };
    });
    const best = choices.reduce((least, choice) => (choice.cost < least.cost ? choice : least));
    boxes.push(best.box);
    return { text, x: best.x, y: best.y, align: best.align, members: group.map(({ index }) => index) };
  });
}

/** Most of the width that points may cover together for an inset to enlarge them, and their least number. */
const insetRule = { share: 0.03, points: 3 } as const;

/**
 * The longest stretch of three or more consecutive points that lies within 3 % of the width, the last one of several;
 * undefined without one.
 */
export function crowdOf(places: readonly Place[], plot: Box): readonly Place[] | undefined {
  const reach = insetRule.share * plot.width;
  let best: readonly Place[] = [];
  for (let from = 0; from < places.length; from++) {
    let to = from;
    while (to < places.length && fits(places.slice(from, to + 1), reach)) to++;
    if (to - from >= best.length) best = places.slice(from, to);
  }
  return best.length >= insetRule.points ? best : undefined;
}

function fits(places: readonly Place[], reach: number): boolean {
  const { width, height } = boxOf(places);
  return width <= reach && height <= reach;
}

/** The smallest box around places. */
export function boxOf(places: readonly { readonly x: number; readonly y: number }[]): Box {
  const x = Math.min(...places.map((place) => place.x));
  const y = Math.min(...places.map((place) => place.y));
  return {
    x,
    y,
    width: Math.max(...places.map((place) => place.x)) - x,
    height: Math.max(...places.map((place) => place.y)) - y,
  };
}

/** The corner of the plot for a box of that size in which it covers least of the path; none where it would hide a point. */
export function freeCorner(places: readonly Place[], plot: Box, size: Pick<Box, "width" | "height">): Box | undefined {
  const gap = 16;
  const right = plot.x + plot.width - size.width - gap;
  const bottom = plot.y + plot.height - size.height - gap;
  const corners = [
    { x: right, y: plot.y + gap },
    { x: plot.x + gap, y: plot.y + gap },
    { x: right, y: bottom },
    { x: plot.x + gap, y: bottom },
  ].map((corner) => ({ ...corner, ...size }));
  const cost = (box: Box): number => places.slice(1).filter((to, k) => crosses(box, places[k]!, to)).length;
  return corners
    .filter((box) => !places.some((place) => within(box, place, 12)))
    .reduce<Box | undefined>((best, box) => (best === undefined || cost(box) < cost(best) ? box : best), undefined);
}

function within(box: Box, { x, y }: { readonly x: number; readonly y: number }, margin: number): boolean {
  return (
    x >= box.x - margin && x <= box.x + box.width + margin && y >= box.y - margin && y <= box.y + box.height + margin
  );
}

function isInside(box: Box, plot: Box): boolean {
  return (
    box.x >= plot.x + 2 &&
    box.y >= plot.y + 2 &&
    box.x + box.width <= plot.x + plot.width - 2 &&
    box.y + box.height <= plot.y + plot.height - 2
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Whether a segment passes through a box, to the pixel. */
function crosses(box: Box, from: Place, to: Place): boolean {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 3));
  for (let k = 0; k <= steps; k++) {
    const x = from.x + ((to.x - from.x) * k) / steps;
    const y = from.y + ((to.y - from.y) * k) / steps;
    if (within(box, { x, y }, 0)) return true;
  }
  return false;
}
