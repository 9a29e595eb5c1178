import type { WeightsQuestion } from "./files";
import type { JsonNumber } from "./result";

/** Whose weights are looked at. */
export interface WeightsSelection {
  /** Absolute path of the model of which the layers are taken. */
  readonly model: string;
  /**
   * Files with weights of these layers, matched by name and shape as checkpoints are: the model itself, its checkpoints,
   * other models of the same architecture.
   */
  readonly files: readonly WeightsQuestion[];
  /** Number of bins of every histogram. */
  readonly bins: number;
}

/** Distribution of the values of one tensor, or of several together. */
export interface WeightHistogram {
  /** Number of values that are finite; all that follows but `nonFinite` is about these. */
  readonly count: number;
  /** Number of values that are NaN or infinite. */
  readonly nonFinite: number;
  /** Number of values per bin; all bins are equally wide, from the `from` to the `to` that the histogram is under. */
  readonly bins: readonly number[];
  readonly mean: JsonNumber;
  /** Standard deviation about the mean, of all values (not of a sample of them). */
  readonly deviation: JsonNumber;
  readonly least: JsonNumber;
  readonly greatest: JsonNumber;
  /** How many values are exactly zero. */
  readonly zeros: number;
  /** Euclidean norm. */
  readonly norm: JsonNumber;
}

/** One parameter of the models. */
export interface LayerWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: "kernel" | "bias" | "scale" | "shift" | "embedding";
  /** Ends of the histograms' range, the same for all files. */
  readonly from: number;
  readonly to: number;
  /** One for each file. */
  readonly models: readonly WeightHistogram[];
  /**
   * Euclidean norm of every filter (as directions take them: one for each output unit), for each file; empty for tensors
   * of rank 1 or less, which have no filters.
   */
  readonly filterNorms: readonly (readonly JsonNumber[])[];
}

export interface WeightsFigure {
  /** File names, in the order of the question. */
  readonly names: readonly string[];
  /** Over all parameters of rank 2 or more: those that directions move unless told otherwise. */
  readonly overall: {
    readonly from: number;
    readonly to: number;
    readonly models: readonly WeightHistogram[];
  };
  /** In the order in which the network uses them; running statistics are none of them. */
  readonly layers: readonly LayerWeights[];
}
