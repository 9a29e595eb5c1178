import type { Tensor } from "../graph/tensor";

/** Labelled samples as they lie in a file, before selection and preprocessing. */
export interface LabelledData {
  readonly path: string;
  /** Every file that was read, `path` first; IDX keeps its labels in a second one. */
  readonly files: readonly string[];
  /** [samples, …]; any numeric dtype. */
  readonly x: Tensor;
  /** [samples] integers, [samples, classes] one-hot, [samples, tokens] integers, or numbers to compare outputs with. */
  readonly y: Tensor;
  /** Names of the arrays, for messages, e.g. `x_test` and `y_test`. */
  readonly names: { readonly x: string; readonly y: string };
}

/** Samples ready for a model's input. */
export interface Samples {
  /** float32 [samples, …input shape without its batch axis]. */
  readonly x: Tensor;
  /** Class of each sample, or of each token row by row (negative: masked); empty for losses that compare numbers. */
  readonly y: Int32Array;
  /** float32 [samples, …outputs of a sample], for losses that compare numbers. */
  readonly targets?: Tensor;
  /** How many samples the file holds. */
  readonly available: number;
  /** What was done to them, in words; empty when nothing. */
  readonly preprocessing: string;
}

/** A reader for one data format. To add a format, add a file with one of these and list it in `open.ts`. */
export interface DataFormat {
  readonly label: string;
  match(path: string, head: Uint8Array): boolean;
  /**
   * @param names arrays asked for by the study; found by their usual names when absent.
   * @throws ProblemError that names the file.
   */
  open(path: string, names: { readonly x?: string; readonly y?: string }): Promise<LabelledData>;
}
