import type { CheckpointFacts, SplitValues } from "../../server/protocol/result";
import { formatTick } from "../charts/format";
import type { ViewState } from "../protocol/messages";
import { trajectoryStrings as strings } from "../strings/trajectory";
import { heldSplit } from "./field";
import type { Metric, Split } from "./field";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import { optionsOf } from "./view";
import type { PlaneWindow } from "./window";
import { wholePlane } from "./window";

/** Values of one checkpoint for the metric and split that are shown; NaN until measured. */
export interface TrackValues {
  /** With the checkpoint's own weights and statistics. */
  readonly own: number;
  /** In the plane, at its projection. */
  readonly inPlane: number;
}

/** A checkpoint as it is drawn. */
export interface TrackPoint extends TrackValues, Pick<CheckpointFacts, "name" | "path" | "x" | "y" | "offPlane"> {
  readonly index: number;
  /** Where it stands on the axis of time: its epoch, or its place in the series where not all have one. */
  readonly time: number;
  /** What is written beside it: its epoch, "init" for 0, or its number. */
  readonly label: string;
  readonly epoch?: number;
  readonly learningRate?: number;
  /** Distance from θ*. */
  readonly distance: number;
  /** `offPlane` as a share of the distance from θ*; NaN at θ* itself. */
  readonly offPlaneShare: number;
  /** The learning rate dropped after it. */
  readonly drop: boolean;
  /** The learning rate after the drop, where it is known. */
  readonly dropTo?: number;
  /** Own accuracy in percent of what is shown, a split or the difference of two; NaN where the loss has none. */
  readonly accuracy: number;
  /** Its values are there; they may be NaN where training diverged. */
  readonly isMeasured: boolean;
}

/** How much of the path's variance a plane holds, beside what chance gives. */
export interface Explained {
  readonly shares: readonly [number, number];
  readonly walk: readonly [number, number];
  /** Points of the path that take part, and of the random walk. */
  readonly rows: number;
  /** The plane holds clearly more than that of a random walk. */
  readonly isClear: boolean;
}

/** The path of a run as it is drawn. */
export interface Track {
  readonly points: readonly TrackPoint[];
  /** How many of the last ones came after the plane was made. */
  readonly added: number;
  readonly explained?: Explained;
}

/** Shares of variance that lie closer than this to those of a random walk are not clearly above them. */
const clearly = 0.05;

const tracks = new WeakMap<RunData, Map<string, Track>>();

/** The path of a run with values of a metric on a split, the same object for the same run; undefined without checkpoints. */
export function trackOf(run: RunData, metric: Metric, split: Split): Track | undefined {
  const { trajectory } = run.header;
  if (!trajectory || trajectory.checkpoints.length === 0) return undefined;
  const taken = heldSplit(run, split);
  const kept = tracks.get(run) ?? new Map<string, Track>();
  tracks.set(run, kept);
  const key = `${metric} ${taken}`;
  const track = kept.get(key) ?? makeTrack(run, metric, taken);
  kept.set(key, track);
  return track;
}

function makeTrack(run: RunData, metric: Metric, split: Split): Track {
  const { checkpoints, drops, added = 0 } = run.header.trajectory!;
  const measured = new Map((run.extras?.checkpoints ?? []).map((values) => [values.checkpoint, values]));
  const dated = checkpoints.every(
    ({ epoch }, k) => epoch !== undefined && (k === 0 || epoch > (checkpoints[k - 1]!.epoch ?? Infinity)),
  );
  // A drop between two checkpoints is marked at the earlier one.
  const before = (drop: number): number =>
    checkpoints.reduce((last, { epoch }, k) => (epoch !== undefined && epoch <= drop ? k : last), -1);
  const dropped = new Set(drops.map(before));
  const points = checkpoints.map((facts, index): TrackPoint => {
    const { epoch, distance, offPlane } = facts;
    const values = measured.get(index);
    const dropTo = dropped.has(index) ? checkpoints[index + 1]?.learningRate : undefined;
    return {
      ...facts,
      index,
      time: dated ? epoch! : index,
      label: labelOf(epoch, index),
      offPlaneShare: distance > 0 ? offPlane / distance : NaN,
      drop: dropped.has(index),
      ...(dropTo === undefined ? {} : { dropTo }),
      own: shownValue(values?.own, metric, split),
      inPlane: shownValue(values?.inPlane, metric, split),
      accuracy: shownValue(values?.own, "accuracy", split),
      isMeasured: values !== undefined,
    };
  });
  return { points, added, ...explainedOf(run) };
}

function labelOf(epoch: number | undefined, index: number): string {
  if (epoch === undefined) return String(index + 1);
  return epoch === 0 ? strings.initial : formatTick(Number(epoch.toFixed(2)));
}

/** A value of a list of splits; the second less the first for their difference. */
function shownValue(splits: readonly SplitValues[] | undefined, metric: Metric, split: Split): number {
  if (!splits) return NaN;
  const at = (k: number): number => {
    const values = splits[k];
    if (!values) return NaN;
    const accuracy = toNumber(values.accuracy);
    return metric === "loss" ? toNumber(values.loss) : metric === "error" ? 100 - accuracy : accuracy;
  };
  return split === "difference" ? at(1) - at(0) : at(split);
}

function explainedOf({ header }: RunData): { readonly explained?: Explained } {
  const { explainedVariance: shares, randomWalk: walk, centred, checkpoints, added = 0 } = header.trajectory!;
  if (!shares || !walk) return {};
  const { directions } = header.study;
  const withFinal = directions.kind === "pca" && directions.finalRow && centred === true;
  const rows = checkpoints.slice(0, checkpoints.length - added).filter(({ distance }) => distance > 0).length;
  const isClear = shares[0] + shares[1] - walk[0] - walk[1] > clearly;
  return { explained: { shares, walk, rows: rows + (withFinal ? 1 : 0), isClear } };
}

/** Room around the path where it leaves what was measured, as a share of the wider side. */
const room = 0.05;

/**
 * What is shown of the plane: what was measured, widened in its own proportions where the path leaves it, so that a unit
 * stays as long on both axes.
 */
export function trackWindow(run: RunData, track: Track): { readonly window: PlaneWindow; readonly isWidened: boolean } {
  const whole = wholePlane(run.header.x, run.header.y);
  const ends = (range: readonly [number, number], values: readonly number[]) =>
    [Math.min(range[0], ...values), Math.max(range[1], ...values)] as const;
  const x = ends(
    whole.x,
    track.points.map((point) => point.x),
  );
  const y = ends(
    whole.y,
    track.points.map((point) => point.y),
  );
  const isWidened = x[0] < whole.x[0] || x[1] > whole.x[1] || y[0] < whole.y[0] || y[1] > whole.y[1];
  if (!isWidened) return { window: whole, isWidened };
  const spans = [whole.x[1] - whole.x[0], whole.y[1] - whole.y[0]] as const;
  const factor = Math.max((x[1] - x[0]) / spans[0], (y[1] - y[0]) / spans[1]) * (1 + 2 * room);
  return { window: { x: around(x, spans[0] * factor), y: around(y, spans[1] * factor) }, isWidened };
}

function around(range: readonly [number, number], span: number): readonly [number, number] {
  const centre = (range[0] + range[1]) / 2;
  return [centre - span / 2, centre + span / 2];
}

/** The checkpoint whose time is nearest. */
export function nearestInTime(points: readonly TrackPoint[], time: number): number {
  return points.reduce(
    (best, point, k) => (Math.abs(point.time - time) < Math.abs(points[best]!.time - time) ? k : best),
    0,
  );
}

/** What the Trajectory view keeps of its own: whether checkpoints are added as a training writes them. */
export const trajectoryOptions = (view: ViewState) => optionsOf(view, "trajectory", { follow: true });
