import type { Problem, Remedy } from "../../server/protocol/problem";
import type { EarlierRun, StudyChange } from "../../server/protocol/requests";
import type {
  Check,
  Estimate,
  JsonNumber,
  Point,
  RunExtras,
  RunProgress,
  RunSnapshot,
  RunStatus,
} from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { AnswerMessage, AskMessage } from "./asks";

/**
 * An `Estimate` on its way to the page. Packed numbers are copied as they are, where a list would be taken apart and put
 * together again one by one: estimates of large grids come several times a second.
 */
export interface SentEstimate extends Pick<Estimate, "from" | "preliminary"> {
  readonly loss: readonly JsonNumber[] | Float64Array;
  readonly accuracy: readonly JsonNumber[] | Float64Array;
}

/** The views of the panel, in the order of their tabs. */
export const viewNames = [
  "contour",
  "surface",
  "lines",
  "trajectory",
  "curvature",
  "weights",
  "compare",
  "trust",
] as const;
export type ViewName = (typeof viewNames)[number];

/** A value that a view keeps of its own. */
export type ViewOption = string | number | boolean | readonly (string | number)[];

/** What the panel looks like, kept by the webview and given back after a reload; data is never kept here. */
export interface ViewState {
  readonly version: 2;
  /** Which view is in front. */
  readonly shown: ViewName;
  /** `error` is the error rate: 100 % less the accuracy. */
  readonly metric: "loss" | "accuracy" | "error";
  /** Which split of the run, counted from 0; or the second less the first. */
  readonly split: number | "difference";
  /** `paper`: the contour levels of Li et al. 2018. */
  readonly scale: "auto" | "log" | "linear" | "paper";
  readonly fill: "filled" | "lines";
  /** Upper end of what is told apart by colour; absent for the policy's own. */
  readonly clip?: number;
  readonly profiles: boolean;
  readonly measuredPoints: boolean;
  readonly colours: "fathom" | "viridis" | "cividis" | "magma" | "grey";
  readonly table: boolean;
  /** What each view keeps beside what all share; read with `optionsOf`. */
  readonly options: Readonly<Partial<Record<ViewName, Readonly<Record<string, ViewOption>>>>>;
}

/** What identifies a panel's content across reloads; given to the host's serializer by the webview's state. */
export interface PanelState {
  readonly version: 1;
  /** `file:` URI of the model or study. */
  readonly source: string;
  /** Absolute path of the journal, once a run exists. */
  readonly journal?: string;
  /** Runs that led to that one. */
  readonly trail?: readonly TrailEntry[];
  readonly view: ViewState;
}

/** What the user may be asked for: labelled data for a model, or the model that weights belong to. */
export type Question = "choose-data" | "choose-model";

/** A run that led to the one that is shown. */
export interface TrailEntry {
  readonly journal: string;
  /** In words, e.g. "α −1 to 1". */
  readonly label: string;
  /** The same study, measured before its files changed on the disk. */
  readonly isBefore?: true;
}

/** A run that is being made while another one is shown. */
export interface MadeRun {
  readonly state: "waiting" | "running" | "done" | "cancelled" | "failed";
  /** What it waits for or does, in words. */
  readonly message: string;
  /** Absolute path of its journal, as soon as there is one. */
  readonly journal?: string;
  readonly measured?: number;
  readonly total?: number;
  readonly problem?: Problem;
}

/** A run that is being made to be compared with the one that is shown. */
export interface ComparingRun extends MadeRun {
  /** `file:` URI of its model or study. */
  readonly source: string;
  readonly title: string;
}

/** A run that is made for checks of another one. */
export interface CheckRun {
  /** Names of the checks that follow from it. */
  readonly checks: readonly string[];
  readonly change: StudyChange;
}

/** From the host to the panel. */
export type HostMessage =
  /** Sent once per load, before anything else. */
  | { readonly kind: "init"; readonly source: string; readonly title: string }
  | {
      readonly kind: "preparing";
      readonly message: string;
      /** The run waits for others and may go before some of them. */
      readonly canHurry?: true;
    }
  /** The model has no finished run, and nobody has asked for one yet. */
  | { readonly kind: "first-run"; readonly study: Study }
  /** The whole state: on load, and whenever the panel is shown again. */
  | { readonly kind: "snapshot"; readonly snapshot: RunSnapshot }
  | {
      readonly kind: "points";
      readonly points: readonly Point[];
      readonly estimate?: SentEstimate;
      readonly furtherEstimates?: readonly SentEstimate[];
      readonly progress: RunProgress;
    }
  /** What is measured beside the grid, whole. */
  | { readonly kind: "extras"; readonly extras: RunExtras; readonly progress: RunProgress }
  | {
      readonly kind: "status";
      readonly status: RunStatus;
      readonly checks: readonly Check[];
      readonly problem?: Problem;
    }
  /** Nothing could be started or shown. */
  | { readonly kind: "problem"; readonly problem: Problem }
  /** An unfinished run of the same study exists: the user decides. */
  | { readonly kind: "offer-resume"; readonly earlier: EarlierRun }
  /** Data or model cannot be inferred: the user chooses. */
  | { readonly kind: Question; readonly candidates: readonly string[]; readonly reason: string }
  /** What was found or taken without being asked for, as sentences; of the run that follows. */
  | {
      readonly kind: "found";
      readonly notices: readonly string[];
      /** How the plane was chosen, where checkpoints found beside the model leave a choice. */
      readonly plane?: "path" | "random";
    }
  /** The worker was lost and is being started again. */
  | { readonly kind: "worker"; readonly state: "lost" | "back" }
  /** Runs that led here, the first one first; the one that is shown is not among them but called `shown`. */
  | { readonly kind: "trail"; readonly entries: readonly TrailEntry[]; readonly shown?: string }
  /** Files of the run that have changed on the disk since, as absolute paths, and when (ISO 8601); none when it is up to date. */
  | { readonly kind: "stale"; readonly files: readonly string[]; readonly at?: string }
  /** Whether the panel goes with the model file in front, or stays with this one. */
  | { readonly kind: "following"; readonly locked: boolean }
  /** Runs whose files came, went or are whole now: what the page knows of them may be out of date. */
  | { readonly kind: "runs-changed"; readonly journals: readonly string[] }
  /** Runs that are to be compared with the one that is shown: their journals; brings that view to the front. */
  | { readonly kind: "compare"; readonly journals: readonly string[] }
  /** Runs that are being made for the comparison, all of them, whenever one of them has changed. */
  | { readonly kind: "comparing"; readonly runs: readonly ComparingRun[] }
  /** Runs that are being made for checks of the run of a journal, all of them, whenever one of them has changed. */
  | {
      readonly kind: "checking";
      readonly journal: string;
      readonly runs: readonly (MadeRun & Pick<CheckRun, "checks">)[];
    }
  | AnswerMessage;

/** From the panel to the host. */
export type PanelMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "resume" }
  | { readonly kind: "start-over" }
  | { readonly kind: "run-again" }
  /** Runs the study that is shown with something different about it; the way back is kept. */
  | { readonly kind: "run-changed"; readonly change: StudyChange }
  /** Shows another run of the same plane; the way back is kept. */
  | { readonly kind: "open-run"; readonly journal: string }
  /** Shows a run of the trail again, and what came after it no longer. */
  | { readonly kind: "go-back"; readonly journal: string }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "cancel" }
  /** Computes before the other runs that wait. */
  | { readonly kind: "hurry" }
  /** Without a path any file may be chosen, or any folder. */
  | { readonly kind: Question; readonly path?: string; readonly folder?: true }
  | { readonly kind: "save-as-study" }
  /** Shows the model in another plane. */
  | { readonly kind: "plane"; readonly plane: "path" | "random" }
  | { readonly kind: "lock"; readonly locked: boolean }
  /** Whether checkpoints are added to the path as a training writes them; they are, until the page says otherwise. */
  | { readonly kind: "follow-training"; readonly on: boolean }
  /** A run that is being made for the comparison is not wanted any more. */
  | { readonly kind: "stop-comparing"; readonly source: string }
  /** Makes runs for checks of the run that is shown, one after another, while that one stays. */
  | { readonly kind: "run-checks"; readonly runs: readonly CheckRun[] }
  /** Those are not wanted any more. */
  | { readonly kind: "stop-checks" }
  /** The user knows that files have changed and keeps the picture. */
  | { readonly kind: "dismiss-stale" }
  | { readonly kind: "show-log" }
  | { readonly kind: "show-engines" }
  /** Does what a problem's advice says. */
  | { readonly kind: "remedy"; readonly remedy: Remedy }
  | { readonly kind: "reveal"; readonly path: string }
  /** Opens a panel of its own for a file of the run, such as a checkpoint. */
  | { readonly kind: "visualize"; readonly path: string }
  | { readonly kind: "copy-text"; readonly text: string }
  | AskMessage;
