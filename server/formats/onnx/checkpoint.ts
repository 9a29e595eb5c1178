import { unsupported } from "../../files/faults";
import type { Checkpoint, CheckpointFormat } from "../checkpoint";
import { openModel } from "../open";

/** ONNX models as the weights that they hold. Read whole, as protocol buffers are. */
export const onnxCheckpointFormat: CheckpointFormat = {
  label: "ONNX",

  match: (path) => /\.onnx$/i.test(path),

  async open(path): Promise<Checkpoint> {
    const { parameters, files = [] } = (await openModel(path)).graph;
    if (parameters.length === 0) throw unsupported(path, "holds no weights", "Choose a file with weights.");
    const tensors = new Map(parameters.map(({ name, tensor }) => [name, tensor]));
    return {
      path,
      files,
      format: "ONNX",
      tensors,
      read(name) {
        const tensor = tensors.get(name);
        return tensor ? Promise.resolve(tensor) : Promise.reject(new Error(`The checkpoint has no tensor ${name}.`));
      },
      close: () => Promise.resolve(),
    };
  },
};
