import type { Tensor } from "../graph/tensor";
import type { LossName, LossSpec } from "../protocol/study";
import { addCrossEntropy, reader } from "./loss";
import type { MutableSums } from "./loss";

/** What a model's outputs are compared with, for all samples of a split. */
export interface Targets {
  /** Classes of the samples, or of all tokens of all samples row by row; a negative class masks a token. */
  readonly classes: Int32Array;
  /** float32 [N, …outputs of a sample], for losses that compare numbers. */
  readonly values?: Tensor;
}

/** Whether a loss compares outputs with classes rather than with numbers. */
export function usesClasses(loss: LossName): boolean {
  return loss === "crossEntropy" || loss === "sequenceCrossEntropy";
}

/** The final activation that a loss contains, so that the graph must end before it; undefined where it has none. */
export function containedActivation(loss: LossName): "softmax" | "sigmoid" | undefined {
  switch (loss) {
    case "crossEntropy":
    case "sequenceCrossEntropy":
    case "kullbackLeibler":
      return "softmax";
    case "binaryCrossEntropy":
      return "sigmoid";
    default:
      return undefined;
  }
}

/**
 * Adds the loss of a batch to the sums, in float64. With outputs z and targets t of one sample of m numbers:
 *
 * - `crossEntropy`, `sequenceCrossEntropy`: −log softmax(z)_t, of every sample or of every token that is not masked; the
 *   count is that of samples or tokens.
 * - `binaryCrossEntropy`: (1/m) Σ log(1 + e^z) − t·z, z being logits; correct where z > 0 and t > ½ agree.
 * - `meanSquaredError`: (1/m) Σ (z − t)²; `meanAbsoluteError`: (1/m) Σ |z − t|.
 * - `huber`: (1/m) Σ h(z − t), h(d) = d²/2 within δ and δ·(|d| − δ/2) beyond (δ = 1 when not given).
 * - `kullbackLeibler`: Σ t·(log t − log softmax(z)) over the last axis, summed over the others.
 *
 * The last four have no accuracy: the number of correct samples becomes NaN.
 *
 * @param outputs [N, …] with N ≥ count.
 * @param first index of the batch's first sample in `targets`.
 */
export function addLoss(
  spec: LossSpec,
  sums: MutableSums,
  outputs: Tensor,
  targets: Targets,
  first: number,
  count: number,
): void {
  switch (spec.name) {
    case "crossEntropy":
      addCrossEntropy(sums, outputs, targets.classes, first, count);
      return;
    case "sequenceCrossEntropy":
      addSequence(sums, outputs, targets.classes, first, count);
      return;
    default:
      addValues(spec, sums, outputs, targets.values!, first, count);
  }
}

function addSequence(sums: MutableSums, outputs: Tensor, classes: Int32Array, first: number, count: number): void {
  const tokens = outputs.shape[1]!;
  const width = outputs.shape.at(-1)!;
  const rows: Tensor = { ...outputs, shape: [outputs.data.length / width, width] };
  for (let i = 0; i < count * tokens; i++) {
    if (classes[first * tokens + i]! < 0) continue;
    const row = { ...rows, shape: [1, width], data: rows.data.subarray(i * width, (i + 1) * width) } as Tensor;
    addCrossEntropy(sums, row, classes, first * tokens + i, 1);
  }
}

function addValues(
  spec: LossSpec,
  sums: MutableSums,
  outputs: Tensor,
  targets: Tensor,
  first: number,
  count: number,
): void {
  const size = targets.data.length / targets.shape[0]!;
  const z = reader(outputs);
  const t = reader(targets);
  const isBinary = spec.name === "binaryCrossEntropy";
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * size, (first + i) * size];
    let loss = 0;
    let right = 0;
    if (spec.name === "kullbackLeibler") loss = divergence(z, from, t, to, size, classesIn(outputs.shape));
    else {
      for (let j = 0; j < size; j++) {
        const [output, target] = [z(from + j), t(to + j)];
        loss += term(spec, output, target) / size;
        if (isBinary && output > 0 === target > 0.5) right += 1 / size;
      }
    }
    sums.lossSum += loss;
    sums.lossSquareSum += loss * loss;
    sums.correct += isBinary ? right : NaN;
  }
  sums.count += count;
}

function term({ name, delta = 1 }: LossSpec, output: number, target: number): number {
  const difference = output - target;
  switch (name) {
    case "binaryCrossEntropy":
      // log(1 + e^z) − t·z, without overflow.
      return Math.max(output, 0) - target * output + Math.log1p(Math.exp(-Math.abs(output)));
    case "meanSquaredError":
      return difference * difference;
    case "meanAbsoluteError":
      return Math.abs(difference);
    default: {
      const size = Math.abs(difference);
      return size <= delta ? (difference * difference) / 2 : delta * (size - delta / 2);
    }
  }
}

/** The last extent, after those of 1 at the end, as in [N, C, 1, 1]. */
function classesIn(shape: readonly number[]): number {
  const wide = shape.filter(
    (extent, axis) => axis <= 1 || extent !== 1 || shape.slice(axis).some((more) => more !== 1),
  );
  return wide.at(-1)!;
}

type At = (i: number) => number;

/** Σ t (log t − log softmax(z)) over rows of `width`; a target of 0 contributes nothing. */
function divergence(z: At, from: number, t: At, to: number, size: number, width: number): number {
  let sum = 0;
  for (let row = 0; row < size; row += width) {
    let largest = -Infinity;
    for (let j = 0; j < width; j++) largest = Math.max(largest, z(from + row + j));
    let total = 0;
    for (let j = 0; j < width; j++) total += Math.exp(z(from + row + j) - largest);
    const logTotal = largest + Math.log(total);
    for (let j = 0; j < width; j++) {
      const target = t(to + row + j);
      if (target !== 0) sum += target * (Math.log(target) - z(from + row + j) + logTotal);
    }
  }
  return sum;
}
