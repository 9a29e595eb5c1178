import { unsupported } from "../../files/faults";
import type { Checkpoint, CheckpointFormat } from "../checkpoint";
import { readJsonObject } from "./json";
import { holdsJson } from "./match";
import { openWeights } from "./weights";

/** Models of TensorFlow.js as the weights that they hold, read one by one. */
export const tfjsCheckpointFormat: CheckpointFormat = {
  label: "TensorFlow.js",

  match: holdsJson,

  async open(path): Promise<Checkpoint> {
    const weights = await openWeights(path, await readJsonObject(path));
    if (weights.tensors.size === 0) throw unsupported(path, "holds no weights", "Choose a file with weights.");
    return {
      path,
      format: "TensorFlow.js",
      files: weights.files,
      tensors: weights.tensors,
      read: (name) => weights.read(name),
      close: () => Promise.resolve(),
    };
  },
};
