import type { Tensor, TensorData } from "../graph/tensor";
import type { LossName, LossSpec } from "../protocol/study";
import { addCrossEntropy, reader } from "./loss";
import type { MutableSums } from "./loss";
import { addProbabilityCrossEntropy, clipped } from "./probabilities";

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
 * - `binaryCrossEntropy`: (1/m) Σ t·log(1 + e^−z) + (1 − t)·log(1 + e^z), z being logits; the share of outputs where
 *   z > 0 and t > ½ agree counts as correct. Smoothed targets are (1 − s)·t + s/2, as in Keras.
 * - `meanSquaredError`: (1/m) Σ (z − t)²; `meanAbsoluteError`: (1/m) Σ |z − t|.
 * - `huber`: (1/m) Σ h(z − t), h(d) = d²/2 within δ and δ·(|d| − δ/2) beyond (δ = 1 when not given).
 * - `kullbackLeibler`: Σ t·(log t − log softmax(z)) over the last axis that is not 1, summed over the others.
 *
 * The last four have no accuracy: the number of correct samples becomes NaN.
 *
 * With `fromLogits: false` the outputs are probabilities p, as Keras takes them, with ε = 1e-7:
 *
 * - `crossEntropy`, `sequenceCrossEntropy`: see `addProbabilityCrossEntropy`.
 * - `binaryCrossEntropy`: −(1/m) Σ t·log p̂ + (1 − t)·log(1 − p̂) with p̂ = p within ε … 1 − ε; p > ½ is the answer.
 * - `kullbackLeibler`: Σ t·(log t − log p̂) with p̂ = p within ε … 1; Keras keeps t within ε … 1 too, which adds less than
 *   ε·log(1/ε) for every target of 0.
 *
 * @param spec of `fromLogits`, only `false` counts: whatever the study says, the model's output is what it is.
 * @param outputs [N, …] with N ≥ count; [N, tokens, classes] for `sequenceCrossEntropy`. Otherwise its samples have the
 *   extents of the targets', but for those of 1.
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
      addClasses(spec, sums, outputs, targets.classes, first, count);
      return;
    case "sequenceCrossEntropy":
      addSequence(spec, sums, outputs, targets.classes, first, count);
      return;
    default:
      addValues(spec, sums, outputs, targets.values!, first, count);
  }
}

type AddClasses = (
  spec: LossSpec,
  sums: MutableSums,
  outputs: Tensor,
  classes: Int32Array,
  first: number,
  count: number,
) => void;

const addClasses: AddClasses = ({ fromLogits, labelSmoothing }, sums, outputs, classes, first, count) => {
  const add = fromLogits === false ? addProbabilityCrossEntropy : addCrossEntropy;
  add(sums, outputs, classes, first, count, labelSmoothing);
};

/** Every token is a sample of its own. */
const addSequence: AddClasses = (spec, sums, outputs, classes, first, count) => {
  const tokens = outputs.shape[1]!;
  const width = outputs.shape.at(-1)!;
  for (let i = 0; i < count * tokens; i++) {
    const label = first * tokens + i;
    if (classes[label]! < 0) continue;
    const data = outputs.data.subarray(i * width, (i + 1) * width) as TensorData;
    addClasses(spec, sums, { dtype: outputs.dtype, shape: [1, width], data }, classes, label, 1);
  }
};

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
  const width = rowLength(outputs.shape);
  const isProbability = spec.fromLogits === false;
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * size, (first + i) * size];
    const loss =
      spec.name !== "kullbackLeibler"
        ? meanTerm(spec, z, from, t, to, size)
        : isProbability
          ? probabilityDivergence(z, from, t, to, size)
          : divergence(z, from, t, to, size, width);
    sums.lossSum += loss;
    sums.lossSquareSum += loss * loss;
    sums.correct +=
      spec.name === "binaryCrossEntropy" ? shareRight(z, from, t, to, size, isProbability ? 0.5 : 0) : NaN;
  }
  sums.count += count;
}

type At = (i: number) => number;

function meanTerm(spec: LossSpec, z: At, from: number, t: At, to: number, size: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += term(spec, z(from + j), t(to + j));
  return sum / size;
}

/** Share of the outputs that lie on their target's side; NaN lies on neither. */
function shareRight(z: At, from: number, t: At, to: number, size: number, threshold: number): number {
  let right = 0;
  for (let j = 0; j < size; j++) {
    const output = z(from + j);
    if (!Number.isNaN(output) && output > threshold === t(to + j) > 0.5) right += 1;
  }
  return right / size;
}

function term(spec: LossSpec, output: number, target: number): number {
  const { name, delta = 1 } = spec;
  const difference = output - target;
  switch (name) {
    case "binaryCrossEntropy":
      return binaryTerm(spec, output, target);
    case "meanSquaredError":
      return difference * difference;
    case "meanAbsoluteError":
      return Math.abs(difference);
    case "huber": {
      const size = Math.abs(difference);
      return size <= delta ? (difference * difference) / 2 : delta * (size - delta / 2);
    }
    default:
      throw new Error(`${name} is no mean over the numbers of a sample`);
  }
}

function binaryTerm({ fromLogits, labelSmoothing = 0 }: LossSpec, output: number, target: number): number {
  const t = (1 - labelSmoothing) * target + labelSmoothing / 2;
  const p = clipped(output);
  const [yes, no] = fromLogits === false ? [-Math.log(p), -Math.log(1 - p)] : [softplus(-output), softplus(output)];
  // What has no weight counts nothing, even where its logarithm is infinite.
  return (t === 0 ? 0 : t * yes) + (t === 1 ? 0 : (1 - t) * no);
}

/** log(1 + e^z), without overflow. */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** The last extent, extents of 1 at the end left out, as in [N, C, 1, 1]. */
function rowLength(shape: readonly number[]): number {
  return (
    shape
      .slice(1)
      .filter((extent) => extent !== 1)
      .at(-1) ?? 1
  );
}

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

/** Σ t (log t − log p̂), p̂ within ε … 1; a target of 0 contributes nothing. */
function probabilityDivergence(p: At, from: number, t: At, to: number, size: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) {
    const target = t(to + j);
    if (target !== 0) sum += target * (Math.log(target) - Math.log(clipped(p(from + j), 1)));
  }
  return sum;
}
