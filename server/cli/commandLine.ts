import { splitNames } from "../study/choices";
import type { DataSelection, Directions, GridSpec, LossSpec, Preprocess, Study } from "../protocol/study";

/** A flag and its value; flags without one are switches. */
type Said = readonly [flag: string, value?: string | number];

export interface CommandLineOptions {
  /** What stands for exactly the study's checkpoints, absolute; needed where it has any. */
  readonly pattern?: string;
  /** Absolute path of the folder for results, where it is not the usual one. */
  readonly out?: string;
}

/**
 * The arguments of `loss-landscape` that run a study, everything said that flags can say. What they cannot, such as a
 * renaming of tensors, is left out: parse them back to see whether they say all.
 */
export function argumentsOf(study: Study, { pattern, out }: CommandLineOptions = {}): readonly string[] {
  const { model, data, splits = [], checkpoints, preprocess, loss, directions, batchNorm, grid, compute } = study;
  const flags: readonly Said[] = [
    ...some("weights", model.weights),
    ...dataFlags(data),
    ...some("splits", splits.length > 0 ? splits.map((split) => splitText(split, data)).join(",") : undefined),
    ...(checkpoints ? [...some("checkpoints", pattern), ...some("log", checkpoints.log)] : []),
    ...preparationOf(preprocess, data),
    ...lossFlags(loss),
    ...directionFlags(directions),
    ...some("batch-norm", batchNorm),
    ...gridFlags(grid, directions),
    ...curvatureFlags(study),
    ...(compute.engine === "auto" ? [] : [["engine", compute.engine] as const]),
    ...(compute.evaluators === 0 ? [] : [["evaluators", compute.evaluators] as const]),
    ...(compute.batchSize === 0 ? [] : [["batch-size", compute.batchSize] as const]),
    ...some("out", out),
  ];
  return [
    "run",
    model.path,
    ...flags.flatMap(([flag, value]) => [`--${flag}`, ...(value === undefined ? [] : [`${value}`])]),
  ];
}

/** The command as a line for a POSIX shell. */
export function commandLine(args: readonly string[]): string {
  return ["loss-landscape", ...args].map(quoted).join(" ");
}

/** Words that a shell takes as they are stay so; all others are put in single quotes. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function some(flag: string, value: string | number | undefined): readonly Said[] {
  return value === undefined ? [] : [[flag, value]];
}

function dataFlags({ path, x, y, split, samples, sample }: DataSelection): readonly Said[] {
  return [
    ["data", path],
    ...some("inputs", x),
    ...some("targets", y),
    ["split", split],
    ["samples", samples],
    ...some("sample", sample === "stratified" ? undefined : sample),
  ];
}

function splitText({ split, path, x, y }: DataSelection, first: DataSelection): string {
  const isInside = path === first.path && x === `x_${split}` && y === `y_${split}`;
  return isInside && splitNames.some((name) => name === split) ? split : `${split}=${path}`;
}

function preparationOf({ scale, mean, std, resize, color, labels }: Preprocess, data: DataSelection): readonly Said[] {
  const order = labels?.order?.join(",");
  const offset = labels?.offset === undefined ? undefined : `offset:${labels.offset}`;
  return [
    ["scale", scale],
    ...some("mean", mean.length > 0 ? mean.join(",") : undefined),
    ...some("std", std.length > 0 ? std.join(",") : undefined),
    ...some("resize", resize?.join("x")),
    ...some("color", color),
    ...some("layout", data.layout),
    ...some("labels", order ?? offset),
  ];
}

function lossFlags({ name, weightDecay, fromLogits, labelSmoothing }: LossSpec): readonly Said[] {
  return [
    ["loss", name],
    ...some("weight-decay", weightDecay),
    ...(fromLogits === undefined ? [] : [[fromLogits ? "from-logits" : "from-probabilities"] as const]),
    ...some("label-smoothing", labelSmoothing),
  ];
}

function directionFlags(directions: Directions): readonly Said[] {
  const files: Readonly<Record<Directions["kind"], () => string>> = {
    random: () => "random",
    pca: () => "pca",
    hessian: () => "hessian",
    to: () => (directions.kind === "to" ? `to:${directions.checkpoint}` : ""),
    between: () => (directions.kind === "between" ? `between:${directions.checkpoints.join(",")}` : ""),
    file: () => (directions.kind === "file" ? `file:${directions.path}` : ""),
  };
  return [
    ["plane", files[directions.kind]()],
    ...("normalise" in directions ? [["norm", directions.normalise] as const] : []),
    ...("seed" in directions ? [["seed", directions.seed] as const] : []),
    ...("ignore" in directions ? [["ignore", directions.ignore] as const] : []),
    ...(directions.kind === "random" ? some("count", directions.count) : []),
    ...(directions.kind === "pca" && !directions.centred ? [["uncentred"] as const] : []),
  ];
}

function gridFlags({ x, y, points, lines, fit, refine }: GridSpec, directions: Directions): readonly Said[] {
  const [columns, rows] = points;
  const square = lines === true || columns === rows;
  const ranged: readonly Said[] = [["x", x.join(":")], ...(lines === true ? [] : [["y", y.join(":")] as const])];
  return [
    ...(lines === true ? [["lines"] as const] : []),
    ["points", square ? columns : `${columns}x${rows}`],
    // The range of a path is fitted unless one is given; that of other directions is their own.
    ...(fit === true && directions.kind !== "between" ? [] : ranged),
    ...some("refine", refine),
  ];
}

function curvatureFlags({ curvature, sharpness }: Study): readonly Said[] {
  const epsilon = some("sharpness", sharpness?.epsilon);
  if (!curvature) return epsilon;
  const { points, samples, parameters, traceProbes, densityProbes } = curvature;
  return [
    ["curvature", points[0] === points[1] ? points[0] : points.join("x")],
    ["curvature-samples", samples],
    ["curvature-parameters", parameters],
    ...(traceProbes > 0 ? [["trace", traceProbes] as const] : []),
    ...(densityProbes > 0 ? [["density", densityProbes] as const] : []),
    ...epsilon,
  ];
}
