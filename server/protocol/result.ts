import type { Problem } from "./problem";
import type { EngineName, Study } from "./study";

/** What is computing, as it is shown beside every figure. */
export interface EngineInfo {
  readonly name: EngineName;
  /** What people call it, e.g. "ONNX Runtime". */
  readonly label: string;
  readonly version: string;
  /** Where it computes, e.g. "CPU". */
  readonly device: string;
  /** Why this one was taken, e.g. "first choice" or "tfjs-node was not found". */
  readonly why: string;
}

/** One line of the engines report: found or not, self-tested or not, and why. */
export interface EngineReport {
  readonly name: EngineName;
  readonly label: string;
  readonly state: "ready" | "missing" | "wrong";
  readonly version?: string;
  readonly device?: string;
  /** Largest relative error of the self-test. */
  readonly selfTestError?: number;
  readonly detail: string;
}

/** A number that may be NaN or infinite, as JSON can carry it. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Measured values at one grid point. `index` = row · columns + column, row = y, column = x. */
export interface Point {
  readonly index: number;
  /** Mean loss over the samples. */
  readonly loss: JsonNumber;
  /** Percent. */
  readonly accuracy: number;
  /** Standard error of the mean loss over the samples. */
  readonly lossError: JsonNumber;
}

/**
 * Values for every grid point, interpolated from the finest nested grid that is complete and bent towards what is
 * measured of the next one; row-major.
 * What is measured takes precedence over it wherever both exist.
 */
export interface Estimate {
  /** Columns and rows of the nested grid it comes from. */
  readonly from: readonly [number, number];
  readonly loss: readonly JsonNumber[];
  readonly accuracy: readonly number[];
}

export interface ModelSummary {
  readonly name: string;
  readonly path: string;
  readonly format: string;
  /** Number of scalar weights that directions may move. */
  readonly parameters: number;
  readonly tensors: number;
}

export interface DataSummary {
  readonly path: string;
  readonly split: string;
  readonly samples: number;
  readonly available: number;
  readonly classes: number;
  /** What was done to the samples before the model saw them, in words; empty when nothing. */
  readonly preprocessing: string;
}

export interface Check {
  /** Stable identifier, e.g. `centre`. */
  readonly name: string;
  readonly level: "ok" | "warning" | "error";
  readonly value: JsonNumber;
  readonly expected: JsonNumber;
  /** One plain sentence. */
  readonly message: string;
}

/** All that is known of a run before its first point; written first into the journal. */
export interface RunHeader {
  readonly id: string;
  readonly study: Study;
  /** SHA-256 of the model and data files, by absolute path. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly model: ModelSummary;
  readonly data: DataSummary;
  readonly engine: EngineInfo;
  readonly evaluators: number;
  /** Loss and accuracy of the unperturbed model. */
  readonly centre: { readonly loss: JsonNumber; readonly accuracy: number; readonly lossError: JsonNumber };
  readonly directions: {
    readonly kind: "random";
    readonly seed: number;
    readonly normalisation: string;
    readonly cosine: number;
    readonly expectedCosine: number;
  };
  /** Coordinates of the columns (α) and rows (β). */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly checks: readonly Check[];
  readonly started: string;
}

export type RunStatus = "running" | "paused" | "cancelled" | "done" | "failed";

export interface RunProgress {
  readonly measured: number;
  readonly total: number;
  /** Columns and rows of the nested grid being filled. */
  readonly level: readonly [number, number];
  /** Seconds left at the present rate; absent until the rate is known. */
  readonly secondsLeft?: number;
}

/** Everything a panel needs to draw a run from nothing. */
export interface RunSnapshot {
  readonly header: RunHeader;
  readonly status: RunStatus;
  readonly points: readonly Point[];
  readonly estimate?: Estimate;
  readonly progress: RunProgress;
  readonly checks: readonly Check[];
  readonly problem?: Problem;
  /** Absolute path of the journal. */
  readonly journal: string;
}

/** The object that `--json` writes; arrays are row-major, `[y][x]`. */
export interface RunResult {
  readonly study: Study;
  readonly engine: { readonly name: string; readonly version: string; readonly device: string };
  readonly model: { readonly parameters: number; readonly format: string };
  readonly centre: { readonly loss: JsonNumber; readonly accuracy: number };
  readonly directions: RunHeader["directions"];
  readonly surfaces: readonly {
    readonly split: string;
    readonly samples: number;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly loss: readonly (readonly JsonNumber[])[];
    readonly accuracy: readonly (readonly JsonNumber[])[];
    /** 1 evaluated, 0 interpolated. */
    readonly measured: readonly (readonly (0 | 1)[])[];
  }[];
  readonly checks: readonly Check[];
  readonly timing: { readonly seconds: number; readonly evaluations: number };
}
