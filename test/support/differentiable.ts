import { graphOf, int, intTensor, node, parameter, valueInfo } from "../../server/graph/build";
import { canonicalise, type Canonical } from "../../server/graph/canonical/canonical";
import type { Attribute, Graph, GraphNode } from "../../server/graph/graph";
import type { Tensor } from "../../server/graph/tensor";
import { Derivatives, random, real } from "./derivatives";
import { evaluateReference } from "./reference";

/** Operators whose real inputs are parameters, so that derivatives reach them. */
export interface Application {
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly GraphNode[];
  readonly opset?: number;
}

/**
 * The canonical graph of the scalar Σ c ∘ sin y, y the output of the last node and c random with seed 7: it has second
 * derivatives wherever y has first ones.
 */
export function scalarOf({ parameters, constants = {}, nodes, opset = 20 }: Application): Canonical {
  const y = nodes.at(-1)!.outputs[0]!;
  const parts = {
    inputs: [],
    outputs: [valueInfo(y, [], "float64")],
    nodes,
    constants,
    parameters: Object.entries(parameters).map(([name, tensor]) => parameter(name, tensor)),
    opset,
  };
  const { shape } = evaluateReference(graphOf(parts), {})[y]!;
  return canonicalise(graphOf({ ...parts, ...closedBy(y, shape, nodes, constants) }), {});
}

function closedBy(
  y: string,
  shape: readonly number[],
  nodes: readonly GraphNode[],
  constants: Readonly<Record<string, Tensor>>,
): Pick<Graph, "nodes" | "outputs"> & { readonly constants: Readonly<Record<string, Tensor>> } {
  const axes = intTensor(
    [shape.length],
    shape.map((_, axis) => axis),
  );
  return {
    outputs: [valueInfo("loss", [], "float64")],
    nodes: [
      ...nodes,
      node("Sin", [y], ["scalar/sin"]),
      node("Mul", ["scalar/sin", "scalar/c"], ["scalar/terms"]),
      node("ReduceSum", ["scalar/terms", "scalar/axes"], ["loss"], { keepdims: int(0) }),
    ],
    constants: { ...constants, "scalar/c": random(shape, 7), "scalar/axes": axes },
  };
}

/** The derivatives of Σ c ∘ sin y. */
export function derivativesOf(application: Application): Derivatives {
  return new Derivatives(scalarOf(application));
}

/** One operator `y` = op(…): tensors of reals are parameters a, b, …, all others constants. */
export function applied(
  op: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = "",
): Application {
  const names = inputs.map((_, k) => String.fromCharCode(97 + k));
  const entries = inputs.map((tensor, k) => [names[k]!, tensor] as const);
  return {
    parameters: Object.fromEntries(entries.filter(([, tensor]) => tensor.dtype === "float64")),
    constants: Object.fromEntries(entries.filter(([, tensor]) => tensor.dtype !== "float64")),
    nodes: [node(op, names, ["y"], attributes, domain)],
  };
}

/** Distinct numbers at least `gap` apart and away from 0, in random order: nothing near a kink of Relu, Abs or Max. */
export function apart(shape: readonly number[], seed: number, gap = 0.1): Tensor {
  const order = random(shape, seed).data as Float64Array;
  const sorted = [...order].sort((a, b) => a - b);
  return real(
    shape,
    order.map((value) => (sorted.indexOf(value) - (sorted.length - 1) / 2 + 0.25) * gap),
  );
}
