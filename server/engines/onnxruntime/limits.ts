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
function isSameBelowStride({ op, domain, attributes }: GraphNode, kernel: readonly number[] | undefined): boolean {
  const { auto_pad: padding, strides } = attributes;
  return (
    domain === "" &&
    sparse.has(op) &&
    padding?.type === "string" &&
    padding.value.startsWith("SAME") &&
    strides?.type === "ints" &&
    strides.value.some((stride, axis) => stride > (kernel?.[axis] ?? stride))
  );
}

/** Extents of a window: as the node states them, or those of a kernel that is a parameter or a constant. */
function kernelsOf({ constants, parameters }: Graph): (node: GraphNode) => readonly number[] | undefined {
  const shapes = new Map([...constants].map(([name, { shape }]) => [name, shape]));
  for (const { value, tensor } of parameters) shapes.set(value, tensor.shape);
  return ({ attributes: { kernel_shape: stated }, inputs }) =>
    stated?.type === "ints" ? stated.value : shapes.get(inputs[1] ?? "")?.slice(2);
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
  const kernelOf = kernelsOf(graph);
  const found = graph.nodes.flatMap((node) => [
    ...(isDilatedSame(node) ? [`${node.op} with dilations and automatic padding`] : []),
    ...(isSameBelowStride(node, kernelOf(node))
      ? [`${node.op} with automatic padding and strides above its kernel`]
      : []),
  ]);
  return [...new Set(found), ...(hasBfloat16Boundary(graph) ? ["bfloat16 inputs and outputs"] : [])];
}
