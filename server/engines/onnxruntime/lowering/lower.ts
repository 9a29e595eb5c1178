import { internalDomain, type InternalOperator } from "../../../graph/differentiate/internal";
import type { Graph, GraphNode } from "../../../graph/graph";
import { averagePoolGrad } from "./averagePool";
import { convFilterGrad } from "./convFilterGrad";
import { convInputGrad } from "./convInputGrad";
import { Emitter } from "./emitter";
import { groupNormalization } from "./groupNormalization";
import { maxPoolGather, maxPoolGrad } from "./maxPool";

/** Builds an internal operator from stock ones and answers the name of the result. */
type Lowering = (emitter: Emitter, node: GraphNode) => string;

const lowerings: Readonly<Record<InternalOperator, Lowering>> = {
  AveragePoolGrad: averagePoolGrad,
  ConvFilterGrad: convFilterGrad,
  ConvInputGrad: convInputGrad,
  MaxPoolGather: maxPoolGather,
  MaxPoolGrad: maxPoolGrad,
};

/** What a node is replaced by; undefined when it stays as it is. */
function loweringOf(node: GraphNode, { opsets }: Graph): Lowering | undefined {
  if (node.domain === "" && node.op === "GroupNormalization") {
    return (emitter) => groupNormalization(emitter, node, opsets[""] ?? 1);
  }
  if (node.domain !== internalDomain) return undefined;
  const lowering = lowerings[node.op as InternalOperator] as Lowering | undefined;
  if (!lowering) throw new Error(`There is no internal operator ${node.op}.`);
  return lowering;
}

/**
 * The graph with every operator of the internal domain made of stock ONNX operators, chosen by the shapes that its
 * attributes say, and with what ONNX Runtime computes badly made of what it computes well. A graph without any of them
 * comes back as it is.
 * @throws Error when a shape or an operator is not known: a defect of whoever made the graph.
 */
export function lowerForOnnxRuntime(graph: Graph): Graph {
  const found = graph.nodes.map((node) => loweringOf(node, graph));
  if (found.every((lowering) => lowering === undefined)) return graph;
  const emitter = new Emitter(graph);
  graph.nodes.forEach((node, k) => {
    const lowering = found[k];
    if (lowering) emitter.replace(node, lowering);
    else emitter.keep(node);
  });
  const opsets = Object.fromEntries(Object.entries(graph.opsets).filter(([domain]) => domain !== internalDomain));
  return { ...graph, opsets, nodes: emitter.nodes, constants: emitter.constants };
}
