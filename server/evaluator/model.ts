import { createHash } from "node:crypto";
import path from "node:path";
import { foldedKernels } from "../formats/onnx/folded";
import { sizeNotices, thisMachine } from "../formats/limits";
import { openModel } from "../formats/open";
import type { OpenedModel } from "../formats/open";
import type { Graph } from "../graph/graph";
import { toInference } from "../graph/inference";
import { stripFinalActivation } from "../graph/logits";
import { describeInput } from "../graph/signature";
import { structureOf } from "../graph/structure";
import type { InputSignature } from "../graph/signature";
import { sizeOf } from "../graph/tensor";
import { containedActivation } from "../landscape/losses";
import { movable } from "../landscape/values";
import { exportPreserving } from "../protocol/exportCalls";
import { modelName } from "../protocol/modelName";
import { ProblemError } from "../protocol/problem";
import type { ModelSummary } from "../protocol/result";
import type { LossSpec, ModelSelection, TrainingConfiguration } from "../protocol/study";
import { Kept } from "./stamps";
import { withWeights } from "./weights";

/** A model ready to be evaluated: in inference form, its output the logits. */
export interface LoadedModel {
  readonly graph: Graph;
  readonly input: InputSignature;
  /** Name of the graph value with the logits. */
  readonly output: string;
  readonly summary: ModelSummary;
  /** Absolute paths of further files that hold its weights. */
  readonly files: readonly string[];
  readonly training?: TrainingConfiguration;
  /** The loss as the study or the training says it. */
  readonly stated: LossSpec;
  /** The loss as it is computed from the output: `fromLogits` is false where that holds probabilities, absent otherwise. */
  readonly loss: LossSpec;
  /** What a user should know of the reading, as sentences. */
  readonly notices: readonly string[];
}

/** How many numbers all weights of a graph have together, running statistics included. */
export function weightsOf({ parameters }: Graph): number {
  return parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
}

/** The model that was read last: what describes, plans and prepares a run reads the same one. */
const models = new Kept<OpenedModel>(1);

/** Weights of the largest model that is kept: a process that waits for work is to be no burden. */
const mostKept = 100e6;

/** What is said of a loss so far. */
export type LossDraft = Partial<LossSpec>;

/**
 * Reads a model, with the weights that take the place of its own where they are named, and prepares it for a loss: in
 * inference form, ending before an activation that the loss contains unless the loss is said to take the outputs as logits.
 *
 * @param draft what the study says of the loss; where it names none, the loss of the training is taken, or cross-entropy.
 * @throws ProblemError that names the file.
 */
export async function loadModel(
  { path: file, weights, rename }: ModelSelection,
  draft: LossDraft = {},
): Promise<LoadedModel> {
  const opened = await models.of(file, async () => {
    const value = await openModel(file);
    return { value, further: value.graph.files ?? [], mayStay: weightsOf(value.graph) <= mostKept };
  });
  const stated = statedLoss(draft, opened.training);
  const { graph: inference, loss } = endAtLoss(toInference(opened.graph), stated);
  const graph =
    weights === undefined
      ? inference
      : await withWeights(weights, { graph: inference, summary: { path: file } }, rename);
  const input = naming(file, () => describeInput(graph));
  const [output, ...others] = graph.outputs;
  if (!output || others.length > 0) {
    throw new ProblemError({
      reason: "file-unsupported",
      title: "The model has several outputs",
      message:
        `"${path.basename(file)}" has ${String(graph.outputs.length)} outputs ` +
        `(${graph.outputs.map(({ name }) => name).join(", ")}); one output of logits or probabilities was expected.`,
      advice: "Export the model with its class scores as the only output.",
      file,
    });
  }
  const parameters = movable(graph.parameters);
  return {
    graph,
    input,
    output: output.name,
    files: opened.graph.files ?? [],
    notices: [
      ...(opened.notices ?? []),
      ...foldingNotices(opened.graph, file),
      ...twiceNotices(graph, stated, file),
      ...sizeNotices(weightsOf(graph), file, thisMachine()),
    ],
    ...(opened.training ? { training: opened.training } : {}),
    stated,
    loss,
    summary: {
      name: modelName(file),
      path: file,
      format: opened.format,
      parameters: parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0),
      tensors: parameters.length,
      structure: createHash("sha256").update(structureOf(graph)).digest("hex"),
    },
  };
}

/** The study's own loss, or the training's with what the study says of it, e.g. its weight decay. */
function statedLoss(draft: LossDraft, training: TrainingConfiguration | undefined): LossSpec {
  const known = draft.name === undefined ? training?.loss : undefined;
  const said = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as LossDraft;
  return { name: "crossEntropy", ...known, ...said };
}

/** Batch normalisation that an exporter folded is no fault of the model, but no checkpoint of its training fits. */
function foldingNotices(graph: Graph, file: string): readonly string[] {
  const kernels = foldedKernels(graph).length;
  if (kernels === 0) return [];
  const where = `${kernels} ${kernels === 1 ? "convolution" : "convolutions"}`;
  return [
    `Batch normalisation was folded into ${where} when ${path.basename(file)} was exported: checkpoints of its training do ` +
      `not fit. ${exportPreserving}`,
  ];
}

/** A loss of logits whose model ends in the loss's own activation is legal, and hardly ever meant. */
function twiceNotices(graph: Graph, { name, fromLogits }: LossSpec, file: string): readonly string[] {
  const activation = containedActivation(name);
  if (activation === undefined || fromLogits !== true) return [];
  const { stripped } = stripFinalActivation(graph, activation);
  if (stripped === undefined) return [];
  return [
    `${path.basename(file)} ends in a ${stripped}, and its loss is said to take logits: the activation is applied twice. ` +
      'Set "fromLogits" of the loss to false if that was not meant.',
  ];
}

/** The graph up to what a loss is computed from, and the loss as it is computed from that. */
function endAtLoss(
  graph: Graph,
  { fromLogits, ...loss }: LossSpec,
): { readonly graph: Graph; readonly loss: LossSpec } {
  const activation = containedActivation(loss.name);
  if (activation === undefined || fromLogits === true) return { graph, loss };
  const { graph: ending, stripped } = stripFinalActivation(graph, activation);
  // Without an activation to take off, the outputs are probabilities themselves, if that is what is said of them.
  return { graph: ending, loss: fromLogits === false && stripped === undefined ? { ...loss, fromLogits } : loss };
}

/** Runs `action`; a problem that names no file is one of `file`. */
function naming<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.file !== undefined) throw error;
    throw new ProblemError({ ...error.problem, file });
  }
}
