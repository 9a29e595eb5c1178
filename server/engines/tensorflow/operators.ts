import { internalDomain } from "../../graph/differentiate/internal";
import type { GraphNode } from "../../graph/graph";
import type { Family, NodeFacts, Operator } from "./call";
import { activations } from "./operators/activation";
import { convolutions } from "./operators/convolution";
import { elementwise } from "./operators/elementwise";
import { gradients } from "./operators/gradients";
import { indexings } from "./operators/indexing";
import { matrices } from "./operators/matrix";
import { normalisations } from "./operators/normalisation";
import { poolings } from "./operators/pooling";
import { reductions } from "./operators/reduction";
import { resizings } from "./operators/resize";
import { shapes } from "./operators/shape";

const families: readonly Family[] = [
  activations,
  convolutions,
  elementwise,
  indexings,
  matrices,
  normalisations,
  poolings,
  reductions,
  resizings,
  shapes,
];

const operators = new Map<string, Operator>(families.flatMap((family) => Object.entries(family)));

const internals = new Map<string, Operator>(Object.entries(gradients));

/** All operators that this engine executes: those of the ONNX domain, and the internal ones of derivatives. */
export const operatorNames: readonly string[] = [...operators.keys(), ...internals.keys()];

/** The operator that executes a node; undefined when there is none. */
export function operatorOf(node: GraphNode): Operator | undefined {
  if (node.domain === internalDomain) return internals.get(node.op);
  return node.domain === "" || node.domain === "ai.onnx" ? operators.get(node.op) : undefined;
}

/** What this engine lacks to execute a node, as `Op`, `domain.Op` or `Op (variant)`; undefined when nothing. */
export function lackOf(node: GraphNode, facts: NodeFacts): string | undefined {
  const operator = operatorOf(node);
  const name = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  if (!operator) return name;
  const variant = operator.lacks?.(node, facts);
  return variant === undefined ? undefined : `${name} (${variant})`;
}
