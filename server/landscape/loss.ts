import { fromBfloat16, fromFloat16 } from "../graph/half";
import type { Tensor } from "../graph/tensor";

/** Sums over samples, in float64; the shape of the evaluator's `PointSums`. */
export interface MutableSums {
  lossSum: number;
  /** Sum of the squares of the samples' losses, for the standard error. */
  lossSquareSum: number;
  correct: number;
  count: number;
  /** Added to the mean loss: weight decay's part, which does not depend on the samples. */
  penalty?: number;
}

export function emptySums(): MutableSums {
  return { lossSum: 0, lossSquareSum: 0, correct: 0, count: 0 };
}

/** The sums over the samples of both, at the same point. */
export function addSums(a: Readonly<MutableSums>, b: Readonly<MutableSums>): MutableSums {
  return {
    lossSum: a.lossSum + b.lossSum,
    lossSquareSum: a.lossSquareSum + b.lossSquareSum,
    correct: a.correct + b.correct,
    count: a.count + b.count,
    ...(a.penalty === undefined ? {} : { penalty: a.penalty }),
  };
}

/**
 * Adds the cross-entropy of a batch: for each sample with logits z and label y
 * −log softmax(z)_y = (m − z_y) + log Σ_j exp(z_j − m), m = max z, in float64, nothing clipped. With smoothed labels
 * t_j = (1 − s)·[j = y] + s/C it is −Σ_j t_j·log softmax(z)_j, as in PyTorch and Keras: z_y above becomes Σ_j t_j·z_j.
 *
 * A sample counts as correct when its label's logit is the largest (the first of equals). A NaN logit gives a NaN loss
 * and no correct sample; +∞ has no softmax and gives a NaN loss too; a label whose logit is −∞ gives ∞.
 *
 * @param logits [N, C], or [N, C, 1, …]; N ≥ count
 * @param labels classes of all samples, each in 0 … C−1
 * @param first index into `labels` of the batch's first sample
 * @param count how many samples of the batch to take
 * @param smoothing s, from 0 to 1
 */
export function addCrossEntropy(
  sums: MutableSums,
  logits: Tensor,
  labels: Int32Array,
  first: number,
  count: number,
  smoothing = 0,
): void {
  const classes = logits.data.length / logits.shape[0]!;
  const at = reader(logits);
  for (let i = 0; i < count; i++) {
    const start = i * classes;
    const label = labels[first + i]!;
    let largest = at(start);
    let best = 0;
    let broken = Number.isNaN(largest);
    let sum = largest;
    for (let j = 1; j < classes; j++) {
      const value = at(start + j);
      sum += value;
      if (value > largest) {
        largest = value;
        best = j;
      } else if (Number.isNaN(value)) broken = true;
    }
    const undefinedLoss = broken || largest === Infinity;
    const own = at(start + label);
    const target = smoothing === 0 ? own : (1 - smoothing) * own + (smoothing * sum) / classes;
    const loss = undefinedLoss ? NaN : largest - target + logSumExp(at, start, classes, best, largest);
    sums.lossSum += loss;
    sums.lossSquareSum += loss * loss;
    if (!broken && best === label) sums.correct += 1;
  }
  sums.count += count;
}

/** log Σ_j exp(z_j − m); the largest term is 1 and taken apart, so that tiny losses keep their digits. */
function logSumExp(at: (i: number) => number, start: number, classes: number, best: number, largest: number): number {
  let others = 0;
  for (let j = 0; j < classes; j++) if (j !== best) others += Math.exp(at(start + j) - largest);
  return Math.log1p(others);
}

/** Reads the elements of a floating-point tensor as numbers. */
export function reader({ data, dtype }: Tensor): (i: number) => number {
  if (dtype === "float16") return (i) => fromFloat16(Number(data[i]));
  if (dtype === "bfloat16") return (i) => fromBfloat16(Number(data[i]));
  if (data instanceof Float32Array) return (i) => data[i]!;
  return (i) => Number(data[i]);
}

/**
 * Mean loss, accuracy in percent, and the standard error of the mean loss, √(s²/N) with the sample variance
 * s² = (Σℓ² − (Σℓ)²/N)/(N − 1). The error of one sample is unknown and NaN; so is that of a non-finite loss.
 */
export function meanOf(sums: Readonly<MutableSums>): { loss: number; accuracy: number; lossError: number } {
  const { lossSum, lossSquareSum, correct, count, penalty = 0 } = sums;
  const deviations = lossSquareSum - (lossSum * lossSum) / count;
  return {
    loss: lossSum / count + penalty,
    accuracy: (100 * correct) / count,
    lossError: Math.sqrt(Math.max(0, deviations) / (count - 1) / count),
  };
}
