import type { Graph, GraphNode } from "../../graph/graph";

const windowed: ReadonlySet<string> = new Set(["Conv", "MaxPool", "AveragePool", "LpPool"]);

/** ONNX Runtime stops at dilated convolutions whose padding is automatic, and pools them to a wrong size. */
function isDilatedSame({ op, domain, attributes }: GraphNode): boolean {
  const { auto_pad: padding, dilations } = attributes;
  return (
    domain === "" &&
    windowed.has(op) &&
    padding?.type === "string" &&
    padding.value.startsWith("SAME") &&
    dilations?.type === "ints" &&
    dilations.value.some((extent) => extent !== 1)
  );
}

/** ONNX Runtime's JavaScript interface has no bfloat16 tensors; inside a model they are fine. */
function hasBfloat16Boundary({ inputs, outputs }: Graph): boolean {
  return [...inputs, ...outputs].some(({ dtype }) => dtype === "bfloat16");
}

/**
 * Uses of operators that pass ONNX Runtime's own checks and then fail or go wrong when run, each once. Operators that
 * it does not have at all are found when a session is made.
 */
export function limitsOf(graph: Graph): readonly string[] {
  const found = graph.nodes.filter(isDilatedSame).map(({ op }) => `${op} with dilations and automatic padding`);
  return [...new Set(found), ...(hasBfloat16Boundary(graph) ? ["bfloat16 inputs and outputs"] : [])];
}
