import { radiusAlong, radiusFactor, reachOf } from "../../server/drawing/radius";
import { fieldOf, readingAt } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";

/** The radius is where the loss reaches this many times that of the trained weights. */
export const pairFactor = radiusFactor;

/** Relative difference of the mean radii beyond which the width of the valley is said to depend on the directions. */
export const pairLimit = 0.25;

/** Rays from the centre along which the radius is looked for, and steps along each. */
const rays = 64;
const steps = 256;

/** How far the loss stays below `pairFactor` times that of the centre, in units of the directions. */
export interface ValleyShape {
  /** By ray, from α = 1 on towards β = 1; the edge of the plane where the loss stays below. */
  readonly radii: readonly number[];
  readonly mean: number;
  /** Rays along which the loss stays below up to the edge. */
  readonly open: number;
}

/** Two planes of one model in comparison. */
export interface PairComparison {
  readonly here: ValleyShape;
  readonly there: ValleyShape;
  readonly seeds: readonly [number, number];
  /** |r₁ − r₂| / ((r₁ + r₂)/2) of the mean radii. */
  readonly difference: number;
}

/**
 * The shape of a surface around the trained weights: along each ray the first place where the loss reaches `pairFactor`
 * times that of the centre, on the logarithmic interpolation of the grid. Undefined without a complete surface, or where
 * the loss of the centre is not positive.
 */
export function valleyShape(run: RunData): ValleyShape | undefined {
  const field = fieldOf(run, "loss");
  const centre = Number(run.header.centre.loss);
  if (!field.complete || !(centre > 0) || field.columns < 3 || field.rows < 3) return undefined;
  const reach = reachOf(field);
  if (!(reach > 0)) return undefined;
  const lossAt = (alpha: number, beta: number) => readingAt(field, alpha, beta).value;
  const radii = Array.from({ length: rays }, (_, k) =>
    radiusAlong(lossAt, (2 * Math.PI * k) / rays, reach, centre, steps),
  );
  return {
    radii: radii.map((radius) => Math.min(radius, reach)),
    mean: radii.reduce((sum, radius) => sum + Math.min(radius, reach), 0) / rays,
    open: radii.filter((radius) => radius > reach).length,
  };
}

/**
 * Compares the widths of the valley in the planes of two runs; undefined unless both are finished surfaces along random
 * directions of one model, data, loss, normalisation and range, with different seeds, and the loss reaches the limit
 * within the plane along most rays.
 */
export function comparePair(a: RunData, b: RunData): PairComparison | undefined {
  const [one, two] = [a.header.study, b.header.study];
  if (one.directions.kind !== "random" || two.directions.kind !== "random") return undefined;
  const { seed, ...rest } = one.directions;
  const { seed: otherSeed, ...otherRest } = two.directions;
  const same = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y);
  const isComparable =
    [a, b].every((run) => isSurface(run) && run.status === "done") &&
    seed !== otherSeed &&
    same(rest, otherRest) &&
    same(
      [one.model, one.data, one.loss, one.grid.x, one.grid.y, one.batchNorm],
      [two.model, two.data, two.loss, two.grid.x, two.grid.y, two.batchNorm],
    ) &&
    same(a.header.centre.loss, b.header.centre.loss);
  if (!isComparable) return undefined;
  const [here, there] = [valleyShape(a), valleyShape(b)];
  if (!here || !there || Math.max(here.open, there.open) > rays / 2) return undefined;
  const difference = Math.abs(here.mean - there.mean) / ((here.mean + there.mean) / 2);
  return { here, there, seeds: [seed, otherSeed], difference };
}
