import { sizeOf, type Tensor } from "../graph/tensor";
import type { LossName } from "../protocol/study";
import type { LabelledData } from "./dataset";
import { numberReader } from "./elements";

/** The loss that labels ask for. */
export interface AskedLoss {
  readonly name: LossName;
  /** Why, as a sentence. */
  readonly notice: string;
}

/** Rows of probabilities add up to 1 within this. */
const ofOne = 1e-3;

/**
 * The loss of a model of which no training is known, where the labels cannot be classes of its samples: another than
 * cross-entropy for targets that are no whole numbers, for a model with one output, for several labels of one sample, and
 * for a label of every token.
 * @param classes number of the model's outputs, or null when it is unknown.
 * @param input shape of one sample; null for unknown extents.
 * @returns undefined where the labels may be classes, or are nothing that is known here.
 */
export function lossFor(
  { y, names }: LabelledData,
  classes: number | null,
  input: readonly (number | null)[],
): AskedLoss | undefined {
  const columns = sizeOf(y.shape.slice(1));
  if (y.data.length === 0 || !everyOf(y, Number.isFinite)) return undefined;
  const chosen = (name: LossName, are: string, measured: string): AskedLoss => ({
    name,
    notice: `No training says the loss, and ${names.y} ${are}: ${measured} is measured, which "loss" may change.`,
  });
  const areBits = everyOf(y, (value) => value === 0 || value === 1);
  if (!everyOf(y, Number.isInteger)) {
    const isLike = classes === null || classes === columns;
    if (!isLike || areDistributions(y, columns)) return undefined;
    return chosen("meanSquaredError", "holds numbers, not classes", "the mean squared error");
  }
  if (columns === 1) {
    if (classes !== 1) return undefined;
    if (areBits) return chosen("binaryCrossEntropy", "holds 0 and 1 for one output", "binary cross-entropy");
    if (!everyOf(y, isNoLess)) return undefined;
    return chosen("meanSquaredError", "holds numbers for one output", "the mean squared error");
  }
  if (areDistributions(y, columns)) return undefined;
  if (areBits && classes === columns) {
    return chosen("binaryCrossEntropy", "holds several labels of a sample", "binary cross-entropy");
  }
  const [steps] = input;
  const areOfTokens = y.shape.length === 2 && (steps === null || steps === columns) && classes !== columns;
  if (!areOfTokens || everyOf(y, (value) => value < 0)) return undefined;
  return chosen("sequenceCrossEntropy", "holds a class for every token", "cross-entropy of tokens");
}

/** Whether every row is one of probabilities, such as a one-hot one. */
function areDistributions(y: Tensor, columns: number): boolean {
  if (columns === 1 || !everyOf(y, isNoLess)) return false;
  const at = numberReader(y);
  for (let start = 0; start < y.data.length; start += columns) {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += at(start + i);
    if (Math.abs(sum - 1) > ofOne) return false;
  }
  return true;
}

const isNoLess = (value: number): boolean => value >= 0;

/** Whether it holds for every element; labels may be as many as pixels, so that no list of them is made. */
function everyOf(y: Tensor, holds: (value: number) => boolean): boolean {
  const at = numberReader(y);
  for (let i = 0; i < y.data.length; i++) if (!holds(at(i))) return false;
  return true;
}
