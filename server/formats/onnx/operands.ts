import { isFloating } from "../../graph/elements";
import type { Graph, GraphNode } from "../../graph/graph";
import { fromBfloat16, fromFloat16 } from "../../graph/half";
import { sizeOf, type Tensor } from "../../graph/tensor";
import type { Position } from "./roles";
import type { Constancy, Weight } from "./weightFlow";

/** Operators that a bias follows directly. */
const linear: ReadonlySet<string> = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum", "FusedMatMul"]);

/** Operators that preprocessing inside a model is made of. */
const preprocessing: ReadonlySet<string> = new Set(
  "Identity Cast Add Sub Mul Div Transpose Reshape Unsqueeze Squeeze Resize Pad Clip Slice".split(" "),
);

/** Values that are the samples, but for such arithmetic as scaling and centring. */
export function sampleArithmetic(graph: Graph, constancy: Constancy): ReadonlySet<string> {
  const raw = new Set(graph.inputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    if (node.domain !== "" || !preprocessing.has(node.op)) continue;
    const varying = node.inputs.filter((name) => name !== "" && !constancy.isConstant(name));
    if (varying.length > 0 && varying.every((name) => raw.has(name)))
      for (const output of node.outputs) raw.add(output);
  }
  return raw;
}

/**
 * What a constant operand of Add, Sub, Mul or Div is: a bias or a scale; an embedding when it is added and varies along
 * several axes (learned positions; the first axis that it has counts its rows); or a mere setting: single numbers, masks,
 * a constant that is divided, and per-channel arithmetic on the samples themselves, which is preprocessing.
 * @returns undefined when the node is none of the four.
 */
export function operandRole(
  weight: Weight,
  node: GraphNode,
  position: number,
  tensor: Tensor,
  around: { readonly raw: ReadonlySet<string>; readonly producers: ReadonlyMap<string, GraphNode> },
): Position | "setting" | undefined {
  const adds = node.op === "Add" || node.op === "Sub";
  const scales = node.op === "Mul" || node.op === "Div";
  if (node.domain !== "" || (!adds && !scales)) return undefined;
  const other = node.inputs[1 - position] ?? "";
  const wide = tensor.shape.filter((extent) => extent > 1).length;
  if (node.op === "Div" && position === 0) return "setting";
  if (wide <= 1 && around.raw.has(other)) return "setting";
  if (sizeOf(tensor.shape) === 1) {
    const isBias = adds && tensor.shape.length > 0 && linear.has(around.producers.get(other)?.op ?? "");
    if (!isBias) return "setting";
  }
  if (isMask(tensor, adds)) return "setting";
  if (adds && wide > 1) {
    const first = weight.shape.findIndex((extent) => extent !== 1);
    return { role: "embedding", filterAxes: [first] };
  }
  return { role: adds ? "bias" : "scale", filterAxes: weight.shape.map((_, axis) => axis) };
}

/**
 * Whether the values only let through or block: added, zeros and one large negative number or −∞; multiplied, zeros and
 * ones.
 */
function isMask(tensor: Tensor, added: boolean): boolean {
  const values = new Set<number>();
  for (const element of tensor.data) {
    const value = numberOf(element, tensor);
    if (Math.abs(value) === Infinity) return true;
    if (values.size <= 2) values.add(value);
  }
  if (values.size !== 2 || !values.has(0)) return false;
  return [...values].some((value) => (added ? value <= -100 : value === 1));
}

function numberOf(element: number | bigint, { dtype }: Tensor): number {
  if (!isFloating(dtype)) return Number(element);
  if (dtype === "float16") return fromFloat16(Number(element));
  return dtype === "bfloat16" ? fromBfloat16(Number(element)) : Number(element);
}
