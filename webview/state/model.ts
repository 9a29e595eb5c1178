import type { Problem } from "../../server/protocol/problem";
import type { EarlierRun } from "../../server/protocol/requests";
import type {
  Check,
  PreliminaryFacts,
  RunExtras,
  RunHeader,
  RunProgress,
  RunStatus,
} from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { ComparingRun, HostMessage, Question, TrailEntry } from "../protocol/messages";

/** Measured values by grid index (row-major); where `known` is 0 the other entries mean nothing. */
export interface Measured {
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
  readonly lossError: Float64Array;
  readonly known: Uint8Array;
  readonly count: number;
}

/** Values interpolated by the worker from the finest complete nested grid. */
export interface Interpolated {
  /** Columns and rows of that grid. */
  readonly from: readonly [number, number];
  /** Present while that grid is measured with a part of the samples. */
  readonly preliminary?: PreliminaryFacts;
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
}

/** A run as the panel knows it. Replaced, never changed. */
export interface RunData {
  readonly header: RunHeader;
  /** Present while the values at the centre are preliminary too, and there is no journal. */
  readonly isProvisional?: true;
  readonly status: RunStatus;
  readonly progress: RunProgress;
  readonly checks: readonly Check[];
  readonly problem?: Problem;
  readonly journal: string;
  readonly measured: Measured;
  /** Further splits at the same points, in the order of the header's. */
  readonly further: readonly Measured[];
  readonly interpolated?: Interpolated;
  /** The same for further splits; empty when there are none, or no estimate yet. */
  readonly furtherInterpolated: readonly Interpolated[];
  /** Path and curvature, as far as they are measured. */
  readonly extras?: RunExtras;
}

/** What the panel is about at the moment. */
export type Phase =
  | { readonly kind: "waiting" }
  | { readonly kind: "preparing"; readonly message: string; readonly canHurry?: true }
  | { readonly kind: "first-run"; readonly study: Study }
  | { readonly kind: "run" }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "offer-resume"; readonly earlier: EarlierRun }
  | { readonly kind: Question; readonly candidates: readonly string[]; readonly reason: string };

/** Everything that is shown and comes from the host; how it is shown is the `ViewState`. */
export interface PanelModel {
  readonly source: string;
  readonly title: string;
  readonly phase: Phase;
  readonly run?: RunData;
  /** What was found or taken without being asked for. */
  readonly found: readonly string[];
  /** How the plane was chosen, where there is a choice. */
  readonly plane?: "path" | "random";
  readonly workerLost: boolean;
  /** Runs that led to the one that is shown. */
  readonly trail: readonly TrailEntry[];
  /** What the run that is shown is called beside them. */
  readonly trailShown?: string;
  /** Files of the run that have changed on the disk since. */
  readonly stale: readonly string[];
  /** When that was seen (ISO 8601). */
  readonly staleAt?: string;
  /** Whether the panel stays with its model whatever is in front. */
  readonly locked: boolean;
  /** Journals of the runs that are to be compared with the one that is shown. */
  readonly compared: readonly string[];
  /** Runs that are being made to be compared. */
  readonly comparing: readonly ComparingRun[];
  /** Runs that are being made for checks of a run, by its journal. */
  readonly checking: Pick<Extract<HostMessage, { readonly kind: "checking" }>, "journal" | "runs">;
}

export const emptyModel: PanelModel = {
  source: "",
  title: "",
  phase: { kind: "waiting" },
  found: [],
  workerLost: false,
  trail: [],
  stale: [],
  locked: false,
  compared: [],
  comparing: [],
  checking: { journal: "", runs: [] },
};
