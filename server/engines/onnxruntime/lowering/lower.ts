import { internalDomain, type InternalOperator } from "../../../graph/differentiate/internal";
import type { Graph, GraphNode } from "../../../graph/graph";
import { averagePoolGrad } from "./averagePool";
import { convFilterGrad } from "./convFilterGrad";
import { convInputGrad } from "./convInputGrad";
import { Emitter } from "./emitter";
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

/**
 * The graph with every operator of the internal domain made of stock ONNX operators, chosen by the shapes that its
 * attributes say. A graph without any comes back as it is.
 * @throws Error when a shape or an operator is not known: a defect of whoever made the graph.
 */
export function lowerForOnnxRuntime(graph: Graph): Graph {
  if (!graph.nodes.some(({ domain }) => domain === internalDomain)) return graph;
  const emitter = new Emitter(graph);
  for (const node of graph.nodes) {
    if (node.domain !== internalDomain) {
      emitter.keep(node);
      continue;
    }
    const lowering = lowerings[node.op as InternalOperator] as Lowering | undefined;
    if (!lowering) throw new Error(`There is no internal operator ${node.op}.`);
    emitter.replace(node, lowering);
  }
  const opsets = Object.fromEntries(Object.entries(graph.opsets).filter(([domain]) => domain !== internalDomain));
  return { ...graph, opsets, nodes: emitter.nodes, constants: emitter.constants };
}
