/** Which engine a user may ask for; `auto` takes the first that passes its self-test. */
export type EngineChoice = "auto" | EngineName;

/** `tensorflow` is TensorFlow.js on tfjs-node; `wasm` and `webgpu` are its other back ends. */
export type EngineName = "onnxruntime" | "tensorflow" | "webgpu" | "wasm";

/** Losses that are computed from a model's outputs; `server/landscape/losses` has a file or function for each. */
export type LossName =
  | "crossEntropy"
  | "sequenceCrossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "huber"
  | "kullbackLeibler";

/** The loss of a study. Its mean over the samples is what is drawn. */
export interface LossSpec {
  readonly name: LossName;
  /** λ: adds (λ/2)·‖θ‖² over all parameters that directions may move, at every point; left out when absent or 0. */
  readonly weightDecay?: number;
  /** Where Huber's loss goes from quadratic to linear; 1 when absent. */
  readonly delta?: number;
  /**
   * Whether the outputs are logits, of which the loss takes the softmax or sigmoid itself, or probabilities. When absent,
   * a last softmax or sigmoid of the model is taken for the loss's own. With `false` it is so too, where there is one;
   * otherwise the outputs are probabilities.
   */
  readonly fromLogits?: boolean;
  /** s: targets become (1 − s) · target + s / classes, where binary cross-entropy has two classes; none when absent. */
  readonly labelSmoothing?: number;
}

/** How a model was trained, as its file says. */
export interface TrainingConfiguration {
  /** The loss, without weight decay; absent when there is none or one that we do not have. */
  readonly loss?: Omit<LossSpec, "weightDecay">;
  /** The loss in the file's own words, e.g. `SparseCategoricalCrossentropy(from_logits=True)`. */
  readonly written?: string;
}

/**
 * How random directions are scaled: to the norm of the model's own filter or layer, entry by entry, every filter or layer
 * to unit norm, or not at all.
 */
export type Normalisation = "filter" | "layer" | "weight" | "dfilter" | "dlayer" | "none";

/** Which parameters keep their values: those of rank ≤ 1, biases and normalisation; or none. */
export type Ignore = "bias,norm" | "none";

/**
 * What happens to batch normalisation's running statistics where the weights are moved: the model's own are kept, they
 * are interpolated like weights (between models only), or they are measured anew at every point.
 */
export type BatchNormMode = "keep" | "interpolate" | "recompute";

/**
 * A complete, validated declaration of what to look at: every field filled in, every path absolute.
 * It is what a `*.landscape.json` becomes, and what a right-click makes up.
 */
export interface Study {
  readonly model: ModelSelection;
  /** The split that is drawn first. */
  readonly data: DataSelection;
  /** Further splits that are measured at the same points, each with a name of its own. */
  readonly splits?: readonly DataSelection[];
  /** Weights of the same model at other times of its training, or of other trainings, in order. */
  readonly checkpoints?: CheckpointSelection;
  readonly preprocess: Preprocess;
  readonly loss: LossSpec;
  readonly directions: Directions;
  /** `keep` when absent. */
  readonly batchNorm?: BatchNormMode;
  readonly grid: GridSpec;
  readonly curvature?: CurvatureSpec;
  readonly sharpness?: SharpnessSpec;
  readonly compute: ComputeSpec;
}

export interface ModelSelection {
  /** Absolute path of the file with the architecture, and the weights unless `weights` names others. */
  readonly path: string;
  /** Absolute path of a file of weights that take the place of the model's own. */
  readonly weights?: string;
  /** How the tensors of `weights` are called in the model. */
  readonly rename?: Rename;
}

/**
 * How tensors of a file are called in the model: pairs of patterns [from, to], of which the first that a name matches
 * counts. `*` stands for any text, and in `to` for what the `*` of the same place in `from` stands for.
 */
export type Rename = readonly (readonly [from: string, to: string])[];

export interface DataSelection {
  /** Absolute path of the file that holds the samples, or of a folder of pictures. */
  readonly path: string;
  /** Name of the array of samples inside the file, or of the columns of a table. */
  readonly x?: string;
  /** Name of the array or column of labels inside the file, or of the labels' file where they have one of their own. */
  readonly y?: string;
  /** What the split is called in pictures and files, e.g. `test`. */
  readonly split: string;
  /** How many samples to use; all of them when the file holds fewer. */
  readonly samples: number;
  readonly sample: "stratified" | "first";
  readonly seed: number;
  /** Where the channels of the file's pictures are: last or first. Told by the shapes when absent. */
  readonly layout?: Layout;
}

/** Where the samples of a split are: what a `DataSelection` says beside how many of them are taken, and which. */
export type SplitChoice = Pick<DataSelection, "split" | "path" | "x" | "y">;

/** Order of the axes of pictures: samples, height, width, channels; or samples, channels, height, width. */
export type Layout = "NHWC" | "NCHW";

/**
 * What is done to the samples: pictures are converted to `color`, then resized; then
 * x ← (x · scale − mean) / std, per channel where `mean` and `std` have one entry per channel.
 */
export interface Preprocess {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** [height, width] in pixels. */
  readonly resize?: readonly [number, number];
  readonly color?: "grey" | "rgb";
  readonly labels?: LabelMapping;
}

/** How the file's labels become the model's classes, which are counted from 0; one of the two. */
export interface LabelMapping {
  /** Subtracted from every label: 1 for labels that count from 1. */
  readonly offset?: number;
  /** The file's labels or names of classes in the order of the model's outputs. */
  readonly order?: readonly (string | number)[];
}

/** Files whose weights make a trajectory. */
export interface CheckpointSelection {
  /** Absolute paths in the order of training; the model itself is the last point and need not be among them. */
  readonly files: readonly string[];
  /** Absolute path of a training log that tells the learning rate. */
  readonly log?: string;
  /** Epochs after which the learning rate dropped; read from `log` or the checkpoints when absent. */
  readonly drops?: readonly number[];
  /** How the tensors of checkpoints are called in the model. */
  readonly rename?: Rename;
}

export type Directions =
  RandomDirections | TowardsDirections | BetweenDirections | FileDirections | HessianDirections | PrincipalDirections;

export interface RandomDirections {
  readonly kind: "random";
  readonly seed: number;
  readonly normalise: Normalisation;
  /** With `none`, biases and normalisation take θ itself as their direction, as in the reference implementation. */
  readonly ignore: Ignore;
  /** Lines only: how many independent directions are measured as one family. 1 when absent. */
  readonly count?: number;
}

/** x leads from the model to a checkpoint (unnormalised: α = 1 is the checkpoint); y, for surfaces, is random. */
export interface TowardsDirections {
  readonly kind: "to";
  /** Absolute path. */
  readonly checkpoint: string;
  /** Of the random second direction. */
  readonly seed: number;
  readonly normalise: Normalisation;
  /** Of the random second direction. The first one moves every parameter. */
  readonly ignore: Ignore;
}

/**
 * Line: (1 − α)·first + α·second. Surface: the plane through the model and both checkpoints, x leading to the first and
 * y to the second. Unnormalised, every parameter is moved.
 */
export interface BetweenDirections {
  readonly kind: "between";
  /** Absolute paths. */
  readonly checkpoints: readonly [string, string];
}

/** Saved directions: `.npz` or `.safetensors` with `x/NAME` and `y/NAME`, or the reference implementation's `.h5`. */
export interface FileDirections {
  readonly kind: "file";
  /** Absolute path. */
  readonly path: string;
}

/** Eigenvectors of the Hessian at the model, of unit length: x of the largest, y of the smallest or second largest. */
export interface HessianDirections {
  readonly kind: "hessian";
  readonly second: "smallest" | "second-largest";
  /** Samples of the first split that make up the loss whose Hessian is taken. */
  readonly samples: number;
  readonly ignore: Ignore;
}

/** The two leading principal directions of the checkpoints, of unit length. Needs `Study.checkpoints`. */
export interface PrincipalDirections {
  readonly kind: "pca";
  /** Whether the rows θᵢ − θ_N are centred before the decomposition. */
  readonly centred: boolean;
  /** Whether the row of the model itself, which is zero, takes part. */
  readonly finalRow: boolean;
  readonly ignore: Ignore;
}

/** Extreme eigenvalues of the Hessian of the mean loss, on a grid of the plane and more about its centre. */
export interface CurvatureSpec {
  /** Columns and rows of the map over the study's ranges; [1, 1] for the centre alone. */
  readonly points: readonly [number, number];
  /** How many samples of the first split make up the loss. */
  readonly samples: number;
  /** Parameters of rank ≥ 2 without normalisation, or all. */
  readonly parameters: "kernels" | "all";
  /** Rademacher vectors for the trace at the centre; 0 for none. */
  readonly traceProbes: number;
  /** Starting vectors for the spectral density at the centre; 0 for none. */
  readonly densityProbes: number;
  /** Relative residual at which Lanczos stops. */
  readonly tolerance: number;
}

/** ε-sharpness: the largest relative rise of the loss within a box around the model (Keskar et al. 2017). */
export interface SharpnessSpec {
  /** Radius of the box in units of each filter's norm. */
  readonly epsilon: number;
  readonly samples: number;
}

export interface GridSpec {
  /** [from, to] along direction 1 (α). */
  readonly x: readonly [number, number];
  /** [from, to] along direction 2 (β). */
  readonly y: readonly [number, number];
  /** Number of points along x and along y; for lines, the number of lines is the second. */
  readonly points: readonly [number, number];
  /** One direction only: every row of the grid is a line of its own, and `y` says nothing. */
  readonly lines?: boolean;
  /** The range is to be fitted to the path of the checkpoints (20 % margin, equal scales); `x` and `y` are not used. */
  readonly fit?: boolean;
  /**
   * Largest relative error of the loss at which a point may be interpolated instead of measured; the accuracy, which is
   * irregular by whole samples, is interpolated with it. Everything is measured when absent.
   */
  readonly refine?: number;
}

/**
 * How points are measured: with the weights compiled into the model anew at every point, with the weights as inputs of a
 * model that is compiled once, or with a model that computes its weights from α and β.
 */
export type Way = "baked" | "fed" | "plane";

/** What an engine may compute on. */
export type ProviderName = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

/** Everything about an evaluator's work that may change the last bits of its numbers. */
export interface Execution {
  readonly provider: ProviderName;
  readonly way: Way;
  /** Samples per batch. */
  readonly batchSize: number;
  /** Threads inside one run of the model. */
  readonly threads: number;
}

export interface ComputeSpec {
  readonly engine: EngineChoice;
  /** Number of evaluator processes; 0 means one per core, or fewer of several threads where they are faster. */
  readonly evaluators: number;
  /** Samples per batch; 0 has the evaluators find out what is fastest. */
  readonly batchSize: number;
  /** What the first evaluator of a run has chosen, for the others and for whoever goes on; no study file says it. */
  readonly execution?: Execution;
}
