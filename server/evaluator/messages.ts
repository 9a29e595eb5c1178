import type { Problem } from "../protocol/problem";
import type { Check, DataSummary, EngineInfo, EngineReport, ModelSummary, RunHeader } from "../protocol/result";
import type { Preprocess, Study } from "../protocol/study";

/** Sums over the samples of one split at one point; means and percentages are made from them outside. */
export interface PointSums {
  readonly lossSum: number;
  /** Sum of the squares of the samples' losses, for the standard error. */
  readonly lossSquareSum: number;
  readonly correct: number;
  readonly count: number;
}

/** What an evaluator tells once it holds engine, model and data. */
export interface Prepared {
  readonly model: ModelSummary;
  readonly data: DataSummary;
  readonly engine: EngineInfo;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly directions: RunHeader["directions"];
  /** Sums of the model itself, evaluated with its pristine weights before any perturbation. */
  readonly centre: PointSums;
  /** Checks of the directions and of the model's own evaluation. */
  readonly checks: readonly Check[];
}

/** From the pool to an evaluator process. `id` pairs a request with its answer. */
export type EvaluatorRequest =
  | {
      readonly id: number;
      readonly kind: "describe";
      readonly model: string;
      readonly data: readonly string[];
      /** Arrays that the study asks for in the data file; found by their usual names when absent. */
      readonly names?: { readonly x?: string; readonly y?: string };
    }
  | {
      readonly id: number;
      readonly kind: "prepare";
      readonly study: Study;
      /** Fingerprints that the files must still have, when the run goes on from an earlier process. */
      readonly fingerprints?: Readonly<Record<string, string>>;
    }
  | { readonly id: number; readonly kind: "evaluate"; readonly alpha: number; readonly beta: number }
  /** SHA-256 of the model and data files that a study names. */
  | { readonly id: number; readonly kind: "fingerprint"; readonly study: Study }
  | { readonly id: number; readonly kind: "engines" };

/** From an evaluator process to the pool. */
export type EvaluatorResponse =
  | { readonly id: number; readonly kind: "described"; readonly description: ModelDescription }
  | { readonly id: number; readonly kind: "prepared"; readonly prepared: Prepared }
  | { readonly id: number; readonly kind: "evaluated"; readonly sums: PointSums }
  | {
      readonly id: number;
      readonly kind: "fingerprinted";
      readonly fingerprints: Readonly<Record<string, string>>;
    }
  | { readonly id: number; readonly kind: "engines"; readonly engines: readonly EngineReport[] }
  | { readonly id: number; readonly kind: "failed"; readonly problem: Problem; readonly stack?: string };

/** What can be said of a model and of data candidates without running an engine. */
export interface ModelDescription {
  readonly model: ModelSummary;
  /** The model's input without its batch axis, e.g. [1, 28, 28]. */
  readonly inputShape: readonly (number | null)[];
  readonly classes: number | null;
  readonly fingerprint: string;
  /** One entry per data candidate asked for: whether it fits, and if not, why. */
  readonly data: readonly DataDescription[];
}

/** What can be said of one data candidate; all but `path` and `problem` are there when it fits the model. */
export interface DataDescription {
  readonly path: string;
  /** SHA-256 of `path`. */
  readonly fingerprint?: string;
  /** SHA-256 of every file that holds the data, by absolute path (IDX has two). */
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly samples?: number;
  /** Names of the arrays that were taken. */
  readonly names?: { readonly x: string; readonly y: string };
  /** What is inferred from the samples' element type. */
  readonly preprocess?: Preprocess;
  readonly problem?: Problem;
}
