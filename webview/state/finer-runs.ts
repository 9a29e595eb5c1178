import type { RunSummary } from "../../server/protocol/requests";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { wholePlane } from "./window";
import type { PlaneWindow } from "./window";

/** A run of a part of a plane, on a grid of its own. */
export interface FinerRun {
  readonly journal: string;
  /** The user's own name for it. */
  readonly name?: string;
  readonly window: PlaneWindow;
  /** Columns and rows. */
  readonly points: readonly [number, number];
}

/** More outlines than these hide the map. */
const most = 6;
/** Grids are made by division, so that equal ends differ in their last digits. */
const tolerance = 1e-9;

/**
 * Runs of parts of a run's plane, the newest first: of the same model and weights along the same directions, on the same
 * split, within its range and with points nearer to each other. The same number of samples must have given the same loss
 * at θ*, or the files have changed in between.
 */
export function finerRuns(run: RunData, summaries: readonly RunSummary[]): readonly FinerRun[] {
  if (!isSurface(run)) return [];
  const { model, directions, data, centre, study, x, y } = run.header;
  const whole = wholePlane(x, y);
  const isSame = (other: RunSummary): boolean =>
    other.journal !== run.journal &&
    other.measured > 0 &&
    other.model.path === model.path &&
    other.model.weights === study.model.weights &&
    other.directions === directions.label &&
    other.split === data.split &&
    (other.samples !== data.samples || other.loss === centre.loss);
  return summaries
    .flatMap((other): FinerRun[] => {
      const { plane, journal, name } = other;
      if (!plane || !isSame(other) || !isWithin(plane, whole)) return [];
      const isFiner =
        stepOf(plane.x, plane.points[0]) < stepOf(whole.x, x.length) &&
        stepOf(plane.y, plane.points[1]) < stepOf(whole.y, y.length);
      if (!isFiner) return [];
      const { points } = plane;
      return [{ journal, ...(name === undefined ? {} : { name }), window: { x: plane.x, y: plane.y }, points }];
    })
    .slice(0, most);
}

/** Inside, and not the whole of it. */
function isWithin(inner: PlaneWindow, outer: PlaneWindow): boolean {
  const span = (range: readonly [number, number]): number => range[1] - range[0];
  const near = tolerance * Math.max(span(outer.x), span(outer.y));
  const isInside = (a: readonly [number, number], b: readonly [number, number]): boolean =>
    a[0] >= b[0] - near && a[1] <= b[1] + near;
  return (
    isInside(inner.x, outer.x) &&
    isInside(inner.y, outer.y) &&
    (span(inner.x) < span(outer.x) - near || span(inner.y) < span(outer.y) - near)
  );
}

const stepOf = ([from, to]: readonly [number, number], count: number): number => (to - from) / Math.max(1, count - 1);
