import type { Graph, GraphNode } from "../../graph/graph";

const windowed: ReadonlySet<string> = new Set(["Conv", "MaxPool", "AveragePool", "LpPool"]);

const sparse: ReadonlySet<string> = new Set(["ConvTranspose", "MaxPool", "AveragePool", "LpPool"]);

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

/**
 * Where a window is smaller than its stride, automatic padding may have less than nothing to add. ONNX Runtime stops then
 * at a pooling, and gives a transposed convolution another extent than input · stride.
 */
function isSameBelowStride(node: GraphNode, graph: Graph): boolean {
  const { auto_pad: padding, strides } = node.attributes;
  if (node.domain !== "" || !sparse.has(node.op) || strides?.type !== "ints") return false;
  if (padding?.type !== "string" || !padding.value.startsWith("SAME")) return false;
  const kernel = kernelOf(node, graph);
  return strides.value.some((stride, axis) => stride > (kernel?.[axis] ?? stride));
}

/** Extents of a window: as the node states them, or those of a kernel that is a parameter or a constant. */
function kernelOf({ attributes, inputs }: GraphNode, graph: Graph): readonly number[] | undefined {
  const stated = attributes["kernel_shape"];
  if (stated?.type === "ints") return stated.value;
  const [, name = ""] = inputs;
  const weights = graph.constants.get(name) ?? graph.parameters.find(({ value }) => value === name)?.tensor;
  return weights?.shape.slice(2);
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
  const found = graph.nodes.flatMap((node) => [
    ...(isDilatedSame(node) ? [`${node.op} with dilations and automatic padding`] : []),
    ...(isSameBelowStride(node, graph) ? [`${node.op} with automatic padding and strides above its kernel`] : []),
  ]);
  return [...new Set(found), ...(hasBfloat16Boundary(graph) ? ["bfloat16 inputs and outputs"] : [])];
}
