import { NotificationType, ProgressType, RequestType } from "vscode-languageserver-protocol";
import type { Problem } from "./problem";
import type { Check, EngineReport, Estimate, Point, RunExtras, RunProgress, RunSnapshot, RunStatus } from "./result";
import type { ComputeSpec, GridSpec, Study } from "./study";

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
  | { readonly kind: "preparing"; readonly message: string }
  /** The whole state, sent when the header is known (with resumed points, if any). */
  | { readonly kind: "snapshot"; readonly snapshot: RunSnapshot }
  | {
      readonly kind: "points";
      readonly points: readonly Point[];
      /** Present when it has changed. */
      readonly estimate?: Estimate;
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

export type OpenResult =
  { readonly kind: "run"; readonly snapshot: RunSnapshot } | { readonly kind: "problem"; readonly problem: Problem };

/** Reads a run's journal; computes nothing. */
export const OpenRequest = new RequestType<{ readonly journal: string }, OpenResult, void>("lossLandscape/open");

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
