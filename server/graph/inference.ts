import type { Graph, GraphNode } from "./graph";
import { withoutDeadNodes } from "./topology";

/**
 * The graph as it predicts: BatchNormalization uses its running statistics, Dropout passes its input on.
 *
 * Statistics that a training-mode BatchNormalization would hand out are, in inference, the ones it was given: their uses
 * are redirected there, and graph outputs that are such statistics are dropped. Nodes that served training only go with
 * them. A graph that is already in this form is returned as it is.
 */
export function toInference(graph: Graph): Graph {
  const opset = graph.opsets[""] ?? 1;
  const used = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) for (const name of node.inputs) used.add(name);

  const redirected = new Map<string, string>();
  const statistics = new Set<string>();
  let changed = false;
  const nodes = graph.nodes.map((original) => {
    const node = redirect(original, redirected);
    let result = node;
    if (node.domain === "" && node.op === "BatchNormalization") {
      node.outputs.slice(1).forEach((name, index) => {
        if (!name) return;
        statistics.add(name);
        // Outputs 1 and 3 are means, 2 and 4 variances; inputs 3 and 4 are the running ones.
        redirected.set(name, node.inputs[index % 2 === 0 ? 3 : 4]!);
      });
      result = batchNormalization(node, opset);
    } else if (node.domain === "" && node.op === "Dropout") {
      result = dropout(node, opset, used);
    }
    changed ||= result !== original;
    return result;
  });
  if (!changed) return graph;
  const outputs = graph.outputs.filter(({ name }) => !statistics.has(name));
  return withoutDeadNodes({ ...graph, nodes, outputs });
}

function redirect(node: GraphNode, redirected: ReadonlyMap<string, string>): GraphNode {
  if (!node.inputs.some((name) => redirected.has(name))) return node;
  return { ...node, inputs: node.inputs.map((name) => redirected.get(name) ?? name) };
}

function batchNormalization(node: GraphNode, opset: number): GraphNode {
  const single = node.outputs.length > 1 ? { ...node, outputs: node.outputs.slice(0, 1) } : node;
  // From version 14 an attribute says which mode it is, from 7 to 13 the number of outputs, before 7 `is_test`.
  if (opset >= 14) return isSet(node, "training_mode") ? withInt(single, "training_mode", 0) : single;
  if (opset >= 7) return single;
  return isSet(node, "is_test") ? single : withInt(single, "is_test", 1);
}

function dropout(node: GraphNode, opset: number, used: ReadonlySet<string>): GraphNode {
  const [output = "", mask = ""] = node.outputs;
  if (mask === "" || !used.has(mask)) {
    return { ...node, op: "Identity", inputs: node.inputs.slice(0, 1), outputs: [output], attributes: {} };
  }
  // The mask of ones is wanted: keep the operator, in its inference mode.
  if (opset >= 12) return node.inputs.length > 1 ? { ...node, inputs: node.inputs.slice(0, 1) } : node;
  return opset >= 7 || isSet(node, "is_test") ? node : withInt(node, "is_test", 1);
}

function isSet(node: GraphNode, name: string): boolean {
  const attribute = node.attributes[name];
  return attribute?.type === "int" && attribute.value !== 0;
}

function withInt(node: GraphNode, name: string, value: number): GraphNode {
  return { ...node, attributes: { ...node.attributes, [name]: { type: "int", value } } };
}
