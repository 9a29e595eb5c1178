import type { Tensor } from "../../../graph/tensor";
import type { ModelContent } from "../../format";
import { describeModel } from "../../keras/description";
import { buildGraph } from "../../keras/graph";
import { refusingOf } from "../../keras/refusal";
import { trainingOf } from "../../keras/training";
import { fieldOf, objectOf, type JsonObject } from "../json";
import type { Weights } from "../weights";
import { tfjsDialect } from "./dialect";
import { pythonic } from "./pythonic";
import { manifestStore } from "./store";

/** TensorFlow.js computes as Keras 2 does, whatever wrote the model. */
const generation = 2;

/**
 * A layers model of TensorFlow.js: Keras' description of layers, and weights by Keras' names. Its parameters are called as
 * the manifest calls them.
 *
 * @param content of the `model.json`, which may hold the configuration of the training.
 * @param topology the description, as TensorFlow.js writes it or as Keras does with more around it.
 * @param model path of the file, for messages.
 * @throws ProblemError `file-corrupt` or `file-unsupported`.
 */
export async function readLayersModel(
  content: JsonObject,
  topology: JsonObject,
  weights: Weights,
  model: string,
): Promise<ModelContent> {
  const tensors = new Map<string, Tensor>();
  for (const name of weights.tensors.keys()) tensors.set(name, await weights.read(name));
  const store = manifestStore(tensors);
  const description = pythonic(objectOf(fieldOf(topology, "model_config")) ?? topology);
  const { graph, notices } = refusingOf(model, () =>
    buildGraph(describeModel(description), store, generation, tfjsDialect()),
  );
  const parameters = graph.parameters.map((parameter) => {
    const { aliases = [] } = parameter;
    const written = aliases.find((alias) => store.names.has(alias));
    const name = written === undefined ? parameter.name : store.names.get(written)!;
    const others = [parameter.name, ...aliases].filter((other) => other !== name);
    return { ...parameter, name, aliases: [...new Set(others)] };
  });
  const written = fieldOf(content, "trainingConfig") ?? fieldOf(topology, "training_config");
  const training = trainingOf(
    written === undefined ? undefined : pythonic(written),
    graph.outputs[0]?.shape.length ?? 0,
  );
  return { graph: { ...graph, parameters }, notices, ...(training ? { training } : {}) };
}
