import type { Problem } from "./problem";
import type { Directions, EngineName, Execution, Study } from "./study";

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
  /** How it computes; absent in runs of versions that always baked the weights, on the CPU, with one thread. */
  readonly execution?: Execution;
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
  /** Folder of the installation that it was loaded from; absent when it is part of the extension. */
  readonly folder?: string;
  readonly detail: string;
}

/** A number that may be NaN or infinite, as JSON can carry it. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Measured values at one grid point. `index` = row · columns + column, row = y, column = x. */
export interface Point {
  readonly index: number;
  /** Mean loss over the samples of the first split, with the weight decay that the study asks for. */
  readonly loss: JsonNumber;
  /** Percent; "NaN" for a loss that has no accuracy. */
  readonly accuracy: JsonNumber;
  /** Standard error of the mean loss over the samples. */
  readonly lossError: JsonNumber;
  /** The same for further splits, in the order of `Study.splits`. */
  readonly further?: readonly SplitValues[];
}

/** Measured values of one split. */
export interface SplitValues {
  readonly loss: JsonNumber;
  readonly accuracy: JsonNumber;
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
  /** Present while that grid is measured with a part of the samples. */
  readonly preliminary?: PreliminaryFacts;
  readonly loss: readonly JsonNumber[];
  readonly accuracy: readonly JsonNumber[];
}

/** What a preliminary picture comes from, which all samples will replace. */
export interface PreliminaryFacts {
  /** How many samples of the split it is made from. */
  readonly samples: number;
  /** How many there are in all. */
  readonly of: number;
  /** Typical standard error of the loss that comes from taking these, relative. */
  readonly error: JsonNumber;
}

export interface ModelSummary {
  readonly name: string;
  readonly path: string;
  readonly format: string;
  /** Number of scalar weights that directions may move. */
  readonly parameters: number;
  readonly tensors: number;
  /** SHA-256 of operators, attributes, wiring and shapes, without the weights; absent in journals of earlier versions. */
  readonly structure?: string;
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

/** What is said of a run's directions beside every picture. */
export interface DirectionFacts {
  readonly kind: Directions["kind"];
  /** In words, e.g. "random, filter-normalised, seed 0". */
  readonly label: string;
  /** Names of the axes, e.g. ["direction 1", "direction 2"] or ["PC 1 (81.6 %)", "PC 2 (12.4 %)"]. */
  readonly axes: readonly [string, string];
  readonly seed?: number;
  readonly normalisation?: string;
  /** Of the two directions; absent for lines. */
  readonly cosine?: number;
  /** What the cosine of two such random directions is on average; absent where it has no meaning. */
  readonly expectedCosine?: number;
  /** Of the Hessian, for its eigenvectors. */
  readonly eigenvalues?: readonly [number, number];
  /** Name of the file beside the journal that holds the directions, by parameter name. */
  readonly file?: string;
  /** SHA-256 of that file. */
  readonly digest?: string;
}

/** The checkpoints of a run in its plane. */
export interface TrajectoryFacts {
  /** Share of the variance of the path that x and y explain, for principal directions. */
  readonly explainedVariance?: readonly [number, number];
  /** What a random walk of as many steps gives. */
  readonly randomWalk?: readonly [number, number];
  readonly centred?: boolean;
  /** Epochs after which the learning rate dropped. */
  readonly drops: readonly number[];
  readonly checkpoints: readonly CheckpointFacts[];
  /** How many of the last checkpoints were placed in the plane after it was made; absent for none. */
  readonly added?: number;
}

export interface CheckpointFacts {
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly epoch?: number;
  readonly learningRate?: number;
  /** Coordinates of its projection by least squares. */
  readonly x: number;
  readonly y: number;
  /** ‖θᵢ − θ_N‖ over the parameters that the plane moves. */
  readonly distance: number;
  /** Distance from the plane, over the same parameters. */
  readonly offPlane: number;
}

/** Measured values of one checkpoint. */
export interface CheckpointValues {
  /** Into `TrajectoryFacts.checkpoints`. */
  readonly checkpoint: number;
  /** With its own weights and statistics, one entry for each split. */
  readonly own: readonly SplitValues[];
  /** In the plane, at its projection. */
  readonly inPlane: readonly SplitValues[];
}

/** The Hessian's extreme eigenvalues at one point. */
export interface CurvaturePoint {
  /** Row-major in the curvature map. */
  readonly index: number;
  readonly max: JsonNumber;
  readonly min: JsonNumber;
  /** Relative residuals ‖Hv − λv‖ / |λ| of max and min. */
  readonly residual: readonly [JsonNumber, JsonNumber];
  /** Largest relative |u·Hv − v·Hu| that was seen. */
  readonly symmetry: JsonNumber;
  /** Hessian-vector products that were made. */
  readonly products: number;
}

/** A density as sums of weights at Ritz values; the weights add up to 1. */
export interface SpectralDensity {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** What is measured about the model's own curvature, beside the map. Parts appear as they are ready. */
export interface CentreCurvature {
  /** Hutchinson's estimate: v·Hv for each Rademacher vector so far. */
  readonly traceSamples?: readonly number[];
  /** One density for each starting vector so far. */
  readonly densities?: readonly SpectralDensity[];
  /** Number of parameters over which the Hessian is taken. */
  readonly parameters?: number;
}

/** ε-sharpness at the centre. */
export interface SharpnessValues {
  readonly epsilon: number;
  /** Largest loss that was found within the box. */
  readonly largest: JsonNumber;
  readonly centre: JsonNumber;
  /** 100 · (largest − centre) / (1 + centre). */
  readonly sharpness: JsonNumber;
  /** Gradients that were made. */
  readonly steps: number;
}

/** All that a run measures beside its grid. */
export interface RunExtras {
  readonly checkpoints: readonly CheckpointValues[];
  readonly curvature: readonly CurvaturePoint[];
  readonly centreCurvature?: CentreCurvature;
  readonly sharpness?: SharpnessValues;
}

/** What a run had at its beginning because others had measured it; runs are told by the names of their journals. */
export interface TakenOverFacts {
  /** The run with most of it. */
  readonly run: string;
  /** How many points, and how much beside the grid, of all these runs. */
  readonly points: number;
  readonly extras: number;
  /** Further runs that some of it is from; absent when there are none. */
  readonly others?: readonly string[];
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
  /** Values of the unperturbed model. */
  readonly centre: SplitValues;
  /** Further splits, in the order of `Study.splits`. */
  readonly splits?: readonly { readonly data: DataSummary; readonly centre: SplitValues }[];
  readonly directions: DirectionFacts;
  /** Where the checkpoints lie in the plane; present when the study has checkpoints. */
  readonly trajectory?: TrajectoryFacts;
  /** Coordinates of the columns (α) and rows (β). */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly checks: readonly Check[];
  readonly started: string;
  /** Where the first lines of the journal come from: other runs of the same plane, as told by `TakenOverFacts`. */
  readonly takenOver?: TakenOverFacts;
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
  /**
   * Present while the model itself is being measured: the values at the centre come from a part of the samples, as the
   * estimates do, and there is no journal yet.
   */
  readonly isProvisional?: true;
  readonly status: RunStatus;
  readonly points: readonly Point[];
  readonly estimate?: Estimate;
  /** The same for further splits, in the order of `Study.splits`; absent when there are none, or no estimate yet. */
  readonly furtherEstimates?: readonly Estimate[];
  /** Present when the study asks for more than the grid. */
  readonly extras?: RunExtras;
  readonly progress: RunProgress;
  readonly checks: readonly Check[];
  readonly problem?: Problem;
  /** Absolute path of the journal, which may be still to come. */
  readonly journal: string;
}

/** One split on a grid; arrays are row-major, `[y][x]`. */
export interface SurfaceFigure {
  readonly split: string;
  readonly samples: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly loss: readonly (readonly JsonNumber[])[];
  readonly accuracy: readonly (readonly JsonNumber[])[];
  /** Standard error of the loss; "NaN" where not measured. */
  readonly lossError: readonly (readonly JsonNumber[])[];
  /** 1 evaluated, 0 interpolated. */
  readonly measured: readonly (readonly (0 | 1)[])[];
}

/** One split along one direction. */
export interface LineFigure {
  readonly split: string;
  readonly samples: number;
  /** Which line of a family, from 0. */
  readonly member: number;
  readonly x: readonly number[];
  readonly loss: readonly JsonNumber[];
  readonly accuracy: readonly JsonNumber[];
  readonly lossError: readonly JsonNumber[];
  readonly measured: readonly (0 | 1)[];
}

/** Distances are absent where a file from elsewhere does not tell them. */
type DrawnCheckpoint = Omit<CheckpointFacts, "distance" | "offPlane"> &
  Partial<Pick<CheckpointFacts, "distance" | "offPlane">>;

export interface TrajectoryFigure extends Omit<TrajectoryFacts, "checkpoints"> {
  readonly checkpoints: readonly (DrawnCheckpoint & {
    /** Of the first split, with the checkpoint's own weights and statistics; absent until measured. */
    readonly loss?: JsonNumber;
    readonly accuracy?: JsonNumber;
    /** Of the first split in the plane, at the projection. */
    readonly planeLoss?: JsonNumber;
    readonly planeAccuracy?: JsonNumber;
    /** The same for every split by its name. */
    readonly splits?: Readonly<Record<string, { readonly own: SplitValues; readonly inPlane: SplitValues }>>;
  })[];
}

export interface CurvatureFigure {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** `[y][x]`; "NaN" where not measured. */
  readonly max: readonly (readonly JsonNumber[])[];
  readonly min: readonly (readonly JsonNumber[])[];
  /** |λmin / λmax| */
  readonly ratio: readonly (readonly JsonNumber[])[];
  /** The larger of both relative residuals. */
  readonly residual: readonly (readonly JsonNumber[])[];
  readonly samples: number;
  readonly parameters: "kernels" | "all";
  /** At the centre, with the standard error of the mean over the probes. */
  readonly trace?: { readonly value: number; readonly error: JsonNumber; readonly probes: number };
  readonly density?: SpectralDensity;
}

/** The smallest distance from the centre, in the plane, at which the loss is `factor` times that of the centre. */
export interface RadiusFigure {
  readonly factor: number;
  /** It lies between these two, as far as the grid tells; `to` is "Infinity" where it is beyond the grid. */
  readonly from: number;
  readonly to: JsonNumber;
  /** 1 where the points that this follows from are measured, 0 where some are interpolated. */
  readonly measured: 0 | 1;
}

/** Figures of flatness that papers quote. */
export interface SharpnessFigures {
  readonly epsilon?: SharpnessValues;
  readonly largestEigenvalue?: JsonNumber;
  readonly trace?: number;
  readonly radius?: RadiusFigure;
  /** Share of the curvature map's points, in percent, where λmin is below −(1 %) of λmax. */
  readonly negativeShare?: number;
}

/** Everything that can be drawn or exported, whatever it comes from. */
export interface RunFigures {
  readonly surfaces: readonly SurfaceFigure[];
  readonly lines: readonly LineFigure[];
  readonly trajectory?: TrajectoryFigure;
  readonly curvature?: CurvatureFigure;
  readonly sharpness?: SharpnessFigures;
}

/** The object that `--json` writes. */
export interface RunResult extends RunFigures {
  readonly study: Study;
  readonly engine: { readonly name: string; readonly version: string; readonly device: string };
  readonly model: { readonly name: string; readonly parameters: number; readonly format: string };
  readonly centre: SplitValues;
  readonly directions: DirectionFacts;
  readonly checks: readonly Check[];
  /** Of what the run has measured by itself, without the points that others had. */
  readonly timing: { readonly seconds: number; readonly evaluations: number };
}
