import type { DataType, Tensor } from "../graph/tensor";

/** What is known of a tensor before it is read. */
export interface TensorFacts {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/**
 * Weights of a model at some time, read tensor by tensor; nothing is held in memory but what was asked for (ONNX files
 * excepted, which are read whole).
 */
export interface Checkpoint {
  /** Absolute path, or as it was given. */
  readonly path: string;
  /** Absolute paths, or as it was given, of the files that hold the tensors where that is not the file itself alone. */
  readonly files?: readonly string[];
  /** e.g. "PyTorch", "safetensors", "NumPy", "ONNX". */
  readonly format: string;
  /** By the names in the file, prefixes such as `module.` stripped when all have them. */
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  /**
   * Names of the layers that tensors belong to, where the file notes them beside names that only count: `vars/0` of the
   * second layer of a class.
   */
  readonly owners?: ReadonlyMap<string, string>;
  /**
   * @param name one of `tensors`.
   * @throws ProblemError that names the file, when its bytes are not what it declares.
   */
  read(name: string): Promise<Tensor>;
  /** As the file itself says, counted as the file counts. */
  readonly epoch?: number;
  readonly step?: number;
  readonly learningRate?: number;
  close(): Promise<void>;
}

/** A reader for one format of weights. To add one, add a folder with one of these and list it in `openCheckpoint.ts`. */
export interface CheckpointFormat {
  /** Shown to people, e.g. "PyTorch". */
  readonly label: string;
  /** Whether this reader is the one for the file, judged by its name and first 64 bytes. */
  match(path: string, head: Uint8Array): boolean;
  /**
   * Reads what the file declares, not its weights.
   * @throws ProblemError that names the file.
   */
  open(path: string): Promise<Checkpoint>;
}
