import type { BatchNormMode, Directions, LossName, Normalisation } from "../protocol/study";

/** Every loss that a study may ask for, and what it is. */
export const lossMeanings: Readonly<Record<LossName, string>> = {
  crossEntropy: "Softmax cross-entropy of class scores; labels are class numbers or one-hot.",
  sequenceCrossEntropy: "Softmax cross-entropy at every position of a sequence.",
  binaryCrossEntropy: "Sigmoid cross-entropy of independent yes-or-no outputs.",
  meanSquaredError: "Mean of the squared differences between outputs and targets.",
  meanAbsoluteError: "Mean of the absolute differences between outputs and targets.",
  huber: "Quadratic for differences up to delta, linear beyond.",
  kullbackLeibler: "Kullback-Leibler divergence of the outputs' distribution from that of the targets.",
};

/** Where the directions of a plane may come from. */
export const directionMeanings: Readonly<Record<Directions["kind"], string>> = {
  random: "Two random directions, scaled to the weights.",
  pca: "The two principal directions of the checkpoints' path.",
  to: "Direction 1 leads to a checkpoint, direction 2 is random.",
  between: "The line between two checkpoints, or the plane through them and the model.",
  file: "Directions that were saved to a file.",
  hessian: "Eigenvectors of the Hessian at the model.",
};

/** How random directions may be scaled. */
export const normalisationMeanings: Readonly<Record<Normalisation, string>> = {
  filter: "Every filter gets the norm of the model's own: the method of Li et al. (2018).",
  layer: "Every layer gets the norm of the model's own.",
  weight: "Every entry gets the size of the model's own.",
  dfilter: "Every filter gets unit norm.",
  dlayer: "Every layer gets unit norm.",
  none: "Directions stay as they were drawn.",
};

/** What may happen to running statistics. */
export const statisticsMeanings: Readonly<Record<BatchNormMode, string>> = {
  keep: "The model's own are kept.",
  interpolate: "They are interpolated like weights, between models only.",
  recompute: "They are measured anew at every point, which takes one more pass over the samples.",
};

export const lossNames = Object.keys(lossMeanings) as readonly LossName[];
export const directionKinds = Object.keys(directionMeanings) as readonly Directions["kind"][];
export const normalisations = Object.keys(normalisationMeanings) as readonly Normalisation[];
export const batchNormModes = Object.keys(statisticsMeanings) as readonly BatchNormMode[];

/** Names of splits that `data` may have, the one that is drawn first in front. */
export const splitNames = ["test", "validation", "train"] as const;

/** Most points along an axis of the grid. */
export const maximumPoints = 1001;
/** Seeds are unsigned 32-bit numbers. */
export const maximumSeed = 0xffffffff;
/** More samples than any data have. */
export const manySamples = 1_000_000_000;
