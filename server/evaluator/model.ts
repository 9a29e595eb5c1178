import path from "node:path";
import { openModel } from "../formats/open";
import type { Graph } from "../graph/graph";
import { toInference } from "../graph/inference";
import { stripFinalActivation } from "../graph/logits";
import { describeInput } from "../graph/signature";
import type { InputSignature } from "../graph/signature";
import { sizeOf } from "../graph/tensor";
import { containedActivation } from "../landscape/losses";
import { movable } from "../landscape/values";
import { ProblemError } from "../protocol/problem";
import type { ModelSummary } from "../protocol/result";
import type { LossName, TrainingConfiguration } from "../protocol/study";

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
  /** What a user should know of the reading, as sentences. */
  readonly notices: readonly string[];
}

/**
 * Reads a model file and prepares it for a loss: in inference form, ending before an activation that the loss contains.
 * @throws ProblemError that names the file.
 */
export async function loadModel(file: string, loss: LossName = "crossEntropy"): Promise<LoadedModel> {
  const opened = await openModel(file);
  const inference = toInference(opened.graph);
  const activation = containedActivation(loss);
  const { graph } = activation ? stripFinalActivation(inference, activation) : { graph: inference };
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
    notices: opened.notices ?? [],
    ...(opened.training ? { training: opened.training } : {}),
    summary: {
      name: path.parse(file).name,
      path: file,
      format: opened.format,
      parameters: parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0),
      tensors: parameters.length,
    },
  };
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
