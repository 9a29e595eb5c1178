import type { Problem } from "../../server/protocol/problem";
import type { ForeseeResult, RunSummary, StudyChange } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { SplitChoice } from "../../server/protocol/study";
import type { WeightsFigure } from "../../server/protocol/weights";

/** What may be asked for as a file of the run that is shown, beside pictures of the panel's own. */
export type ExportFormat = "csv" | "json" | "npz" | "h5" | "vtp" | "obj" | "html" | "svg" | "png";

/**
 * Questions of the panel that are answered once each, by name: what is asked and what comes back.
 * `extension/panels/asks` has one file for each.
 */
export interface Asks {
  /** What a changed study would cost, before anything is started. Always about the study of the run that is shown. */
  readonly foresee: { readonly params: StudyChange; readonly result: ForeseeResult };
  /** What the run of the model in another plane would cost, where its checkpoints leave a choice. */
  readonly "foresee-plane": {
    readonly params: { readonly plane: "path" | "random" };
    readonly result: ForeseeResult;
  };
  /** The splits that a run of the study might measure: those that are measured, then those that were found beside them. */
  readonly splits: { readonly params: Record<string, never>; readonly result: readonly SplitChoice[] };
  /** All finished and unfinished runs of the workspace, the newest first. */
  readonly runs: { readonly params: Record<string, never>; readonly result: readonly RunSummary[] };
  /** A run of that list, to be compared. */
  readonly run: { readonly params: { readonly journal: string }; readonly result: RunSnapshot };
  /** How weights are distributed: of the model itself, its checkpoints and other files, as absolute paths. */
  readonly weights: {
    readonly params: { readonly files: readonly string[]; readonly bins: number };
    readonly result: WeightsFigure;
  };
  /** Lets the user choose models whose weights are to be compared; absolute paths, none when the user gives up. */
  readonly "pick-models": { readonly params: Record<string, never>; readonly result: readonly string[] };
  /** Writes the run's data to a file that the user chooses; its path, or nothing when the user gives up. */
  readonly export: {
    readonly params: { readonly journal: string; readonly format: ExportFormat };
    readonly result: { readonly path?: string };
  };
  /** Writes a picture that the panel has drawn; `content` is text for SVG, base64 for PNG. */
  readonly "save-picture": {
    readonly params: { readonly name: string; readonly type: "png" | "svg"; readonly content: string };
    readonly result: { readonly path?: string };
  };
  /** The command line that makes the run that is shown. */
  readonly "command-line": { readonly params: Record<string, never>; readonly result: { readonly text: string } };
}

export type AskName = keyof Asks;

/** From the panel to the host. */
export type AskMessage = {
  readonly [K in AskName]: {
    readonly kind: "ask";
    readonly id: number;
    readonly ask: K;
    readonly params: Asks[K]["params"];
  };
}[AskName];

/** From the host to the panel. */
export type AnswerMessage =
  | { readonly kind: "answer"; readonly id: number; readonly result: Asks[AskName]["result"] }
  | { readonly kind: "answer"; readonly id: number; readonly problem: Problem };
