import type { Box } from "../../../drawing/box";
import { fromJsonNumber } from "../../../protocol/numbers";
import type { TrajectoryFigure } from "../../../protocol/result";
import { axisNames, type Overlay } from "./contourFigure";
import { percentText } from "./format";
import type { Exportable } from "../exportable";
import { clipped, sizes, type Canvas } from "./canvas";
import { element, group, pathData } from "./element";
import { text, textWidth } from "./text";
import type { Scale } from "./ticks";

/** Colours of a path: on a map white with a dark casing, which is seen on every ground; on bare paper those of a chart. */
interface PathColours {
  readonly line: string;
  readonly casing: string;
  readonly letters: string;
  readonly halo: string;
}

const onMap: PathColours = {
  line: "#ffffff",
  casing: "#000000",
  letters: "#ffffff",
  halo: "#26292e",
};

function onPaper({ theme }: Canvas): PathColours {
  return { line: theme.loss, casing: theme.paper, letters: theme.ink, halo: theme.paper };
}

/** A checkpoint's place in pixels and what it is called. */
export interface PathPlace {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly drop: boolean;
}

export function hasEpochs({ checkpoints }: TrajectoryFigure): boolean {
  return checkpoints.every(({ epoch }) => epoch !== undefined);
}

/** What a checkpoint is called in pictures: its epoch, or its number. */
export function epochOf(trajectory: TrajectoryFigure, index: number): number {
  return hasEpochs(trajectory) ? trajectory.checkpoints[index]!.epoch! : index;
}

/**
 * Indices of the checkpoints after which the learning rate dropped: for each drop the last one that is not later. Without
 * epochs the drops, which are epochs, have no place.
 */
export function dropsOf(trajectory: TrajectoryFigure): ReadonlySet<number> {
  if (!hasEpochs(trajectory)) return new Set();
  const epochs = trajectory.checkpoints.map((_, k) => epochOf(trajectory, k));
  const found = trajectory.drops.map((drop) => epochs.reduce((last, epoch, k) => (epoch <= drop ? k : last), -1));
  return new Set(found.filter((index) => index >= 0));
}

/** The axes with the share of variance that they explain. */
export function pathAxes(result: Exportable, { explainedVariance }: TrajectoryFigure): readonly [string, string] {
  if (!explainedVariance) return axisNames(result);
  const name = (k: 0 | 1): string => `PC ${k + 1} (${percentText(100 * explainedVariance[k])} of variance)`;
  return [name(0), name(1)];
}

/** The places of all checkpoints. */
export function placesOf(trajectory: TrajectoryFigure, x: Scale, y: Scale): readonly PathPlace[] {
  const drops = dropsOf(trajectory);
  return trajectory.checkpoints.map((checkpoint, k) => ({
    x: x.at(checkpoint.x),
    y: y.at(checkpoint.y),
    label: String(epochOf(trajectory, k)),
    drop: drops.has(k),
  }));
}

/**
 * The path with a dot for each checkpoint, a diamond where the learning rate dropped, and the model itself larger; below the
 * plot what these mean.
 */
export function pathOverlay(
  canvas: Canvas,
  trajectory: TrajectoryFigure,
  { plot, x, y }: { readonly plot: Box; readonly x: Scale; readonly y: Scale },
  ground: "map" | "paper",
): Overlay {
  const colours = ground === "map" ? onMap : onPaper(canvas);
  const places = placesOf(trajectory, x, y);
  const d = pathData([places.flatMap((place) => [place.x, place.y])]);
  const stroke = { fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" } as const;
  const last = places[places.length - 1];
  const markup = clipped(
    canvas,
    "path",
    plot,
    element("path", { d, ...stroke, stroke: colours.casing, "stroke-opacity": 0.55, "stroke-width": 3.6 }),
    element("path", { class: "trajectory", d, ...stroke, stroke: colours.line, "stroke-width": 1.7 }),
    ...places.slice(0, -1).map((place) => dot(place.x, place.y, 3, colours)),
    ...places.filter(({ drop }) => drop).map((place) => diamond(canvas, place.x, place.y)),
    last ? dot(last.x, last.y, modelRadius, colours) : "",
    ...labels(places, plot, colours),
  );
  const keys = pathKeys(canvas, trajectory, plot.x, plot.y + plot.height + 53, colours);
  return { markup: markup + keys, avoid: places };
}

const modelRadius = 4.2;

function dot(cx: number, cy: number, r: number, { line, casing }: PathColours): string {
  return element("circle", { class: "checkpoint", cx, cy, r, fill: line, stroke: casing, "stroke-width": 1 });
}

function diamond({ theme }: Canvas, x: number, y: number): string {
  const corners = [x, y - 6.5, x + 6.5, y, x, y + 6.5, x - 6.5, y];
  const d = pathData([corners], true);
  return element("path", { class: "drop", d, fill: theme.drop, stroke: "#000000", "stroke-width": 0.9 });
}

/** Checkpoints nearer than this share one label. */
const together = 9;

/** Labels beside the places, `6–8` for what lies together, left out where there is no room. */
function labels(places: readonly PathPlace[], plot: Box, { letters, halo }: PathColours): readonly string[] {
  const groups: PathPlace[][] = [];
  for (const place of places) {
    const current = groups[groups.length - 1];
    const previous = current?.[current.length - 1];
    if (previous && Math.hypot(place.x - previous.x, place.y - previous.y) < together) current.push(place);
    else groups.push([place]);
  }
  const taken: Box[] = places.map(({ x, y }) => ({ x: x - 5, y: y - 5, width: 10, height: 10 }));
  const segments = places.slice(1).flatMap((place, k) => along(places[k]!, place));
  // The ends of the path matter most.
  const order = [...groups.keys()].sort((a, b) => rank(a, groups.length) - rank(b, groups.length));
  return order.flatMap((k) => {
    const members = groups[k]!;
    const { x, y } = members[0]!;
    const first = members[0]!.label;
    const label = members.length > 1 ? `${first}–${members[members.length - 1]!.label}` : first;
    const box = freeBox(x, y, textWidth(label, sizes.label), plot, taken, segments);
    if (!box) return [];
    taken.push(box);
    return [
      text(box.x + box.width / 2, box.y + box.height / 2, label, {
        size: sizes.label,
        fill: letters,
        halo,
        anchor: "middle",
        middle: true,
      }),
    ];
  });
}

function rank(k: number, count: number): number {
  return k === 0 || k === count - 1 ? 0 : k;
}

/** Points every few pixels between two places. */
function along(from: PathPlace, to: PathPlace): readonly { readonly x: number; readonly y: number }[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 5));
  return Array.from({ length: steps }, (_, k) => ({
    x: from.x + ((to.x - from.x) * (k + 0.5)) / steps,
    y: from.y + ((to.y - from.y) * (k + 0.5)) / steps,
  }));
}

const height = 12;

/** The first of eight places around a point where a label meets nothing else. */
function freeBox(
  x: number,
  y: number,
  width: number,
  plot: Box,
  taken: readonly Box[],
  points: readonly { readonly x: number; readonly y: number }[],
): Box | undefined {
  const angles = [-45, 45, 0, -90, 90, 180, -135, 135].map((degrees) => (degrees * Math.PI) / 180);
  const boxes = angles.map((angle) => ({
    x: x + Math.cos(angle) * (10 + width / 2) - width / 2,
    y: y + Math.sin(angle) * 14 - height / 2,
    width,
    height,
  }));
  return boxes.find(
    (box) =>
      box.x > plot.x + 2 &&
      box.y > plot.y + 2 &&
      box.x + box.width < plot.x + plot.width - 2 &&
      box.y + box.height < plot.y + plot.height - 2 &&
      taken.every((other) => !overlap(box, other)) &&
      points.every((point) => !overlap(box, { x: point.x - 2, y: point.y - 2, width: 4, height: 4 })),
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** What the marks of the path mean, in one line. */
function pathKeys(canvas: Canvas, trajectory: TrajectoryFigure, x: number, y: number, colours: PathColours): string {
  const { theme } = canvas;
  const parts: string[] = [];
  let left = x;
  const key = (mark: string, name: string): void => {
    parts.push(mark, text(left + 12, y, name, { size: sizes.caption, fill: theme.muted, middle: true }));
    left += 30 + textWidth(name, sizes.caption);
  };
  key(dot(left + 3, y, 3, colours), hasEpochs(trajectory) ? "checkpoint, by epoch" : "checkpoint, by number");
  key(dot(left + 3, y, modelRadius, colours), "trained model");
  if (dropsOf(trajectory).size > 0) key(diamond(canvas, left + 2, y), "learning rate drops");
  return group({}, ...parts);
}

/** A path without a surface has a plot of its own around it: 20 % room on every side, the same unit on both axes. */
export function pathRange({ checkpoints }: TrajectoryFigure): {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
} {
  const around = (values: readonly number[]): [number, number] => {
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const room = (high - low || 1) * 0.2;
    return [low - room, high + room];
  };
  return { x: around(checkpoints.map(({ x }) => x)), y: around(checkpoints.map(({ y }) => y)) };
}

/** Losses of all checkpoints: with their own weights, and in the plane; NaN where not measured. */
export function pathLosses(
  { checkpoints }: TrajectoryFigure,
  split?: string,
): {
  readonly own: readonly number[];
  readonly inPlane: readonly number[];
} {
  const of = (k: number, at: "own" | "inPlane"): number => {
    const { splits, loss, planeLoss } = checkpoints[k]!;
    const values = split === undefined ? undefined : splits?.[split];
    return fromJsonNumber((values ? values[at].loss : at === "own" ? loss : planeLoss) ?? "NaN");
  };
  const column = (at: "own" | "inPlane"): readonly number[] => checkpoints.map((_, k) => of(k, at));
  return { own: column("own"), inPlane: column("inPlane") };
}
