import type { Problem } from "./problem";
import type { Layout, LossSpec, Preprocess, Rename, TrainingConfiguration } from "./study";

/** What is asked about the files that a study names. Paths are absolute. */
export interface FilesQuestion {
  readonly model?: string;
  /** What the study says of the loss; what it leaves open is the training's, or cross-entropy. */
  readonly loss?: Partial<LossSpec>;
  /** What the study says of the preparation of the samples; the rest is inferred. */
  readonly preprocess?: Partial<Preprocess>;
  readonly data: readonly DataQuestion[];
  /** Files of weights for the model. */
  readonly weights: readonly WeightsQuestion[];
  /** A file of directions for the model. */
  readonly directions?: string;
}

export interface DataQuestion {
  readonly path: string;
  /** Arrays that the study asks for; found by their usual names when absent. */
  readonly x?: string;
  readonly y?: string;
  readonly layout?: Layout;
}

export interface WeightsQuestion {
  readonly path: string;
  readonly rename?: Rename;
}

/** What a file is, and why it cannot be used; both, when it can be read but does not fit. */
export interface FileAnswer<T> {
  readonly path: string;
  readonly facts?: T;
  readonly problem?: Problem;
}

/** Answers in the order of the question. Without a model nothing is known of what fits. */
export interface FilesAnswer {
  readonly model?: FileAnswer<ModelFacts>;
  readonly data: readonly FileAnswer<DataFileFacts>[];
  readonly weights: readonly FileAnswer<WeightsFacts>[];
  readonly directions?: FileAnswer<DirectionsFacts>;
}

export interface ModelFacts {
  /** Label of the format, e.g. "ONNX". */
  readonly format: string;
  /** Number of scalar weights that directions may move, and of the tensors that hold them. */
  readonly parameters: number;
  readonly tensors: number;
  /** Without the batch axis; null where the model leaves an extent open. */
  readonly inputShape: readonly (number | null)[];
  readonly classes: number | null;
  readonly training?: TrainingConfiguration;
  /** What a user should know of the reading, as sentences. */
  readonly notices: readonly string[];
  /** Names of all parameters, running statistics included. */
  readonly names: readonly string[];
  /** Set when the exporter folded batch normalisation into the weights: how to export the model without that. */
  readonly unfoldedExport?: string;
}

export interface ArrayFacts {
  readonly name: string;
  readonly dtype?: string;
  /** Absent for columns of a table, of which a study may name several. */
  readonly shape?: readonly number[];
}

export interface DataFileFacts {
  /** Arrays or columns of the file, where the format has names for them. */
  readonly arrays: readonly ArrayFacts[];
  /** The following are there when the file fits the model. */
  readonly samples?: number;
  readonly names?: { readonly x?: string; readonly y?: string };
  /** What was inferred or taken without being asked for, as sentences. */
  readonly notices?: readonly string[];
}

export interface WeightsFacts {
  readonly format: string;
  readonly tensors: number;
  /** Names of the tensors in the file. */
  readonly names: readonly string[];
  readonly epoch?: number;
  readonly step?: number;
  readonly learningRate?: number;
}

export interface DirectionsFacts {
  /** How many directions the file holds. */
  readonly directions: 1 | 2;
}
