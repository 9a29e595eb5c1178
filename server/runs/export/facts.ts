import path from "node:path";
import { fromJsonNumber } from "../../protocol/numbers";
import type { JsonNumber, RunResult, SplitValues } from "../../protocol/result";
import type { EngineName, LossName, Study } from "../../protocol/study";
import { partsOf, runOf, titleOf, type Exportable, type ExportPart } from "./exportable";
import { countText, percentText, plural, valueText } from "./svg/format";

/** A name and what is known under it. */
export type Fact = readonly [name: string, value: string];

export interface CaptionOptions {
  /** What the caption stands under; everything that the result has when absent. */
  readonly part?: ExportPart;
  /** The split that is shown; all of them when absent. */
  readonly split?: string;
}

const engines: Readonly<Record<EngineName, string>> = {
  onnxruntime: "ONNX Runtime",
  tensorflow: "TensorFlow.js (tfjs-node)",
  wasm: "TensorFlow.js (WebAssembly)",
  webgpu: "TensorFlow.js (WebGPU)",
};

const losses: Readonly<Record<LossName, string>> = {
  crossEntropy: "cross-entropy",
  sequenceCrossEntropy: "cross-entropy over tokens",
  binaryCrossEntropy: "binary cross-entropy",
  meanSquaredError: "mean squared error",
  meanAbsoluteError: "mean absolute error",
  huber: "Huber loss",
  kullbackLeibler: "Kullback–Leibler divergence",
};

/**
 * What stands under every picture, one statement each: model, loss and samples, directions, what was measured and what
 * interpolated, curvature, engine.
 */
export function captionOf(result: Exportable, options: CaptionOptions = {}): readonly string[] {
  const parts = options.part ? [options.part] : partsOf(result);
  const run = runOf(result);
  return [
    ...(run ? [modelLine(run), ...lossLines(run, result, options)] : [`${titleOf(result)}.`]),
    ...(run ? [`Directions: ${run.directions.label}.`] : []),
    ...measuredLines(result, parts, options.split),
    ...(parts.includes("trajectory") ? trajectoryLines(result) : []),
    ...(parts.includes("curvature") ? curvatureLines(result) : []),
    ...(run ? [engineLine(run)] : []),
  ];
}

function modelLine({ model }: RunResult): string {
  return `${model.name} (${model.format}, ${plural(model.parameters, "parameter")}).`;
}

function lossLines({ study, centre }: RunResult, result: Exportable, { split }: CaptionOptions): readonly string[] {
  const known = [study.data, ...(study.splits ?? [])];
  return known
    .filter((data) => split === undefined || data.split === split)
    .map((data) => {
      const measured = [...result.surfaces, ...result.lines].find((figure) => figure.split === data.split);
      const values = data === study.data ? `; at the model ${valuesText(centre)}` : "";
      const samples = plural(measured?.samples ?? data.samples, "sample");
      return `Loss: ${lossOf(study)} on ${samples} of ${data.split}${values}.`;
    });
}

/** `cross-entropy, labels smoothed by 0.1, with weight decay 0.0005`. */
function lossOf({ loss: { name, fromLogits, labelSmoothing, weightDecay } }: Study): string {
  return [
    losses[name],
    ...(fromLogits === undefined ? [] : [fromLogits ? "outputs taken as logits" : "outputs taken as probabilities"]),
    ...(labelSmoothing ? [`labels smoothed by ${labelSmoothing}`] : []),
    ...(weightDecay ? [`with weight decay ${weightDecay}`] : []),
  ].join(", ");
}

/** `0.406 ± 0.021, accuracy 84.4 %`. */
export function valuesText({ loss, lossError, accuracy }: SplitValues): string {
  const error = Number.isFinite(fromJsonNumber(lossError)) ? `\u00a0±\u00a0${valueText(lossError, 2)}` : "";
  const percent = percentText(accuracy);
  return `${valueText(loss)}${error}${percent === undefined ? "" : `, accuracy ${percent}`}`;
}

function measuredLines(result: Exportable, parts: readonly ExportPart[], split: string | undefined): readonly string[] {
  const shown = <T extends { readonly split: string }>(figures: readonly T[]): readonly T[] =>
    figures.filter((figure) => split === undefined || figure.split === split).slice(0, 1);
  // A path is drawn over the surface.
  const surfaces = parts.includes("surface") || parts.includes("trajectory") ? shown(result.surfaces) : [];
  const lines = parts.includes("lines") ? shown(result.lines) : [];
  const members = result.lines.filter((line) => line.split === lines[0]?.split);
  return [
    ...surfaces.map(({ x, y, measured, loss }) =>
      measuredLine(`${x.length}\u00a0×\u00a0${y.length} points`, measured.flat(), loss.flat()),
    ),
    ...lines.map(({ x }) => {
      const what = `${members.length > 1 ? `${plural(members.length, "line")} of ` : ""}${plural(x.length, "point")}`;
      return measuredLine(
        what,
        members.flatMap(({ measured }) => measured),
        members.flatMap(({ loss }) => loss),
      );
    }),
  ];
}

function measuredLine(what: string, measured: readonly number[], losses: readonly JsonNumber[]): string {
  const count = measured.filter((flag) => flag === 1).length;
  const beyond = losses.filter((loss, k) => measured[k] === 1 && typeof loss === "string").length;
  const estimated = losses.some((loss, k) => measured[k] === 0 && typeof loss === "number");
  const rest = estimated ? "the others interpolated" : "the others not yet";
  const how = count === measured.length ? "all measured" : `${countText(count)} of them measured, ${rest}`;
  return `${what}, ${how}${beyond > 0 ? `; ${countText(beyond)} not finite` : ""}.`;
}

function trajectoryLines({ trajectory }: Exportable): readonly string[] {
  if (!trajectory) return [];
  const { checkpoints, explainedVariance, randomWalk, centred } = trajectory;
  const percents = (shares: readonly number[]): string => shares.map((share) => percentText(100 * share)).join(" and ");
  const walk = randomWalk ? ` (a random walk gives ${percents(randomWalk)})` : "";
  const how = centred === undefined ? "" : centred ? ", centred" : ", not centred";
  const explained = explainedVariance
    ? `, ${percents(explainedVariance)} of their variance in the plane${walk}${how}`
    : "";
  return [`${plural(checkpoints.length, "checkpoint")}${explained}.`];
}

function curvatureLines({ curvature }: Exportable): readonly string[] {
  if (!curvature) return [];
  const { samples, parameters, max, trace } = curvature;
  const over = parameters === "all" ? "all parameters" : "parameters of rank 2 and more";
  const flat = max.flat();
  const known = flat.filter((value) => value !== "NaN").length;
  const points =
    flat.length === known ? plural(known, "point") : `${countText(known)} of ${plural(flat.length, "point")}`;
  const mean = samples > 0 ? ` of the mean loss over ${plural(samples, "sample")}` : "";
  return [
    `Hessian${mean}, ${over}, ${points}${trace ? `; trace ${valueText(trace.value)}\u00a0±\u00a0${valueText(trace.error, 2)}` : ""}.`,
  ];
}

function engineLine({ engine }: RunResult): string {
  return `${engineText(engine.name)} ${engine.version}, ${engine.device}.`;
}

function engineText(name: string): string {
  return Object.hasOwn(engines, name) ? engines[name as EngineName] : name;
}

/** Everything worth a line in a table about the run; for figures from elsewhere, what they say of themselves. */
export function factsOf(result: Exportable): readonly Fact[] {
  const run = runOf(result);
  const figures: Fact[] = partsOf(result).flatMap((part) =>
    [
      // The surface below a path has a line of its own.
      ...(part === "trajectory" ? [] : measuredLines(result, [part], undefined)),
      ...(part === "trajectory" ? trajectoryLines(result) : []),
      ...(part === "curvature" ? curvatureLines(result) : []),
    ].map((line): Fact => [partNames[part], line]),
  );
  if (!run) return figures;
  const { study, model, centre, directions, timing } = run;
  const cosine =
    directions.cosine === undefined
      ? []
      : [
          ["Cosine of the directions", valueText(directions.cosine)] as const,
          ...(directions.expectedCosine === undefined
            ? []
            : [["Expected |cosine|", valueText(directions.expectedCosine)] as const]),
        ];
  return [
    ["Model", modelLine(run)],
    ["Model file", path.basename(study.model.path)],
    ...(study.model.weights === undefined ? [] : [["Weights", path.basename(study.model.weights)] as const]),
    ["Format", model.format],
    ["At the model", `loss ${valuesText(centre)}`],
    ...dataFacts(study),
    ["Loss", lossOf(study)],
    ["Directions", directions.label],
    ...cosine,
    ...(study.batchNorm ? [["Batch normalisation", study.batchNorm] as const] : []),
    ...figures,
    ["Engine", engineLine(run)],
    ["Computed", `${plural(timing.evaluations, "evaluation")} in ${plural(Math.round(timing.seconds), "second")}`],
  ];
}

const partNames: Readonly<Record<ExportPart, string>> = {
  surface: "Surface",
  lines: "Lines",
  trajectory: "Trajectory",
  curvature: "Curvature",
};

function dataFacts({ data, splits }: Study): readonly Fact[] {
  return [data, ...(splits ?? [])].map((each) => [
    `Data, ${each.split}`,
    `${path.basename(each.path)}, up to ${plural(each.samples, "sample")}, ${each.sample}, seed ${each.seed}`,
  ]);
}
