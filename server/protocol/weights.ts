import type { JsonNumber } from "./result";

/** Whose weights are looked at. */
export interface WeightsSelection {
  /** Absolute paths of models; of the first one the layers are taken. Weights of others are fitted to it by name. */
  readonly models: readonly string[];
  /** Number of bins of every histogram. */
  readonly bins: number;
}

/** Distribution of the values of one tensor, or of all of them. */
export interface WeightHistogram {
  /** Number of values that are finite. */
  readonly count: number;
  /** Number of values per bin, of equal width between the figure's `from` and `to` of the layer. */
  readonly bins: readonly number[];
  readonly mean: JsonNumber;
  readonly deviation: JsonNumber;
  /** Share of exact zeros, 0..1. */
  readonly zeros: number;
  /** Euclidean norm of the whole tensor. */
  readonly norm: JsonNumber;
}

/** One parameter of the models, in the order of the network. */
export interface LayerWeights {
  readonly name: string;
  readonly shape: readonly number[];
  /** What directions take it for, e.g. `kernel`, `bias`, `norm`, `embedding`. */
  readonly role: string;
  /** Ends of the histograms' range, the same for all models. */
  readonly from: number;
  readonly to: number;
  /** One for each model; null where it has no such tensor. */
  readonly models: readonly (WeightHistogram | null)[];
  /** Euclidean norm of every filter, for each model; empty for tensors without filters. */
  readonly filterNorms: readonly (readonly number[])[];
}

export interface WeightsFigure {
  /** File names of the models. */
  readonly names: readonly string[];
  /** Over the kernels of all layers. */
  readonly overall: {
    readonly from: number;
    readonly to: number;
    readonly models: readonly WeightHistogram[];
  };
  readonly layers: readonly LayerWeights[];
}
