import { internalDomain } from "../../server/graph/differentiate/internal";
import type { Graph } from "../../server/graph/graph";
import type { Tensor } from "../../server/graph/tensor";
import { convolutions } from "./reference/convolution";
import { elementwise } from "./reference/elementwise";
import { indexings } from "./reference/indexing";
import { internals } from "./reference/internal";
import { layouts } from "./reference/layout";
import { matrices } from "./reference/matrix";
import { normalisations } from "./reference/normalisation";
import { poolings } from "./reference/pooling";
import { reducing } from "./reference/reduction";
import { resizings } from "./reference/resize";
import { Call, fromTensor, toTensor, type Operator, type Value } from "./reference/values";

const operators = new Map<string, Operator>(
  [convolutions, elementwise, indexings, layouts, matrices, normalisations, poolings, reducing, resizings].flatMap(
    (family) => Object.entries(family),
  ),
);

const domains: Readonly<Record<string, ReadonlyMap<string, Operator>>> = {
  "": operators,
  [internalDomain]: new Map(Object.entries(internals)),
};

/** Operators of the ONNX domain that the reference knows. */
export const referenceOperators: ReadonlySet<string> = new Set(operators.keys());

/**
 * Evaluates a graph with plain loops in float64, independently of every engine.
 *
 * Each operator follows the text of the ONNX operator reference for the graph's operator set. Float outputs come back
 * as float64, all others in their own element type. Throws on an operator that it does not know: it serves tests only.
 */
export function evaluateReference(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.constants) values.set(name, fromTensor(tensor));
  for (const { value, tensor } of graph.parameters) values.set(value, fromTensor(tensor));
  for (const { name } of graph.inputs) {
    const fed = feeds[name];
    if (fed) values.set(name, fromTensor(fed));
    else if (!values.has(name)) throw new Error(`no feed for the graph input ${name}`);
  }
  const lookUp = (name: string): Value => {
    const value = values.get(name);
    if (!value) throw new Error(`the value ${name} is not known where it is used`);
    return value;
  };

  for (const node of graph.nodes) {
    const operator = domains[node.domain]?.get(node.op);
    if (!operator) throw new Error(`the reference does not know ${node.domain ? `${node.domain}.` : ""}${node.op}`);
    const inputs = node.inputs.map((name) => (name === "" ? undefined : lookUp(name)));
    const results = operator(new Call(node, graph.opsets[""] ?? 1, inputs));
    node.outputs.forEach((name, k) => {
      if (name === "") return;
      const result = results[k];
      if (!result) throw new Error(`${node.op} has no output ${k}`);
      values.set(name, result);
    });
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, toTensor(lookUp(name))]));
}
