import { clippingEpsilon } from "../graph/logits";
import type { Tensor } from "../graph/tensor";
import { reader } from "./loss";
import type { MutableSums } from "./loss";

/** p within ε … 1 − ε, or ε … `most`; NaN stays NaN. */
export function clipped(probability: number, most = 1 - clippingEpsilon): number {
  return Math.min(Math.max(probability, clippingEpsilon), most);
}

/**
 * Adds the cross-entropy of a batch of class probabilities: −Σ_j t_j·log p̂_j for each sample, p̂ = p / Σ p kept within
 * ε … 1 − ε, and t_j = (1 − s)·[j = y] + s/C for the label y: Keras's categorical cross-entropy, in float64. A sample counts
 * as correct when its label's probability is the largest (the first of equals); NaN gives a NaN loss and no correct sample.
 *
 * @param outputs [N, C], or [N, C, 1, …]; N ≥ count
 * @param labels classes of all samples, each in 0 … C−1
 * @param first index into `labels` of the batch's first sample
 * @param smoothing s, from 0 to below 1
 */
export function addProbabilityCrossEntropy(
  sums: MutableSums,
  outputs: Tensor,
  labels: Int32Array,
  first: number,
  count: number,
  smoothing = 0,
): void {
  const classes = outputs.data.length / outputs.shape[0]!;
  const at = reader(outputs);
  for (let i = 0; i < count; i++) {
    const start = i * classes;
    const label = labels[first + i]!;
    let total = 0;
    let best = 0;
    for (let j = 0; j < classes; j++) {
      total += at(start + j);
      if (at(start + j) > at(start + best)) best = j;
    }
    let loss = (smoothing - 1) * Math.log(clipped(at(start + label) / total));
    if (smoothing > 0) {
      for (let j = 0; j < classes; j++) loss -= (smoothing / classes) * Math.log(clipped(at(start + j) / total));
    }
    if (Number.isNaN(total)) loss = NaN;
    sums.lossSum += loss;
    sums.lossSquareSum += loss * loss;
    if (best === label && !Number.isNaN(total)) sums.correct += 1;
  }
  sums.count += count;
}
