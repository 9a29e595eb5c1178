import { unsupported } from "../../files/faults";
import { modelName } from "../../protocol/modelName";
import type { ModelContent, ModelFormat } from "../format";
import { readGraphModel } from "./graphModel/read";
import { fieldOf, listOf, objectOf, readJsonObject, type JsonObject } from "./json";
import { readLayersModel } from "./layersModel/read";
import { holdsJson } from "./match";
import { openWeights, quantisationNotices, refuseLarge } from "./weights";

/** Models of TensorFlow.js: `model.json`, with its weights in files beside it. */
export const tfjsFormat: ModelFormat = {
  label: "TensorFlow.js",

  match: holdsJson,

  async open(file): Promise<ModelContent> {
    const content = await readJsonObject(file);
    const kind = kindOf(content);
    if (!kind) throw somethingElse(file, content);
    const weights = await openWeights(file, content);
    refuseLarge(weights, file);
    const notices = quantisationNotices(weights);
    const topology = objectOf(fieldOf(content, "modelTopology"))!;
    const read: ModelContent =
      kind === "graph"
        ? { graph: await readGraphModel(content, topology, weights, file) }
        : await readLayersModel(content, topology, weights, file);
    const graph = { ...read.graph, name: modelName(file), files: weights.files };
    return { ...read, graph, notices: [...(read.notices ?? []), ...notices] };
  },
};

/** Which of the two kinds of models a file of JSON holds; undefined when it holds neither. */
function kindOf(content: JsonObject): "graph" | "layers" | undefined {
  const topology = objectOf(fieldOf(content, "modelTopology"));
  if (listOf(fieldOf(topology, "node"))) return "graph";
  const isDescribed = ["model_config", "class_name", "className"].some((key) => fieldOf(topology, key) !== undefined);
  return isDescribed ? "layers" : undefined;
}

function somethingElse(file: string, content: JsonObject): Error {
  const keys = Object.keys(content)
    .slice(0, 4)
    .map((key) => `"${key.slice(0, 40)}"`);
  const found = keys.length > 0 ? `an object with ${keys.join(", ")}` : "an empty object";
  return unsupported(
    file,
    `is JSON but no model of TensorFlow.js: it holds ${found}, where "modelTopology" and "weightsManifest" were expected`,
    "Choose the model.json that TensorFlow.js or its converter wrote.",
  );
}
