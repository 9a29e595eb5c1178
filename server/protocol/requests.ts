import { NotificationType, ProgressType, RequestType } from "vscode-languageserver-protocol";
import type { Problem } from "./problem";
import type {
  Check,
  EngineReport,
  Estimate,
  JsonNumber,
  Point,
  RunExtras,
  RunProgress,
  RunSnapshot,
  RunStatus,
} from "./result";
import type {
  ComputeSpec,
  CurvatureSpec,
  EngineChoice,
  GridSpec,
  Normalisation,
  SharpnessSpec,
  SplitChoice,
  Study,
} from "./study";
import type { WeightsFigure, WeightsSelection } from "./weights";

/** Defaults that come from the user's settings rather than from the study. */
export interface StudyDefaults {
  readonly compute?: Partial<ComputeSpec>;
  readonly grid?: Partial<GridSpec>;
  /** Folder for journals: absolute, or relative to the folder of the model or study. */
  readonly resultsFolder?: string;
}

export interface DescribeParams {
  /** `file:` URI of a model or of a `*.landscape.json`. */
  readonly uri: string;
  /** `file:` URI of the data, when the user has chosen it. */
  readonly data?: string;
  /** `file:` URI of the model that weights without an architecture belong to, when the user has chosen it. */
  readonly model?: string;
  /**
   * The plane in which a model without a study is shown: the principal plane of its training's checkpoints, where three or
   * more are found beside it (when absent), or a random one.
   */
  readonly plane?: "path" | "random";
  readonly defaults: StudyDefaults;
}

/** An earlier run of the same study on the same files. */
export interface EarlierRun {
  readonly journal: string;
  readonly measured: number;
  readonly total: number;
}

/** Where values come from that a study did not say itself: sentences by the field of a study file. */
export type Origins = Readonly<
  Partial<Record<"model" | "data" | "checkpoints" | "preprocess" | "loss", readonly string[]>>
>;

export type DescribeResult =
  | {
      readonly kind: "ready";
      readonly study: Study;
      readonly earlier?: EarlierRun;
      /** What was found or taken without being asked for, as sentences. */
      readonly notices: readonly string[];
      readonly origins: Origins;
      /** How the plane was chosen, where checkpoints beside the model leave a choice. */
      readonly plane?: "path" | "random";
    }
  /** The data cannot be inferred: ask once. Candidates are absolute paths whose shapes fit. */
  | { readonly kind: "choose-data"; readonly candidates: readonly string[]; readonly reason: string }
  /** The file holds weights without an architecture: ask once. Candidates are absolute paths of models that fit. */
  | { readonly kind: "choose-model"; readonly candidates: readonly string[]; readonly reason: string }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Reads the model's header, finds data beside it and proposes a complete study. Never runs an engine. */
export const DescribeRequest = new RequestType<DescribeParams, DescribeResult, void>("lossLandscape/describe");

export interface StudyTextParams {
  /** `file:` URI of the study file that is to be written; paths in it will be relative to its folder. */
  readonly uri: string;
  readonly study: Study;
  readonly origins: Origins;
  readonly defaults: StudyDefaults;
}

/** A study as the text of a study file: what differs from the defaults, and what was inferred with where it came from. */
export const StudyTextRequest = new RequestType<StudyTextParams, { readonly text: string }, void>(
  "lossLandscape/studyText",
);

export interface RunParams {
  readonly study: Study;
  readonly defaults: StudyDefaults;
  /** `resume` continues the journal of the same study; `fresh` sets it aside first. */
  readonly mode: "resume" | "fresh";
  /** Chosen by the client; points of this run arrive on `RunProgressType` with it. */
  readonly partialResultToken: string;
  readonly workDoneToken?: string;
}

/** A part of a run as it happens; sent at most ten times a second. */
export type RunEvent =
  | {
      readonly kind: "preparing";
      readonly message: string;
      /** Names of the models whose runs are before it in the queue, the one that is computing first. */
      readonly ahead?: readonly string[];
    }
  /** The whole state, sent when the header is known (with resumed points, if any), and before that when a part of the samples shows one. */
  | { readonly kind: "snapshot"; readonly snapshot: RunSnapshot }
  | {
      readonly kind: "points";
      readonly points: readonly Point[];
      /** Present when it has changed. */
      readonly estimate?: Estimate;
      /** The same for further splits, in the order of `Study.splits`; present with `estimate` where there are any. */
      readonly furtherEstimates?: readonly Estimate[];
      readonly progress: RunProgress;
    }
  /** What is measured beside the grid, whole, whenever it has changed. */
  | { readonly kind: "extras"; readonly extras: RunExtras; readonly progress: RunProgress };

export const RunProgressType = new ProgressType<RunEvent>();

export interface RunOutcome {
  readonly status: Exclude<RunStatus, "running" | "paused">;
  readonly journal?: string;
  readonly checks: readonly Check[];
  readonly problem?: Problem;
}

/**
 * Executes a study and resolves when it is done, failed or cancelled (by `$/cancelRequest`).
 * It resolves with `status: "cancelled"` rather than rejecting, so that what was measured is reported.
 */
export const RunRequest = new RequestType<RunParams, RunOutcome, void>("lossLandscape/run");

export interface PauseParams {
  /** The `partialResultToken` of the run. */
  readonly run: string;
  readonly paused: boolean;
}

/** Stops handing out points, or goes on; points in flight are finished and kept. */
export const PauseRequest = new RequestType<PauseParams, void, void>("lossLandscape/pause");

/** Lets a run compute before all others that wait, by its `partialResultToken`. */
export const HurryRequest = new RequestType<{ readonly run: string }, void, void>("lossLandscape/hurry");

export type OpenResult =
  { readonly kind: "run"; readonly snapshot: RunSnapshot } | { readonly kind: "problem"; readonly problem: Problem };

/** Reads a run's journal; computes nothing. */
export const OpenRequest = new RequestType<{ readonly journal: string }, OpenResult, void>("lossLandscape/open");

/** What is to be different in a run of the same model; what is absent stays. */
export interface StudyChange {
  /** Ranges, numbers of points and tolerance; a range given here is taken as it is, in place of one fitted to a path. */
  readonly grid?: Partial<Pick<GridSpec, "x" | "y" | "points" | "refine">>;
  /** How many samples of every split. */
  readonly samples?: number;
  /** The splits that are measured, the one that is drawn first in front; at least one, each with a name of its own. */
  readonly splits?: readonly SplitChoice[];
  /** Of random directions. */
  readonly seed?: number;
  readonly normalise?: Normalisation;
  readonly engine?: EngineChoice;
  /** Absolute path of weights that become the centre, e.g. of a checkpoint; directions become random ones around it. */
  readonly weights?: string;
  /** `null` for none. */
  readonly curvature?: Partial<CurvatureSpec> | null;
  readonly sharpness?: SharpnessSpec | null;
}

export interface ForeseeParams {
  readonly study: Study;
  readonly change: StudyChange;
  readonly defaults: StudyDefaults;
}

/** What a run would be before it is started. */
export type ForeseeResult =
  | {
      readonly kind: "ready";
      /** The changed study, complete and checked. */
      readonly study: Study;
      /**
       * Evaluations of the loss that are missing, each over all samples of all splits: points of the grid, and of each
       * checkpoint its own and its projection's. The most that there may be where points are interpolated.
       */
      readonly evaluations: number;
      /**
       * Hessian-vector products and gradients that are missing: the most that there may be, where no earlier run tells how many
       * a point takes.
       */
      readonly products: number;
      /** How long it takes, if an earlier run of the model tells. */
      readonly seconds?: number;
      readonly earlier?: EarlierRun;
      /** SHA-256 of what the study's files hold now, by absolute path. */
      readonly fingerprints: Readonly<Record<string, string>>;
      /** The command line that makes the same run, quoted for a POSIX shell. */
      readonly command: string;
    }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Changes a study and tells what its run would cost; computes nothing. */
export const ForeseeRequest = new RequestType<ForeseeParams, ForeseeResult, void>("lossLandscape/foresee");

/**
 * The splits that may be measured of a study's data: those that it measures, in its order, then those that lie beside
 * them under a name of the same form. Reads names, no samples.
 */
export const SplitsRequest = new RequestType<{ readonly study: Study }, readonly SplitChoice[], void>(
  "lossLandscape/splits",
);

/** A run as lists show it. */
export interface RunSummary {
  /** Absolute path of the journal. */
  readonly journal: string;
  /** The user's own name for it. */
  readonly name?: string;
  /** File name and absolute path of the model; `weights` where others took the place of its own. */
  readonly model: { readonly name: string; readonly path: string; readonly weights?: string };
  /** In words, e.g. "surface 51 × 51", "path of 11 checkpoints", "line, 3 directions". */
  readonly what: string;
  /** Range and points of a surface; absent for lines. */
  readonly plane?: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    readonly points: readonly [number, number];
  };
  /** In words, of `DirectionFacts`. */
  readonly directions: string;
  readonly split: string;
  readonly samples: number;
  readonly loss: JsonNumber;
  /** Percent. */
  readonly accuracy: JsonNumber;
  /** In words, e.g. "ONNX Runtime 1.30 on CPU". */
  readonly engine: string;
  readonly status: "running" | "unfinished" | "done";
  readonly measured: number;
  readonly total: number;
  /** ISO 8601. */
  readonly started: string;
}

/** Tells of runs by their journals; a file that is none is left out and logged. */
export const SummariesRequest = new RequestType<{ readonly journals: readonly string[] }, readonly RunSummary[], void>(
  "lossLandscape/summaries",
);

/** Gives a run a name of the user's own, kept in its journal; an empty one takes it away. */
export const NameRequest = new RequestType<{ readonly journal: string; readonly name: string }, void, void>(
  "lossLandscape/name",
);

export interface ExportParams {
  readonly journal: string;
  readonly format: string;
  /** Absolute path of the file to write; the folder of `csv`, which makes several, is its own. */
  readonly out: string;
}

export type ExportResult =
  | { readonly kind: "done"; readonly files: readonly string[] }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Writes a run's figures in one of the formats of the command line's `export`. */
export const ExportRequest = new RequestType<ExportParams, ExportResult, void>("lossLandscape/export");

/** A small picture of a run: an SVG of that width in pixels, in colours for dark or light backgrounds. */
export const ThumbnailRequest = new RequestType<
  { readonly journal: string; readonly width: number; readonly dark: boolean },
  { readonly svg: string } | null,
  void
>("lossLandscape/thumbnail");

export type TellResult =
  { readonly kind: "told"; readonly text: string } | { readonly kind: "problem"; readonly problem: Problem };

/** Tells in words and numbers what a run has found; computes nothing. */
export const TellRequest = new RequestType<{ readonly journal: string }, TellResult, void>("lossLandscape/tell");

export type WeightsResult =
  { readonly kind: "ready"; readonly figure: WeightsFigure } | { readonly kind: "problem"; readonly problem: Problem };

/** Distributions of the weights of models, read from their files tensor by tensor; computes no loss. */
export const WeightsRequest = new RequestType<WeightsSelection, WeightsResult, void>("lossLandscape/weights");

export interface FollowParams {
  /** Absolute path of the journal of a run with a trajectory. */
  readonly journal: string;
  /** Absolute paths of files that may be checkpoints, new since; those that come after the path so far are added in order. */
  readonly checkpoints: readonly string[];
  readonly defaults: StudyDefaults;
}

/**
 * Projects new checkpoints into the plane of a run and measures them, without changing the plane or any point; resolves
 * with the whole run as it is then, written into its journal.
 */
export const FollowRequest = new RequestType<FollowParams, OpenResult, void>("lossLandscape/follow");

/** What this machine has: found, self-tested and why not. Runs in a process of its own. */
export const EnginesRequest = new RequestType<Record<string, never>, readonly EngineReport[], void>(
  "lossLandscape/engines",
);

/** Asked by the server: the user's settings for a study, by its URI. A client without settings need not answer. */
export const DefaultsRequest = new RequestType<{ readonly uri: string }, StudyDefaults, void>("lossLandscape/defaults");

export interface Health {
  readonly health: "ok" | "warning" | "error";
  /** False while anything is being computed. */
  readonly quiescent: boolean;
  readonly message: string;
  /** Engine of the run that is going on, or of the last one. */
  readonly engine?: string;
}

/** Sent whenever the server's health changes. */
export const HealthNotification = new NotificationType<Health>("lossLandscape/health");
