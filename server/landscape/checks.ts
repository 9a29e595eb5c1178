import type { Parameter } from "../graph/graph";
import { fromJsonNumber, toJsonNumber } from "../protocol/numbers";
import type { Check, Point } from "../protocol/result";
import type { RandomDirections } from "../protocol/study";
import { isBiasOrNorm } from "./directions";
import type { Direction } from "./directions";
import { filterIndex, filterSquares } from "./filters";
import { movable, toFloat32 } from "./values";

/** Largest deviation of a norm ratio from 1, and of the centre's loss from the model's own, both relative. */
export const exactTolerance = 1e-6;

/** Below this norm a filter's float32 entries have lost their precision, and its ratio says nothing. */
const negligibleNorm = 1e-30;

/** How many times its expectation the cosine of two directions may reach. */
const cosineFactor = 5;

/**
 * Ratio ‖d_f‖/‖θ_f‖ of every filter (`filter`) or parameter (`layer`) in both directions; the value is its largest
 * deviation from 1. Error beyond 1e-6. Filters of norm zero must have a zero direction. With `weight` and `none`, which
 * do not fix the norms, the ratios per filter are reported with a warning, for such pictures cannot be compared.
 */
export function normRatioCheck(
  parameters: readonly Parameter[],
  directions: readonly [Direction, Direction],
  spec: RandomDirections,
): Check {
  const unit = spec.normalise === "layer" ? "layer" : "filter";
  let deviation = 0;
  for (const parameter of movable(parameters)) {
    if (isBiasOrNorm(parameter)) continue;
    const filters = filterIndex(parameter.tensor.shape, unit === "filter" ? parameter.filterAxes : []);
    const own = filterSquares(toFloat32(parameter.tensor), filters);
    for (const direction of directions) {
      const found = filterSquares(direction.get(parameter.name) ?? [], filters);
      for (let f = 0; f < filters.count; f++) deviation = worse(deviation, ratioDeviation(found[f]!, own[f]!));
    }
  }
  const base = { name: "norm-ratio", value: toJsonNumber(deviation), expected: 0 };
  if (spec.normalise === "weight" || spec.normalise === "none") {
    const message =
      "The directions are not scaled to the filters, so this picture cannot be compared with that of another model.";
    return { ...base, level: "warning", message };
  }
  if (deviation <= exactTolerance) {
    const message = `Every ${unit} of both directions has the norm of the model's own ${unit}.`;
    return { ...base, level: "ok", message };
  }
  const message = `A ${unit} of the directions differs in norm from the model's own by ${percent(deviation)}, so the scale of the picture is wrong.`;
  return { ...base, level: "error", message };
}

function ratioDeviation(found: number, own: number): number {
  if (own === 0) return found === 0 ? 0 : Infinity;
  if (own < negligibleNorm * negligibleNorm) return 0;
  return Math.abs(Math.sqrt(found) / Math.sqrt(own) - 1);
}

/** The larger of two, where NaN is larger than all. */
function worse(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

/**
 * Whether the two directions are as independent as random ones are.
 * @param cosine of the two directions
 * @param expected |cos| of such directions (`expectedCosine`); a warning beyond 5 times that
 */
export function cosineCheck(cosine: number, expected: number): Check {
  const base = { name: "cosine", value: toJsonNumber(cosine), expected: toJsonNumber(expected) };
  if (Math.abs(cosine) <= cosineFactor * expected) {
    const message = `The two directions are as good as perpendicular (cosine ${short(cosine)}, ${short(expected)} is usual).`;
    return { ...base, level: "ok", message };
  }
  const message = Number.isNaN(cosine)
    ? "A direction is zero, so the picture does not change along it."
    : `The two directions lean towards each other (cosine ${short(cosine)}, ${short(expected)} is usual), so the picture is skewed.`;
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

function short(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : `${value}`;
}

function percent(value: number): string {
  return `${short(100 * value)} %`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
