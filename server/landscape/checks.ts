import { toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import { fromJsonNumber, toJsonNumber } from "../protocol/numbers";
import type { Check, CheckpointFacts, CheckpointValues, Point } from "../protocol/result";
import type { BatchNormMode, Directions, RandomDirections } from "../protocol/study";
import { isBiasOrNorm } from "./directions";
import type { Direction } from "./directions";
import { filterSquares } from "./filters";
import { followsModel, unitIndex, unitOf } from "./normalise";
import { isStatistic, movable } from "./values";
import { percent, plural, short, worse } from "./words";

/** Largest deviation of a norm ratio from 1, and of the centre's loss from the model's own, both relative. */
export const exactTolerance = 1e-6;

/** Below this norm a filter's float32 entries have lost their precision, and its ratio says nothing. */
const negligibleNorm = 1e-30;

/** How many times its expectation the cosine of two directions may reach. */
const cosineFactor = 5;

/** |cos| of 60°, beyond which directions that are not random make a picture look skewed. */
const skewedCosine = 0.5;

/** Share of its distance from the model that a checkpoint may lie off the plane before its loss there is another's. */
const mostOffPlane = 0.5;

/** Relative difference of a checkpoint's loss in the plane from its own that a picture may hide. */
const mostDifference = 0.1;

/**
 * Norm of every filter (`filter`) or parameter (`layer`) of random directions as a ratio ‖d_f‖/‖θ_f‖, or, with `dfilter`
 * and `dlayer`, ‖d_f‖ itself; the value is the largest deviation from 1. Error beyond 1e-6. Filters of norm zero must have
 * a zero direction, unless all have unit norm. A warning where the norms are not the model's own, for such pictures cannot
 * be compared: with `dfilter` and `dlayer`, and with `weight` and `none`, which do not fix the norms at all.
 *
 * @param directions the random ones of a plane or a family
 */
export function normRatioCheck(
  parameters: readonly Parameter[],
  directions: readonly Direction[],
  { normalise }: Pick<RandomDirections, "normalise">,
): Check {
  const unit = unitOf(normalise);
  const own = unit === undefined || followsModel(normalise);
  const deviation = largestDeviation(parameters, directions, unit ?? "filter", own);
  const base = { name: "norm-ratio", value: toJsonNumber(deviation), expected: 0 };
  const which = ["no direction", "the direction", "both directions"][directions.length] ?? "all directions";
  if (!unit) {
    const are = directions.length === 1 ? "direction is" : "directions are";
    const message = `The ${are} not scaled to the filters, so this picture cannot be compared with that of another model.`;
    return { ...base, level: "warning", message };
  }
  const standard = own ? `the norm of the model's own ${unit}` : "unit norm";
  if (!(deviation <= exactTolerance)) {
    const message = `A ${unit} of a direction does not have ${standard} but differs by ${percent(deviation)}, so the scale of the picture is wrong.`;
    return { ...base, level: "error", message };
  }
  if (own) return { ...base, level: "ok", message: `Every ${unit} of ${which} has ${standard}.` };
  const message = `Every ${unit} of ${which} has ${standard} whatever the model's own, so this picture cannot be compared with that of another model.`;
  return { ...base, level: "warning", message };
}

function largestDeviation(
  parameters: readonly Parameter[],
  directions: readonly Direction[],
  unit: "filter" | "layer",
  own: boolean,
): number {
  let deviation = 0;
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    if (isBiasOrNorm(parameter) || theta.length === 0) continue;
    const filters = unitIndex(parameter, unit);
    const wanted = own ? filterSquares(theta, filters) : new Float64Array(filters.count).fill(1);
    for (const direction of directions) {
      const found = filterSquares(direction.get(parameter.name) ?? [], filters);
      for (let f = 0; f < filters.count; f++) deviation = worse(deviation, ratioDeviation(found[f]!, wanted[f]!));
    }
  }
  return deviation;
}

function ratioDeviation(found: number, own: number): number {
  if (own === 0) return found === 0 ? 0 : Infinity;
  if (own < negligibleNorm * negligibleNorm) return 0;
  return Math.abs(Math.sqrt(found) / Math.sqrt(own) - 1);
}

/**
 * Whether the two directions are as independent as they should be.
 * @param cosine of the two directions
 * @param expected |cos| of such directions (`expectedCosine`, `expectedCosineWith`); a warning beyond 5 times that.
 *   Absent where neither is random (principal directions, eigenvectors, other models, files): a warning beyond ½
 */
export function cosineCheck(cosine: number, expected?: number): Check {
  const base = { name: "cosine", value: toJsonNumber(cosine), expected: toJsonNumber(expected ?? 0) };
  const usual = expected === undefined ? "" : `, ${short(expected)} is usual`;
  if (Math.abs(cosine) <= (expected === undefined ? skewedCosine : cosineFactor * expected)) {
    const near = expected === undefined && Math.abs(cosine) > 0.01 ? "at a wide angle" : "as good as perpendicular";
    const message = `The two directions are ${near} (cosine ${short(cosine)}${usual}).`;
    return { ...base, level: "ok", message };
  }
  const lean = cosine < 0 ? "away from" : "towards";
  const message = Number.isNaN(cosine)
    ? "A direction is zero, so the picture does not change along it."
    : `The two directions lean ${lean} each other (cosine ${short(cosine)}${usual}), so the picture is skewed.`;
  return { ...base, level: "warning", message };
}

/**
 * Whether running statistics go with the weights between two models: a warning when both models have batch normalisation
 * and the statistics of one are kept. The value is the number of statistics that are kept. Undefined where there is
 * nothing to say: without batch normalisation, or when no other model is approached.
 */
export function batchNormCheck(
  parameters: readonly Parameter[],
  { kind }: Pick<Directions, "kind">,
  mode: BatchNormMode,
): Check | undefined {
  const statistics = parameters.filter(isStatistic).length;
  if (statistics === 0 || (kind !== "to" && kind !== "between")) return undefined;
  const base = { name: "batch-norm", value: mode === "keep" ? statistics : 0, expected: 0 };
  if (mode !== "keep") {
    const how =
      mode === "interpolate"
        ? "interpolated with the weights; beyond both models a variance may become negative, and the loss no number"
        : "measured anew at every point";
    return { ...base, level: "ok", message: `The running statistics of batch normalisation are ${how}.` };
  }
  const message =
    "The running statistics of batch normalisation are the model's own everywhere, so the loss is wrong at the other model and between the two: interpolate them or have them measured anew.";
  return { ...base, level: "warning", message };
}

/**
 * Whether the plane's centre gives the loss of the unperturbed model.
 * @param measured loss at (0, 0) of the plane
 * @param own loss of the model with its pristine weights; error beyond a relative difference of 1e-6, or when either
 *   is not a finite number
 */
export function centreCheck(measured: number, own: number): Check {
  const base = { name: "centre", value: toJsonNumber(measured), expected: toJsonNumber(own) };
  if (!Number.isFinite(own)) {
    const message = `The loss of the model itself is ${own}, so there is nothing to compare its surroundings with.`;
    return { ...base, level: "error", message };
  }
  const difference = Math.abs(measured - own);
  if (difference <= exactTolerance * Math.abs(own)) {
    const message = `The loss at the centre, ${short(measured)}, is that of the model itself.`;
    return { ...base, level: "ok", message };
  }
  const message = `The loss at the centre is ${measured} but that of the model itself is ${own}, so the picture cannot be trusted.`;
  return { ...base, level: "error", message };
}

/** Counts the points whose loss is NaN or infinite; a warning when there is one. They are kept as they are. */
export function finiteCheck(points: readonly Pick<Point, "loss">[]): Check {
  const losses = points.map(({ loss }) => fromJsonNumber(loss));
  const undefinedCount = losses.filter(Number.isNaN).length;
  const count = losses.filter((loss) => !Number.isFinite(loss)).length;
  const base = { name: "finite", value: count, expected: 0 };
  if (count === 0) {
    return { ...base, level: "ok", message: "The loss is a finite number at every point that was measured." };
  }
  const kinds = [
    undefinedCount > 0 ? `not a number at ${plural(undefinedCount, "point")}` : "",
    count > undefinedCount ? `infinite at ${plural(count - undefinedCount, "point")}` : "",
  ];
  const message = `The loss is ${kinds.filter(Boolean).join(" and ")} of ${points.length}: the model's numbers overflow there, usually far from the centre.`;
  return { ...base, level: "warning", message };
}

/**
 * Whether the contours are further apart than the loss is uncertain. The value is the median over the points of the
 * loss's standard error divided by the distance of neighbouring contours there: a sixteenth of the range, or, where the
 * largest loss is more than 20 times the smallest and contours are logarithmic, a fifth of the loss. A warning beyond ½.
 */
export function samplingCheck(points: readonly Pick<Point, "loss" | "lossError">[], samples: number): Check {
  const measured = points
    .map(({ loss, lossError }) => ({ loss: fromJsonNumber(loss), error: fromJsonNumber(lossError) }))
    .filter(({ loss, error }) => Number.isFinite(loss) && Number.isFinite(error));
  const low = measured.reduce((least, { loss }) => Math.min(least, loss), Infinity);
  const high = measured.reduce((most, { loss }) => Math.max(most, loss), -Infinity);
  const logarithmic = high > 20 * low;
  const ratios = measured.map(({ loss, error }) =>
    error === 0 ? 0 : error / (logarithmic ? loss / 5 : (high - low) / 16),
  );
  ratios.sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)] ?? NaN;
  const base = { name: "sampling", value: toJsonNumber(median), expected: 0.5 };
  if (median <= 0.5) {
    const message = `${plural(samples, "sample")} are enough: the loss is surer than the distance of neighbouring contours.`;
    return { ...base, level: "ok", message };
  }
  const message = Number.isNaN(median)
    ? `${plural(samples, "sample")} do not tell how sure the loss is.`
    : `With ${plural(samples, "sample")} the loss is less sure than the contours suggest: fine structure may be chance, so use more samples.`;
  return { ...base, level: "warning", message };
}

/**
 * Whether the model does better than guessing: a warning when its loss is above 95 % of ln(classes), the loss of equal
 * probabilities for all classes.
 */
export function chanceCheck(loss: number, classes: number): Check {
  const chance = Math.log(classes);
  const base = { name: "chance", value: toJsonNumber(loss), expected: toJsonNumber(chance) };
  if (loss < 0.95 * chance) {
    const message = `The loss at the centre, ${short(loss)}, is below the chance level ${short(chance)}.`;
    return { ...base, level: "ok", message };
  }
  const words = loss > 1.05 * chance ? "above chance level" : "chance level";
  const message = Number.isNaN(loss)
    ? "The loss at the centre is not a number, so the model cannot be compared with guessing."
    : `The loss at the centre is ${short(loss)}, ${words} (${short(chance)}) for ${classes} classes: unless the model is untrained, the usual causes are the scaling of the samples and the order of the labels.`;
  return { ...base, level: "warning", message };
}

/**
 * How far the path leaves the plane: the value is the largest offPlane/distance of all checkpoints; those at the model
 * itself are left out. A warning beyond ½.
 */
export function offPlaneCheck({
  checkpoints,
}: {
  readonly checkpoints: readonly Pick<CheckpointFacts, "name" | "distance" | "offPlane">[];
}): Check {
  const shares = checkpoints
    .filter(({ distance }) => distance !== 0)
    .map(({ name, distance, offPlane }) => ({ name, value: offPlane / distance }));
  const worst = largest(shares);
  const base = { name: "off-plane", value: toJsonNumber(worst?.value ?? 0), expected: mostOffPlane };
  if (!worst || worst.value <= mostOffPlane) {
    const message = `The path stays near the plane: no checkpoint is further off it than ${percent(worst?.value ?? 0)} of its distance from the model.`;
    return { ...base, level: "ok", message };
  }
  const message = `The path leaves the plane (${worst.name} is off it by ${percent(worst.value)} of its distance from the model), so the loss that the plane shows beneath the path is not the path's loss.`;
  return { ...base, level: "warning", message };
}

/**
 * How far the loss of the first split in the plane differs from the checkpoints' own, at their projections: the value is
 * the largest |own − inPlane| / max(own, inPlane). A warning beyond 10 %, or where only one of the two is finite.
 * @param values of the checkpoints that are measured
 * @param names of all checkpoints, by the index that `values` has
 */
export function pathLossCheck(
  values: readonly Pick<CheckpointValues, "checkpoint" | "own" | "inPlane">[],
  names: readonly string[],
): Check {
  const differences = values.map(({ checkpoint, own, inPlane }) => {
    const [mine, plane] = [own, inPlane].map(([first]) => (first ? fromJsonNumber(first.loss) : NaN)) as [
      number,
      number,
    ];
    return { name: names[checkpoint] ?? "", mine, plane, value: differenceOf(mine, plane) };
  });
  const worst = largest(differences);
  const base = { name: "path-loss", value: toJsonNumber(worst?.value ?? 0), expected: mostDifference };
  if (!worst || worst.value <= mostDifference) {
    const message = `The loss in the plane is that of the path's checkpoints to within ${percent(worst?.value ?? 0)}.`;
    return { ...base, level: "ok", message };
  }
  const message = `The loss of the plane is not that of the path (at ${worst.name} the plane has ${short(worst.plane)}, the checkpoint itself ${short(worst.mine)}), so read the path's loss from its checkpoints.`;
  return { ...base, level: "warning", message };
}

/**
 * Whether the path has more direction than chance gives: the value is the share of the variance that both principal
 * directions explain, to be compared with that of a pure random walk (`randomWalkBaseline`). A warning when it is not
 * above it.
 */
export function explainedVarianceCheck(
  explained: readonly [number, number],
  randomWalk: readonly [number, number],
): Check {
  const [found, chance] = [explained, randomWalk].map(([first, second]) => first + second) as [number, number];
  const base = { name: "explained-variance", value: toJsonNumber(found), expected: toJsonNumber(chance) };
  if (found > chance) {
    const message = `The plane holds ${percent(found)} of the path's variance, more than that of a pure random walk (${percent(chance)}).`;
    return { ...base, level: "ok", message };
  }
  const message = `The plane holds ${percent(found)} of the path's variance, no more than that of a pure random walk (${percent(chance)}), so the shape of the path may be chance.`;
  return { ...base, level: "warning", message };
}

/** 0 for equal numbers, infinities and NaN among them; infinite where only one is finite. */
function differenceOf(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

/** The entry with the largest value, NaN being larger than all; undefined when there is none. */
function largest<T extends { readonly value: number }>(entries: readonly T[]): T | undefined {
  return entries.reduce<T | undefined>(
    (most, entry) => (most === undefined || Number.isNaN(entry.value) || entry.value > most.value ? entry : most),
    undefined,
  );
}
