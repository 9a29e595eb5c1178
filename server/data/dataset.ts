import type { DataType, Tensor } from "../graph/tensor";
import type { ByteValues } from "./bytes";

/**
 * Labelled samples as they lie in a file, before selection and preprocessing. All labels are at hand, because strata are
 * made from them; samples are read when they are asked for.
 */
export interface LabelledData {
  readonly path: string;
  /** Every file that is read, `path` first. */
  readonly files: readonly string[];
  /** What the samples are: any numeric dtype, [samples, …]. Pictures of different sizes have that of the first. */
  readonly x: SamplesInfo;
  /** [samples] integers, [samples, classes] one-hot, [samples, tokens] integers, or numbers to compare outputs with. */
  readonly y: Tensor;
  /** What samples and labels are called in messages, e.g. `x_test` and `y_test`. */
  readonly names: { readonly x: string; readonly y: string };
  /** How a study would ask for what was found: names of arrays, or the absolute path of the file of labels. */
  readonly asked: AskedNames;
  /** Names of the classes in the order of their numbers, where the file names them. */
  readonly classes?: readonly string[];
  /** Whether the samples are decoded pictures [height, width, 1 or 3], whose sizes and colours may differ. */
  readonly pictures?: true;
  /** What was taken without being asked for, as sentences. */
  readonly notices: readonly string[];
  /**
   * The samples with these ascending indices, one by one, each without the axis of samples.
   * @throws ProblemError that names the file.
   */
  samples(indices: Uint32Array): AsyncIterable<Tensor>;
}

/** Element type and shape [samples, …] of all samples. */
export interface SamplesInfo {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** Samples ready for a model's input. */
export interface Samples {
  /** [samples, …input shape without its batch axis]: float32, or uint8 where `byteValues` says what they stand for. */
  readonly x: Tensor;
  /** Present where the samples are held as the bytes of their file, which takes a quarter of the memory. */
  readonly byteValues?: ByteValues;
  /** Class of each sample, or of each token row by row (negative: masked); empty for losses that compare numbers. */
  readonly y: Int32Array;
  /** float32 [samples, …outputs of a sample], for losses that compare numbers. */
  readonly targets?: Tensor;
  /** How many samples the file holds. */
  readonly available: number;
  /** What was done to them, in words; empty when nothing. */
  readonly preprocessing: string;
}

/** What a study asks for by name: arrays, columns, or a file of labels; found by their usual names when absent. */
export interface AskedNames {
  readonly x?: string;
  readonly y?: string;
}

/** An array or a column of a file, before it is read. */
export interface NamedArray {
  readonly name: string;
  readonly dtype?: string;
  /** Absent for columns. */
  readonly shape?: readonly number[];
}

/** A reader for one data format. To add a format, add a file with one of these and list it in `open.ts`. */
export interface DataFormat {
  readonly label: string;
  /**
   * Whether the file is of this format.
   * @param head its first bytes; undefined for a folder.
   */
  match(path: string, head: Uint8Array | undefined): boolean;
  /** @throws ProblemError that names the file. */
  open(path: string, asked: AskedNames): Promise<LabelledData>;
  /**
   * What a study may ask for by name, in the file's own order; absent where it has no names.
   * @throws ProblemError that names the file.
   */
  list?(path: string): Promise<readonly NamedArray[]>;
}
