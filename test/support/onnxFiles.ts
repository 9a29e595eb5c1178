import type { ExternalData } from "../../server/formats/onnx/external";
import { readModel } from "../../server/formats/onnx/model";
import type { Graph } from "../../server/graph/graph";
import { serialise } from "../../server/graph/onnxBytes";

/** For models that keep everything in one file. */
export const noFiles: ExternalData = {
  read() {
    throw new Error("this model has no external data");
  },
};

/** The graph as it comes back after being written and read, parameters found anew. */
export function reread(graph: Graph): Graph {
  return readModel(serialise(graph).bytes, noFiles, "model.onnx");
}
