import path from "node:path";
import type { CurvatureSpec } from "../protocol/study";
import type { DirectionsDraft, SplitDraft, StudyDraft } from "../study/draft";
import {
  batchNormModes,
  directionKinds,
  lossNames,
  maximumPoints,
  maximumSeed,
  normalisations,
} from "../study/choices";
import { gridPoints, numberRange, oneOf, positiveNumber, UsageError, wholeNumber } from "./flags";
import type { Parsed } from "./flags";
import { preparationOf } from "./preparation";

/**
 * What the flags of `run` say in place of a study's own values.
 * @throws UsageError for a value that is not right.
 */
export function overridesOf(parsed: Parsed): Omit<StudyDraft, "model" | "file"> {
  const { as } = parsed;
  const whole = (flag: string, minimum: number, maximum: number): number | undefined =>
    as(flag, (text) => wholeNumber(flag, text, minimum, maximum));
  const yes = (flag: string): true | undefined => (parsed.has(flag) ? true : undefined);
  const log = as("log", (file) => path.resolve(file));
  if (log !== undefined && parsed.text("checkpoints") === undefined) throw new UsageError("--log needs --checkpoints");
  if (parsed.has("from-logits") && parsed.has("from-probabilities")) {
    throw new UsageError("--from-logits and --from-probabilities exclude each other");
  }
  const { layout, preprocess } = preparationOf(parsed);
  return {
    data: {
      path: as("data", (file) => path.resolve(file)),
      x: parsed.text("inputs"),
      y: parsed.text("targets"),
      split: parsed.text("split"),
      samples: whole("samples", 1, 1e9),
      sample: as("sample", (text) => oneOf("sample", text, ["stratified", "first"])),
      ...layout,
    },
    preprocess,
    splits: as("splits", splitsOf),
    checkpoints: as("checkpoints", (glob) => ({ files: [path.resolve(glob)], log })),
    weights: as("weights", (file) => path.resolve(file)),
    loss: {
      name: as("loss", (text) => oneOf("loss", text, lossNames)),
      weightDecay: as("weight-decay", (text) => positiveNumber("weight-decay", text, 0)),
      fromLogits: parsed.has("from-probabilities") ? false : yes("from-logits"),
      labelSmoothing: as("label-smoothing", smoothingOf),
    },
    directions: {
      ...as("plane", planeOf),
      normalise: as("norm", (text) => oneOf("norm", text, normalisations)),
      ignore: as("ignore", (text) => oneOf("ignore", text, ["bias,norm", "none"])),
      seed: whole("seed", 0, maximumSeed),
      count: whole("count", 1, 1000),
      centred: parsed.has("uncentred") ? false : undefined,
    },
    batchNorm: as("batch-norm", (text) => oneOf("batch-norm", text, batchNormModes)),
    grid: {
      points: as("points", (text) => gridPoints("points", text, maximumPoints)),
      x: as("x", (text) => numberRange("x", text)),
      y: as("y", (text) => numberRange("y", text)),
      lines: yes("lines"),
      refine: as("refine", (text) => (text === "off" ? 0 : toleranceOf(text))),
    },
    curvature: curvatureOf(parsed, whole),
    sharpness: as("sharpness", (text) => ({ epsilon: positiveNumber("sharpness", text) })),
    compute: {
      engine: as("engine", (text) => oneOf("engine", text, ["auto", "onnxruntime", "tensorflow", "wasm", "webgpu"])),
      evaluators: whole("evaluators", 0, 1024),
      batchSize: whole("batch-size", 0, 65536),
    },
  };
}

type Whole = (flag: string, minimum: number, maximum: number) => number | undefined;

function curvatureOf(parsed: Parsed, whole: Whole): Partial<CurvatureSpec> | undefined {
  const { as } = parsed;
  const flags = ["curvature", "curvature-samples", "curvature-parameters", "trace", "density"];
  if (flags.every((flag) => parsed.text(flag) === undefined)) return undefined;
  return {
    points: as("curvature", (text) => gridPoints("curvature", text, maximumPoints)),
    samples: whole("curvature-samples", 1, 1e9),
    parameters: as("curvature-parameters", (text) => oneOf("curvature-parameters", text, ["kernels", "all"])),
    traceProbes: whole("trace", 0, 10_000),
    densityProbes: whole("density", 0, 1000),
  };
}

/** `to:FILE`, `between:FILE,FILE` and `file:FILE` carry their files. */
function planeOf(text: string): DirectionsDraft {
  const [, name = text, argument] = /^(\w+):(.+)$/.exec(text) ?? [];
  const kind = oneOf("plane", name, directionKinds);
  const require = (holds: boolean, form: string): void => {
    if (!holds) throw new UsageError(`--plane must be ${form}, but is "${text}"`);
  };
  switch (kind) {
    case "to":
      require(argument !== undefined, "to:CHECKPOINT");
      return { kind, checkpoint: path.resolve(argument!) };
    case "file":
      require(argument !== undefined, "file:DIRECTIONS");
      return { kind, path: path.resolve(argument!) };
    case "between": {
      const [first = "", second = "", ...more] = (argument ?? "").split(",");
      const isPair = first !== "" && second !== "" && more.length === 0;
      require(isPair, "between:CHECKPOINT,CHECKPOINT");
      return { kind, checkpoints: [path.resolve(first), path.resolve(second)] };
    }
    default:
      require(argument === undefined, kind);
      return { kind };
  }
}

function splitsOf(text: string): SplitDraft[] {
  return text.split(",").map((part) => {
    const [, split = "", file] = /^([^=]*)(?:=(.*))?$/.exec(part) ?? [];
    if (split === "" || file === "") throw new UsageError(`--splits must be NAME=FILE or NAME, but is "${part}"`);
    return file === undefined ? { split } : { split, path: path.resolve(file) };
  });
}

function smoothingOf(text: string): number {
  const value = positiveNumber("label-smoothing", text, 0);
  if (value < 1) return value;
  throw new UsageError(`--label-smoothing must be below 1, such as 0.1, but is "${text}"`);
}

function toleranceOf(text: string): number {
  const value = positiveNumber("refine", text);
  if (value < 1) return value;
  throw new UsageError(`--refine must be below 1, such as 0.01, but is "${text}"`);
}
