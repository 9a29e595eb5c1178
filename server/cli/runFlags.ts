import { lossNames, normalisations } from "../study/choices";
import type { Flag } from "./flags";
import { preparationFlags } from "./preparation";

/** What a run looks at; every flag has its field in the study file. */
export const runFlags: Readonly<Record<string, Flag>> = {
  data: {
    type: "string",
    value: "FILE",
    help: "labelled data: .npz, .npy, IDX, CIFAR, .csv, .parquet, .safetensors or a folder of pictures",
  },
  split: { type: "string", value: "NAME", help: "what the split is called, e.g. test" },
  inputs: { type: "string", value: "NAME", help: "array or columns of the samples in the file (by their usual names)" },
  targets: { type: "string", value: "NAME", help: "array or column of the labels (by their usual names)" },
  splits: {
    type: "string",
    value: "NAME=FILE,…",
    help: "further splits at the same points; NAME alone is x_NAME and y_NAME of the same file",
  },
  samples: { type: "string", value: "N", help: "how many samples (1000)" },
  sample: { type: "string", value: "HOW", help: "stratified or first (stratified)" },
  weights: { type: "string", value: "FILE", help: "weights that take the place of the model's own" },
  ...preparationFlags,
  loss: { type: "string", value: "NAME", help: `${lossNames.join(", ")} (that of the training, or by the labels)` },
  "from-logits": { type: "boolean", help: "the outputs are logits, whatever the model ends in" },
  "from-probabilities": {
    type: "boolean",
    help: "the outputs are probabilities; a last softmax or sigmoid is taken off",
  },
  "label-smoothing": { type: "string", value: "S", help: "targets become (1 − S) · target + S / classes (0)" },
  "weight-decay": { type: "string", value: "LAMBDA", help: "add (LAMBDA/2)·‖θ‖² to the loss (0)" },
  plane: {
    type: "string",
    value: "KIND",
    help: "random, pca, to:CHECKPOINT, between:CHECKPOINT,CHECKPOINT, file:DIRECTIONS or hessian (random; pca from three checkpoints on)",
  },
  lines: { type: "boolean", help: "one direction only: lines instead of a surface" },
  count: { type: "string", value: "N", help: "how many random lines make a family (1)" },
  norm: { type: "string", value: "KIND", help: `${normalisations.join(", ")} (filter)` },
  ignore: { type: "string", value: "WHAT", help: "bias,norm or none (bias,norm)" },
  "batch-norm": { type: "string", value: "HOW", help: "running statistics: keep, interpolate or recompute (keep)" },
  seed: { type: "string", value: "S", help: "seed of the random directions (0)" },
  points: { type: "string", value: "N|NxM", help: "grid points along both axes, or along each (51; lines 401)" },
  x: { type: "string", value: "FROM:TO", help: "range along direction 1 (-1:1; between models -0.5:1.5)" },
  y: { type: "string", value: "FROM:TO", help: "range along direction 2 (-1:1)" },
  refine: { type: "string", value: "TOLERANCE|off", help: "interpolate where the error is below it, e.g. 0.01 (off)" },
  checkpoints: { type: "string", value: "GLOB", help: "checkpoints of the path, e.g. 'checkpoints/model_*.pt'" },
  log: { type: "string", value: "FILE", help: "training log that tells the learning rate" },
  uncentred: { type: "boolean", help: "do not centre the path before its principal directions are found" },
  curvature: { type: "string", value: "N|NxM", help: "map of the Hessian's extreme eigenvalues, 1 for the centre" },
  "curvature-samples": { type: "string", value: "N", help: "samples of the Hessian's loss (256)" },
  "curvature-parameters": { type: "string", value: "WHICH", help: "kernels or all (kernels)" },
  trace: { type: "string", value: "N", help: "random vectors for the Hessian's trace at the centre (0)" },
  density: { type: "string", value: "N", help: "starting vectors for the Hessian's spectral density (0)" },
  sharpness: { type: "string", value: "EPSILON", help: "ε-sharpness in a box of EPSILON of each filter's norm" },
  engine: { type: "string", value: "NAME", help: "auto, onnxruntime, tensorflow or wasm (auto)" },
  evaluators: { type: "string", value: "N", help: "evaluator processes; 0: what is fastest, at most one per core (0)" },
  "batch-size": { type: "string", value: "N", help: "samples per batch; 0: what is fastest (0)" },
};
