import type { Problem } from "../../server/protocol/problem";
import type { EarlierRun } from "../../server/protocol/requests";
import type {
  Check,
  Estimate,
  Point,
  RunExtras,
  RunProgress,
  RunSnapshot,
  RunStatus,
} from "../../server/protocol/result";

/** What the panel looks like, kept by the webview and given back after a reload; data is never kept here. */
export interface ViewState {
  readonly version: 1;
  readonly metric: "loss" | "accuracy";
  readonly scale: "auto" | "log" | "linear";
  readonly profiles: boolean;
  readonly measuredPoints: boolean;
  readonly colours: "fathom" | "viridis" | "cividis" | "magma" | "grey";
  readonly table: boolean;
}

/** What identifies a panel's content across reloads; given to the host's serializer by the webview's state. */
export interface PanelState {
  readonly version: 1;
  /** `file:` URI of the model or study. */
  readonly source: string;
  /** Absolute path of the journal, once a run exists. */
  readonly journal?: string;
  readonly view: ViewState;
}

/** What the user may be asked for: labelled data for a model, or the model that weights belong to. */
export type Question = "choose-data" | "choose-model";

/** From the host to the panel. */
export type HostMessage =
  /** Sent once per load, before anything else. */
  | { readonly kind: "init"; readonly source: string; readonly title: string }
  | { readonly kind: "preparing"; readonly message: string }
  /** The whole state: on load, and whenever the panel is shown again. */
  | { readonly kind: "snapshot"; readonly snapshot: RunSnapshot }
  | {
      readonly kind: "points";
      readonly points: readonly Point[];
      readonly estimate?: Estimate;
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
  | { readonly kind: "worker"; readonly state: "lost" | "back" };

/** From the panel to the host. */
export type PanelMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "resume" }
  | { readonly kind: "start-over" }
  | { readonly kind: "run-again" }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "cancel" }
  /** Without a path any file may be chosen, or any folder. */
  | { readonly kind: Question; readonly path?: string; readonly folder?: true }
  | { readonly kind: "save-as-study" }
  /** Shows the model in another plane. */
  | { readonly kind: "plane"; readonly plane: "path" | "random" }
  | { readonly kind: "show-log" }
  | { readonly kind: "show-engines" }
  | { readonly kind: "reveal"; readonly path: string }
  | { readonly kind: "copy-text"; readonly text: string };
