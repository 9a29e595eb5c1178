/** Which engine a user may ask for; `auto` takes the first that passes its self-test. */
export type EngineChoice = "auto" | EngineName;

/** `tensorflow` is TensorFlow.js on tfjs-node; `wasm` and `webgpu` are its other back ends. */
export type EngineName = "onnxruntime" | "tensorflow" | "webgpu" | "wasm";

export type LossName = "crossEntropy";

/** How random directions are scaled; per filter, per layer, entry by entry, or not at all. */
export type Normalisation = "filter" | "layer" | "weight" | "none";

/**
 * A complete, validated declaration of what to look at: every field filled in, every path absolute.
 * It is what a `*.landscape.json` becomes, and what a right-click makes up.
 */
export interface Study {
  readonly model: { readonly path: string };
  readonly data: DataSelection;
  readonly preprocess: Preprocess;
  readonly loss: { readonly name: LossName };
  readonly directions: RandomDirections;
  readonly grid: GridSpec;
  readonly compute: ComputeSpec;
}

export interface DataSelection {
  /** Absolute path of the file that holds the samples. */
  readonly path: string;
  /** Name of the array of samples inside the file, or of the labels' file for IDX. */
  readonly x?: string;
  readonly y?: string;
  /** What the split is called in pictures and files, e.g. `test`. */
  readonly split: string;
  /** How many samples to use; all of them when the file holds fewer. */
  readonly samples: number;
  readonly sample: "stratified" | "first";
  readonly seed: number;
}

/** x ← (x · scale − mean) / std, per channel where `mean` and `std` have one entry per channel. */
export interface Preprocess {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface RandomDirections {
  readonly kind: "random";
  readonly seed: number;
  readonly normalise: Normalisation;
  /** Parameters of rank ≤ 1 (biases, batch-norm scale and shift) keep their values: d = 0. */
  readonly ignore: "bias,norm" | "none";
}

export interface GridSpec {
  /** [from, to] along direction 1 (α). */
  readonly x: readonly [number, number];
  /** [from, to] along direction 2 (β). */
  readonly y: readonly [number, number];
  /** Number of points along x and along y. */
  readonly points: readonly [number, number];
}

export interface ComputeSpec {
  readonly engine: EngineChoice;
  /** Number of evaluator processes; 0 means one per core. */
  readonly evaluators: number;
  readonly batchSize: number;
}
