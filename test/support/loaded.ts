import type { LoadedModel } from "../../server/evaluator/model";
import type { Graph } from "../../server/graph/graph";
import { describeInput } from "../../server/graph/signature";

/** A graph of a classifier as if it had been read from a file. */
export function loaded(graph: Graph): LoadedModel {
  return {
    graph,
    input: describeInput(graph),
    output: graph.outputs[0]!.name,
    files: [],
    stated: { name: "crossEntropy" },
    loss: { name: "crossEntropy" },
    notices: [],
    summary: { name: graph.name, path: `${graph.name}.onnx`, format: "ONNX", parameters: 0, tensors: 0 },
  };
}
