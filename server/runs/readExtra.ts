import { fromJsonNumber } from "../protocol/numbers";
import type { JsonNumber, SpectralDensity } from "../protocol/result";
import type { ExtraRecord } from "./extras";
import { isJsonNumber, isObject, isWhole } from "./shapes";

/**
 * A line of a journal as what was measured beside the grid; undefined when it is something else, or not as it was
 * written.
 * @param splits how many splits the run has.
 */
export function readExtra(line: unknown, splits: number): ExtraRecord | undefined {
  if (!isObject(line)) return undefined;
  switch (line.extra) {
    case "checkpoint":
      return isCheckpoint(line.values, splits) ? (line as ExtraRecord) : undefined;
    case "curvature":
      return isCurvature(line.values) && isWhole(line.parameters) ? (line as ExtraRecord) : undefined;
    case "trace":
      return isWhole(line.probe) && isJsonNumber(line.value)
        ? { extra: "trace", probe: line.probe, value: fromJsonNumber(line.value) }
        : undefined;
    case "density": {
      const values = toDensity(line.values);
      return isWhole(line.probe) && values ? { extra: "density", probe: line.probe, values } : undefined;
    }
    case "sharpness":
      return isSharpness(line.values) ? (line as ExtraRecord) : undefined;
    default:
      return undefined;
  }
}

function isCheckpoint(values: unknown, splits: number): boolean {
  if (!isObject(values) || !isWhole(values.checkpoint)) return false;
  return [values.own, values.inPlane].every(
    (list) => Array.isArray(list) && list.length === splits && list.every(isSplit),
  );
}

function isSplit(value: unknown): boolean {
  return isObject(value) && [value.loss, value.accuracy, value.lossError].every(isJsonNumber);
}

function isCurvature(values: unknown): boolean {
  if (!isObject(values) || !isWhole(values.index) || !isWhole(values.products)) return false;
  const { max, min, symmetry, residual } = values;
  return [max, min, symmetry].every(isJsonNumber) && areNumbers(residual) && residual.length === 2;
}

function isSharpness(values: unknown): boolean {
  if (!isObject(values) || !isWhole(values.steps)) return false;
  return [values.epsilon, values.largest, values.centre, values.sharpness].every(isJsonNumber);
}

function toDensity(density: unknown): SpectralDensity | undefined {
  if (!isObject(density)) return undefined;
  const { values, weights } = density;
  if (!areNumbers(values) || !areNumbers(weights) || values.length !== weights.length) return undefined;
  return { values: values.map(fromJsonNumber), weights: weights.map(fromJsonNumber) };
}

function areNumbers(list: unknown): list is readonly JsonNumber[] {
  return Array.isArray(list) && list.every(isJsonNumber);
}
