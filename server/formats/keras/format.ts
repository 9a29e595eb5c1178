import { corrupt, unsupported } from "../../files/faults";
import type { ModelContent, ModelFormat } from "../format";
import { isHdf5, openHdf5, type Hdf5File } from "../hdf5";
import { readHead } from "../source";
import { openArchive } from "./archive";
import { describeModel } from "./description";
import { buildGraph } from "./graph";
import { parseJson } from "./json";
import { legacyGroup, legacyStore } from "./legacyWeights";
import { refusingOf } from "./refusal";
import { isJson } from "./settings";
import { trainingOf } from "./training";
import { noWeights, type WeightStore } from "./weights";
import { isWeightsFile, weightsFileStore } from "./weightsFile";

/** Keras models: `.keras` of Keras 3, `.h5` of either generation. */
export const kerasFormat: ModelFormat = {
  label: "Keras",

  match: (file) => /\.(keras|h5|hdf5)$/i.test(file),

  async open(file) {
    const head = await readHead(file, 64);
    if (new TextDecoder().decode(head).startsWith("version https://git-lfs")) {
      throw corrupt(file, "is only a pointer of Git LFS, not the model itself", "Fetch it with `git lfs pull`.");
    }
    // Before version 2.12, Keras wrote HDF5 under either name.
    return isHdf5(head) ? openLegacy(file) : openKeras(file);
  },
};

/** @param generation of Keras, from its version; the files of both have the same forms. */
function contentOf(
  file: string,
  description: unknown,
  training: unknown,
  store: WeightStore,
  version: string | undefined,
): ModelContent {
  const generation = /^[12]\./.test(version ?? "") ? 2 : 3;
  const { graph, notices } = refusingOf(file, () => buildGraph(describeModel(description), store, generation));
  const configuration = trainingOf(training, graph.outputs[0]?.shape.length ?? 0);
  return { graph, notices, ...(configuration ? { training: configuration } : {}) };
}

async function openKeras(file: string): Promise<ModelContent> {
  const archive = await openArchive(file);
  try {
    const { config, version, weights } = archive;
    const store = weights ? weightsFileStore(weights) : noWeights;
    const training = isJson(config) ? config["compile_config"] : undefined;
    return contentOf(file, config, training, store, version);
  } finally {
    await archive.close();
  }
}

async function openLegacy(file: string): Promise<ModelContent> {
  const hdf5 = await openHdf5(file);
  try {
    const description = jsonOf(hdf5, "model_config");
    const group = legacyGroup(hdf5);
    if (description === undefined) throw withoutDescription(hdf5, group !== undefined);
    const version = hdf5.attribute([], "keras_version");
    const store = group ? legacyStore(hdf5, group) : noWeights;
    return contentOf(file, description, jsonOf(hdf5, "training_config"), store, textOf(version));
  } finally {
    hdf5.close();
  }
}

function jsonOf(file: Hdf5File, name: string): unknown {
  const text = textOf(file.attribute([], name));
  return text === undefined ? undefined : parseJson(file.path, name, text);
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

function withoutDescription(file: Hdf5File, hasWeights: boolean): Error {
  if (!hasWeights && !isWeightsFile(file)) {
    return corrupt(file.path, "is an HDF5 file, but no Keras model: it has no model_config");
  }
  return unsupported(
    file.path,
    "holds weights only",
    "Choose the architecture file: the .keras or .h5 of the whole model, or its ONNX export.",
  );
}
