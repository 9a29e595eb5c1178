import type { Engine } from "../../server/engines/engine";
import { writeValues } from "../../server/graph/fill";
import type { Graph } from "../../server/graph/graph";
import type { Tensor } from "../../server/graph/tensor";
import type { EngineName } from "../../server/protocol/study";
import { evaluateReference, referenceOperators } from "./reference";

interface ReferenceEngineOptions {
  readonly name?: EngineName;
  /** Every output is multiplied with it: an engine that computes wrongly. */
  readonly factor?: number;
  /** Operators that it claims not to have. */
  readonly lacks?: readonly string[];
}

/** The float64 reference as an engine, for tests of what is done with engines. */
export function createReferenceEngine(options: ReferenceEngineOptions = {}): Engine {
  const { name = "onnxruntime", factor = 1, lacks = [] } = options;
  const scaled = (tensor: Tensor): Tensor =>
    tensor.data instanceof Float64Array ? { ...tensor, data: tensor.data.map((value) => value * factor) } : tensor;
  return {
    name,
    label: `Reference (${name})`,
    version: "1",
    device: "CPU",
    unsupported: (graph) =>
      [...new Set(graph.nodes.map(({ op }) => op))].filter((op) => lacks.includes(op) || !referenceOperators.has(op)),
    compile: async (graph) => {
      let current: Graph = graph;
      return {
        setParameters: async (values) => {
          const parameters = current.parameters.map((entry) => {
            const given = values.get(entry.name);
            if (!given) return entry;
            const data = new Float32Array(entry.tensor.data.length);
            writeValues(given, data);
            return { ...entry, tensor: { ...entry.tensor, data } };
          });
          current = { ...current, parameters };
        },
        run: async (feeds) =>
          Object.fromEntries(
            Object.entries(evaluateReference(current, feeds)).map(([output, tensor]) => [output, scaled(tensor)]),
          ),
        dispose: async () => {},
      };
    },
    dispose: async () => {},
  };
}
