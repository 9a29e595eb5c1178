import path from "node:path";
import type { GridSpec, LossSpec, Preprocess } from "../protocol/study";
import { describeStudy } from "../requests/describe";
import type { Described } from "../requests/describe";
import { toJson, writeOutput } from "./output";
import type { Terminal } from "./terminal";
import { countText, directionsText, plural } from "./words";

/** Says what a model is and what a run of it would do; resolves with the exit code. */
export async function describeCommand(file: string, json: string | undefined, terminal: Terminal): Promise<number> {
  const described = await describeStudy({ file, defaults: {}, log: terminal.log });
  if (json !== undefined) await writeOutput(json, toJson(described), terminal);
  if (json === "-") return 0;
  if (described.kind === "choose-model") {
    terminal.result(`Model       ${described.reason} Name the model, and these weights with --weights FILE.\n`);
    return 0;
  }
  const { model, inputShape, classes } = described.model;
  const lines = [
    `Model       ${model.path}`,
    `Format      ${model.format}, ${countText(model.parameters)} parameters in ${plural(model.tensors, "tensor")}`,
    `Input       [${inputShape.map((extent) => extent ?? "?").join(", ")}] per sample`,
    `Classes     ${classes ?? "not known before the model has run"}`,
    ...(described.kind === "ready"
      ? [...studyLines(described), ...described.notices.map((notice) => `Note        ${notice}`)]
      : [`Data        ${described.reason} Name it with --data FILE.`]),
  ];
  terminal.result(`${lines.join("\n")}\n`);
  return 0;
}

function studyLines({ study, model, earlier }: Extract<Described, { kind: "ready" }>): readonly string[] {
  const { data, directions, grid, loss, preprocess } = study;
  const available = model.data.find((candidate) => candidate.path === data.path)?.samples ?? data.samples;
  return [
    `Data        ${data.path}`,
    `Samples     ${countText(Math.min(data.samples, available))} of ${countText(available)}, ${data.sample}, split "${data.split}", seed ${data.seed}`,
    `Preprocess  ${preprocessText(preprocess)}`,
    `Loss        ${lossText(loss)}`,
    `Directions  ${directionsText(directions)}`,
    `Grid        ${gridText(grid)}`,
    ...(study.checkpoints ? [`Path        ${plural(study.checkpoints.files.length, "checkpoint")}`] : []),
    ...(earlier === undefined
      ? []
      : [`Earlier     ${earlier.measured} of ${plural(earlier.total, "point")} in ${path.basename(earlier.journal)}`]),
  ];
}

function preprocessText({ scale, mean, std, resize, color, labels }: Preprocess): string {
  const { offset, order } = labels ?? {};
  return [
    ...(color === undefined ? [] : [`color ${color}`]),
    ...(resize === undefined ? [] : [`resize ${resize.join("×")}`]),
    `scale ${scale}`,
    `mean [${mean.join(", ")}]`,
    `std [${std.join(", ")}]`,
    ...(offset === undefined ? [] : [`labels − ${offset}`]),
    ...(order === undefined ? [] : [`labels ${order.join(", ")}`]),
  ].join(", ");
}

function lossText({ name, delta, fromLogits, labelSmoothing, weightDecay }: LossSpec): string {
  return [
    name,
    ...(fromLogits === undefined ? [] : [`of ${fromLogits ? "logits" : "probabilities"}`]),
    ...(delta === undefined ? [] : [`delta ${delta}`]),
    ...(labelSmoothing === undefined ? [] : [`label smoothing ${labelSmoothing}`]),
    ...(weightDecay === undefined ? [] : [`weight decay ${weightDecay}`]),
  ].join(", ");
}

function gridText({ x, y, points: [columns, rows], lines, fit }: GridSpec): string {
  if (lines === true) return `${plural(rows, "line")} of ${columns} points on [${x.join(", ")}]`;
  const range = fit === true ? "fitted to the path" : `on [${x.join(", ")}] × [${y.join(", ")}]`;
  return `${columns}×${rows} points ${range}`;
}
