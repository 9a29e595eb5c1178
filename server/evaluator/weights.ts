import path from "node:path";
import type { Checkpoint } from "../formats/checkpoint";
import { matchCheckpoint, openCheckpoint } from "../formats/openCheckpoint";
import { renamed } from "../formats/rename";
import { toFloat32 } from "../graph/elements";
import type { Graph, Parameter } from "../graph/graph";
import { originValues } from "../landscape/values";
import type { Rename } from "../protocol/study";
import { tensorOf } from "./derivativeBatches";

/** What has to be known of a model for weights to be put into it. */
interface WeightedModel {
  readonly graph: Graph;
  readonly summary: { readonly path: string };
}

/** The weights that a checkpoint has for a model, read tensor by tensor. Close it. */
export class CheckpointWeights {
  private constructor(
    private readonly checkpoint: Checkpoint,
    /** Name of the checkpoint's tensor, by parameter. */
    private readonly names: ReadonlyMap<string, string>,
  ) {}

  /**
   * @param file absolute path.
   * @param rename of the study for this file.
   * @throws ProblemError that names the file, when it cannot be read or does not fit the model.
   */
  static async open(file: string, model: WeightedModel, rename: Rename = []): Promise<CheckpointWeights> {
    const opened = await openCheckpoint(file);
    try {
      const checkpoint = renamed(opened, rename);
      const names = matchCheckpoint(realParameters(model.graph), checkpoint, path.basename(model.summary.path));
      return new CheckpointWeights(checkpoint, names);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  get path(): string {
    return this.checkpoint.path;
  }

  get epoch(): number | undefined {
    return this.checkpoint.epoch;
  }

  get step(): number | undefined {
    return this.checkpoint.step;
  }

  get learningRate(): number | undefined {
    return this.checkpoint.learningRate;
  }

  /** Values of one parameter of the model, running statistics included. */
  async values(parameter: string): Promise<Float32Array> {
    return toFloat32(await this.checkpoint.read(this.names.get(parameter)!));
  }

  /** Values of all parameters, running statistics included. */
  async all(): Promise<ReadonlyMap<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const name of this.names.keys()) values.set(name, await this.values(name));
    return values;
  }

  close(): Promise<void> {
    return this.checkpoint.close();
  }
}

/** All values of a checkpoint for a model. @throws ProblemError as `CheckpointWeights.open`. */
export async function readWeights(
  file: string,
  model: WeightedModel,
  rename?: Rename,
): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = await CheckpointWeights.open(file, model, rename);
  try {
    return await weights.all();
  } finally {
    await weights.close();
  }
}

/**
 * A model's graph with the weights of a checkpoint, running statistics included, in place of its own.
 * @throws ProblemError as `CheckpointWeights.open`.
 */
export async function withWeights(file: string, model: WeightedModel, rename?: Rename): Promise<Graph> {
  const values = await readWeights(file, model, rename);
  const parameters = model.graph.parameters.map((parameter) => {
    const found = values.get(parameter.name);
    const { dtype, shape } = parameter.tensor;
    return found ? { ...parameter, tensor: tensorOf(dtype, shape, found) } : parameter;
  });
  return { ...model.graph, parameters };
}

/** Parameters whose values are real numbers: weights and running statistics. */
export function realParameters({ parameters }: Graph): readonly Parameter[] {
  const real = originValues(parameters);
  return parameters.filter(({ name }) => real.has(name));
}
