import type { Sharing, Trial, Undivided } from "./execution/division";
import type { Timed } from "./execution/rule";
import type { Workplace } from "./execution/workplace";
import type { AskedLoss } from "../data/lossFor";
import type { FilesAnswer, FilesQuestion } from "../protocol/files";
import type { Problem } from "../protocol/problem";
import type {
  Check,
  CheckpointFacts,
  CurvaturePoint,
  DataSummary,
  DirectionFacts,
  EngineInfo,
  EngineReport,
  ModelSummary,
  SharpnessValues,
  SpectralDensity,
  TrajectoryFacts,
} from "../protocol/result";
import type {
  EngineName,
  Execution,
  GridSpec,
  Layout,
  LossSpec,
  ModelSelection,
  Preprocess,
  ProviderName,
  Study,
  TrainingConfiguration,
} from "../protocol/study";
import type { WeightsFigure, WeightsSelection } from "../protocol/weights";
import type { StudyFile } from "./digest";

/** Sums over the samples of one split at one point; means and percentages are made from them outside. */
export interface PointSums {
  readonly lossSum: number;
  /** Sum of the squares of the samples' losses, for the standard error. */
  readonly lossSquareSum: number;
  /** NaN for a loss that has no accuracy. */
  readonly correct: number;
  readonly count: number;
  /** (λ/2)·‖θ‖² at the point, to be added to the mean loss; absent without weight decay. */
  readonly penalty?: number;
}

/** A file of directions, made once for a run and read by all its evaluators. */
export interface DirectionsFile {
  /** Absolute path. */
  readonly path: string;
  /** SHA-256 of its bytes. */
  readonly digest: string;
}

/** What has to be known of a study's plane before anything is measured in it. */
export interface Planned {
  /** The same for every engine, but for eigenvectors of the Hessian. */
  readonly directions: DirectionFacts;
  readonly trajectory?: TrajectoryFacts;
  /** The study's grid, its range fitted to the path where the study asks for it. */
  readonly grid: GridSpec;
  /** Checks of the directions. */
  readonly checks: readonly Check[];
  /** Present when a file of directions was asked for. */
  readonly digest?: string;
}

/** How the points of a study are measured on this machine, and what measures them as well. */
export interface Survey extends Timed, Sharing {
  readonly engine: Omit<EngineInfo, "execution">;
  /** Of all splits: what a point is measured with. */
  readonly samples: number;
  /** What a run of the study takes, with the threads that are usual. */
  readonly execution: Execution;
  /** Why, as a clause. */
  readonly why: string;
  /** When that was found out, ISO 8601; absent where it was found out now, or the study says it. */
  readonly remembered?: string;
  /** Whether the study itself says it. */
  readonly isStated: boolean;
  /** Whether the executions were timed now; what is remembered is told with the times of then. */
  readonly isTimedNow: boolean;
}

/** Where further checkpoints lie in a plane. */
export interface Placed {
  /** Epochs after which the learning rate dropped, of the whole path. */
  readonly drops: readonly number[];
  /** One for each checkpoint asked for: where it lies, or why it has no place. */
  readonly checkpoints: readonly (
    { readonly facts: CheckpointFacts } | { readonly path: string; readonly problem: Problem }
  )[];
}

/** What an evaluator tells once it holds engine, model and data. */
export interface Prepared {
  readonly model: ModelSummary;
  readonly data: DataSummary;
  readonly engine: EngineInfo;
  /** How many evaluators share the cores; absent where that was no question. */
  readonly evaluators?: number;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** Of further splits, in the order of `Study.splits`. */
  readonly splits: readonly DataSummary[];
  /** Sums of the model itself over the first batch, evaluated with its pristine weights before any perturbation. */
  readonly first: PointSums;
  /** How long a point will probably take, with all samples of all splits, judged by the first batch. */
  readonly seconds: number;
}

/** The model itself, with its own weights. */
export interface Centre {
  readonly sums: SplitSums;
  /** Checks of it. */
  readonly checks: readonly Check[];
  /** How long its evaluation took. */
  readonly seconds: number;
}

/** Work beside the points of the grid. */
export type Task =
  /** The model with its own weights, and whether the plane begins there. */
  | { readonly kind: "centre" }
  /** The model with its own weights. */
  | { readonly kind: "own" }
  /** The checkpoint of the study with its own weights and statistics, and the plane at its projection. */
  | { readonly kind: "checkpoint"; readonly checkpoint: number; readonly alpha: number; readonly beta: number }
  /** Extreme eigenvalues of the Hessian at a point. */
  | { readonly kind: "curvature"; readonly index: number; readonly alpha: number; readonly beta: number }
  /** v·Hv at the model for one Rademacher vector. */
  | { readonly kind: "trace"; readonly probe: number }
  /** Spectral density at the model from one starting vector. */
  | { readonly kind: "density"; readonly probe: number }
  | { readonly kind: "sharpness" };

/**
 * A part of the samples of every split, in an order in which every beginning is a stratified sample that follows from the
 * seed of the data.
 */
export interface SampleSubset {
  /** How many samples of that order come before it. */
  readonly first: number;
  readonly count: number;
  /** Into how many parts of equal size it is divided; how these differ tells of the sampling error. */
  readonly groups: number;
}

/** Sums of every split, the first one first. */
export type SplitSums = readonly PointSums[];

export type TaskAnswer =
  | { readonly kind: "centre"; readonly centre: Centre }
  | { readonly kind: "own"; readonly sums: SplitSums }
  | {
      readonly kind: "checkpoint";
      readonly checkpoint: number;
      readonly own: SplitSums;
      readonly inPlane: SplitSums;
    }
  | { readonly kind: "curvature"; readonly point: CurvaturePoint; readonly parameters: number }
  | { readonly kind: "trace"; readonly probe: number; readonly value: number }
  | { readonly kind: "density"; readonly probe: number; readonly density: SpectralDensity }
  | { readonly kind: "sharpness"; readonly values: SharpnessValues };

/** What an evaluator needs to know to measure points. */
export interface Preparing {
  readonly study: Study;
  /** Fingerprints that the files must still have, when the run goes on from an earlier process. */
  readonly fingerprints?: Readonly<Record<string, string>>;
  /** Where the directions are, unless they follow from the study alone. */
  readonly directions?: DirectionsFile;
  /** What the evaluator may use; one thread when absent. */
  readonly workplace?: Workplace;
  /** Whether it finds out how the run is measured; all others follow it. */
  readonly leads?: boolean;
}

/** From the pool to an evaluator process. `id` pairs a request with its answer. */
export type EvaluatorRequest =
  | {
      readonly id: number;
      readonly kind: "describe";
      readonly model: ModelSelection;
      readonly data: readonly string[];
      /** Arrays that the study asks for in the data file; found by their usual names when absent. */
      readonly names?: { readonly x?: string; readonly y?: string; readonly layout?: Layout };
      /** What the study says of the preparation of the samples; the rest is inferred. */
      readonly preprocess?: Partial<Preprocess>;
      /** What the study says of the loss. */
      readonly loss?: Partial<LossSpec>;
      /** Files of which is to be said whether they are checkpoints of the model. */
      readonly checkpoints?: readonly string[];
    }
  | ({ readonly id: number; readonly kind: "prepare" } & Preparing)
  /** "prepare", unless all evaluators are to try first how they share the cores best. */
  | ({ readonly id: number; readonly kind: "begin" } & Preparing)
  /** Tells how the points of a study are measured, and what else would measure them. */
  | {
      readonly id: number;
      readonly kind: "survey";
      readonly study: Study;
      readonly workplace: Workplace;
      /** Whether that is found out even where it is remembered. */
      readonly anew: boolean;
    }
  /** Measures parts of points for a moment, while other evaluators do the same; see `Bench`. */
  | {
      readonly id: number;
      readonly kind: "try";
      readonly study: Study;
      readonly workplace: Workplace;
      readonly execution: Execution;
      readonly milliseconds: number;
    }
  /** Finds directions and trajectory. `file`: where to write the directions; not written when absent. */
  | { readonly id: number; readonly kind: "plan"; readonly study: Study; readonly file?: string }
  /** Places the checkpoints of the study in its plane, which exists already. */
  | {
      readonly id: number;
      readonly kind: "place";
      readonly study: Study;
      /** The checkpoints of the path so far. */
      readonly earlier: readonly CheckpointFacts[];
      /** Where the directions are, unless they follow from the study alone. */
      readonly directions?: DirectionsFile;
    }
  | {
      readonly id: number;
      readonly kind: "evaluate";
      readonly alpha: number;
      readonly beta: number;
      /** Which samples to take; all when absent. */
      readonly subset?: SampleSubset;
    }
  | { readonly id: number; readonly kind: "task"; readonly task: Task }
  /** SHA-256 of the model and data files that a study names. `contents`: of every file that it needs, by itself. */
  | { readonly id: number; readonly kind: "fingerprint"; readonly study: Study; readonly contents?: boolean }
  /** What files are and whether they fit each other. */
  | { readonly id: number; readonly kind: "inspect"; readonly question: FilesQuestion }
  /** Which models a file belongs to, if it holds weights alone. */
  | { readonly id: number; readonly kind: "fit"; readonly weights: string; readonly models: readonly string[] }
  /** How the weights of files are distributed. */
  | { readonly id: number; readonly kind: "weigh"; readonly selection: WeightsSelection }
  /** Loads what most runs need, before anybody asks for it. */
  | { readonly id: number; readonly kind: "warm" }
  /** What engines there are, or how one of them is; `folder`: an installation that it is loaded from, and from no other. */
  | { readonly id: number; readonly kind: "engines"; readonly only?: EngineName; readonly folder?: string }
  /** How ONNX Runtime is on a processor other than the CPU; a broken driver ends the process. */
  | { readonly id: number; readonly kind: "provider"; readonly provider: ProviderName };

/** From an evaluator process to the pool. */
export type EvaluatorResponse =
  | { readonly id: number; readonly kind: "described"; readonly description: ModelDescription }
  | { readonly id: number; readonly kind: "prepared"; readonly prepared: Prepared }
  /** To "begin", instead of "prepared". */
  | { readonly id: number; readonly kind: "undivided"; readonly execution: Execution; readonly undivided: Undivided }
  | { readonly id: number; readonly kind: "tried"; readonly trial: Trial }
  | { readonly id: number; readonly kind: "surveyed"; readonly survey: Survey }
  | { readonly id: number; readonly kind: "planned"; readonly planned: Planned }
  | { readonly id: number; readonly kind: "placed"; readonly placed: Placed }
  | {
      readonly id: number;
      readonly kind: "evaluated";
      readonly sums: PointSums;
      /** Of further splits; absent when there are none. */
      readonly further?: readonly PointSums[];
      /** Of a subset: the sums of each of its groups, which `sums` and `further` are the sums of. */
      readonly groups?: readonly SplitSums[];
    }
  | { readonly id: number; readonly kind: "performed"; readonly answer: TaskAnswer }
  | {
      readonly id: number;
      readonly kind: "fingerprinted";
      readonly fingerprints: Readonly<Record<string, string>>;
      /** How many weights the model has, of all kinds. */
      readonly parameters: number;
      /** Numbers of a sample as the model takes it; absent when the model leaves that open. */
      readonly sampleSize?: number;
      /** Of every split, whether its samples are held as bytes; absent where there is room for more. */
      readonly areBytes?: readonly boolean[];
      /** Present when asked for. */
      readonly contents?: readonly StudyFile[];
    }
  | { readonly id: number; readonly kind: "inspected"; readonly answer: FilesAnswer }
  | { readonly id: number; readonly kind: "fitted"; readonly models: readonly FittedModel[] | undefined }
  | { readonly id: number; readonly kind: "weighed"; readonly figure: WeightsFigure }
  | { readonly id: number; readonly kind: "warmed" }
  | {
      readonly id: number;
      readonly kind: "engines";
      readonly engines: readonly EngineReport[];
      /** Processors beside the CPU that ONNX Runtime may compute on; not tried yet. */
      readonly providers: readonly ProviderName[];
    }
  | { readonly id: number; readonly kind: "provider"; readonly report: EngineReport }
  | { readonly id: number; readonly kind: "failed"; readonly problem: Problem; readonly stack?: string };

/** What can be said of a model and of data candidates without running an engine. */
export interface ModelDescription {
  readonly model: ModelSummary;
  /** The model's input without its batch axis, e.g. [1, 28, 28]. */
  readonly inputShape: readonly (number | null)[];
  readonly classes: number | null;
  readonly fingerprint: string;
  readonly training?: TrainingConfiguration;
  /** The loss: as the study says it, else as the training does, else cross-entropy. */
  readonly loss: LossSpec;
  /** What a user should know of the reading of the model, as sentences. */
  readonly notices: readonly string[];
  /** One entry per data candidate asked for: whether it fits, and if not, why. */
  readonly data: readonly DataDescription[];
  /** One entry per checkpoint asked for: whether it fits, and if not, why. */
  readonly checkpoints?: readonly FittedModel[];
}

/** Whether a model and a file of weights have the same names and shapes; the path is that of the one that was asked about. */
export interface FittedModel {
  readonly path: string;
  /** Why it has not, or why it cannot be read. */
  readonly problem?: Problem;
}

/** What can be said of one data candidate; all but `path` and `problem` are there when it fits the model. */
export interface DataDescription {
  readonly path: string;
  /** Absolute paths of all files that hold the data (IDX has two), `path` first. */
  readonly files?: readonly string[];
  /** SHA-256 of each of them, by path; only when no other candidate fits. */
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly samples?: number;
  /** Names of the arrays that were taken, or the absolute path of the file of labels, where they have one of their own. */
  readonly names?: { readonly x?: string; readonly y?: string };
  /** What is inferred from samples and model, beside what the study says. */
  readonly preprocess?: Preprocess;
  /** The loss that its labels ask for and why, where neither study nor training says one. */
  readonly loss?: AskedLoss;
  /** What was inferred or taken without being asked for, as sentences. */
  readonly notices?: readonly string[];
  readonly problem?: Problem;
}
