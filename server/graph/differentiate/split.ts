import { valueInfo } from "../build";
import type { Canonical } from "../canonical/canonical";
import { widthOf } from "../elements";
import type { Graph, GraphNode } from "../graph";
import { sizeOf } from "../tensor";
import { withoutDeadNodes } from "../topology";
import { cheapestToKeep } from "./cut";
import type { Name } from "./rule";

/** A graph in two stages: `first` computes `cached`, from which `second` computes the outputs. */
export interface Stages {
  readonly first: Graph;
  readonly second: Graph;
  /** Outputs of `first` and inputs of `second`. */
  readonly cached: readonly Name[];
}

/** Operators that cost hardly more than reading their operands: better done again than kept. */
const light: ReadonlySet<string> = new Set([
  ...["Neg", "Abs", "Sqrt", "Relu", "Sign", "Floor", "Ceil", "Round", "Reciprocal", "Not", "Cast"],
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Where"],
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or"],
  ...["Transpose", "Reshape", "Expand", "Slice", "Concat", "Pad", "Gather"],
]);

/**
 * Separates what depends on the inputs `varying` (second stage) from what does not (first stage).
 *
 * Of the first stage's values the second needs some. Instead of all these, `cached` holds the set of fewest bytes from
 * which they can be made by light operators (elementwise arithmetic, comparisons, changes of layout), with constants,
 * parameters and the graph's other inputs at hand; the second stage makes them.
 */
export function splitBy({ graph, types }: Canonical, varying: readonly Name[]): Stages {
  const late = dependentsOf(graph.nodes, varying);
  const early = graph.nodes.filter((node) => !late.has(node));
  const needed = new Set(graph.outputs.map(({ name }) => name));
  for (const node of late) for (const input of node.inputs) needed.add(input);

  const bytes = (name: Name): number => {
    const { dtype, shape } = types.get(name)!;
    return Math.max(1, sizeOf(shape)) * widthOf(dtype);
  };
  const keep = valuesToKeep(early, needed, bytes);
  const infoOf = (name: Name): Graph["inputs"][number] => {
    const { dtype, shape } = types.get(name)!;
    return valueInfo(name, shape, dtype);
  };
  const cached = [...keep];
  const nodes = remade(early, [...late], graph, keep);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const inputs = graph.inputs.filter(({ name }) => varying.includes(name) || used.has(name));
  const first = {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !varying.includes(name)),
    outputs: cached.map(infoOf),
    nodes: early,
  };
  const second = { ...graph, inputs: [...inputs, ...cached.map(infoOf)], nodes };
  return { first: trimmed(first), second: trimmed(second), cached };
}

function trimmed(graph: Graph): Graph {
  return { ...withoutDeadNodes(graph), parameters: graph.parameters };
}

/** The nodes that depend on some of the values, in order. */
function dependentsOf(nodes: readonly GraphNode[], values: readonly Name[]): ReadonlySet<GraphNode> {
  const reached = new Set(values);
  const found = new Set<GraphNode>();
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    found.add(node);
    for (const output of node.outputs) reached.add(output);
  }
  return found;
}

function valuesToKeep(
  nodes: readonly GraphNode[],
  needed: ReadonlySet<Name>,
  bytes: (name: Name) => number,
): ReadonlySet<Name> {
  const values = nodes.flatMap((node) => node.outputs.filter((name) => name !== "").map((name) => ({ name, node })));
  const position = new Map(values.map(({ name }, k) => [name, k]));
  const keep = cheapestToKeep({
    costs: values.map(({ name }) => bytes(name)),
    parts: values.map(({ node }) => node.inputs.flatMap((input) => position.get(input) ?? [])),
    given: values.map(({ node }) => !(node.domain === "" && light.has(node.op))),
    needed: values.map(({ name }) => needed.has(name)),
  });
  return new Set(values.filter((_, k) => keep[k]).map(({ name }) => name));
}

/** The late nodes in order, each preceded by the early ones that make its operands, as late as possible. */
function remade(
  early: readonly GraphNode[],
  late: readonly GraphNode[],
  graph: Graph,
  kept: ReadonlySet<Name>,
): readonly GraphNode[] {
  const makers = new Map(early.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const placed = new Set<GraphNode>();
  const order: GraphNode[] = [];
  const place = (node: GraphNode): void => {
    placed.add(node);
    order.push(node);
  };
  const isMissing = (name: Name): boolean => {
    const maker = kept.has(name) ? undefined : makers.get(name);
    return maker !== undefined && !placed.has(maker);
  };
  const make = (names: readonly Name[]): void => {
    const stack = [...names];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const missing = isMissing(name) ? makers.get(name)!.inputs.filter(isMissing) : [];
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (isMissing(name)) place(makers.get(name)!);
    }
  };
  for (const node of late) {
    make(node.inputs);
    place(node);
  }
  make(graph.outputs.map(({ name }) => name));
  return order;
}
