import { ProblemError } from "../protocol/problem";
import type { Graph, GraphNode } from "./graph";
import { attributeFields, graphFields, nodeFields } from "./onnxBytes";
import { fieldsOf, WireError } from "./wire";

/** One place where a value is used. */
export interface Use {
  readonly node: GraphNode;
  /** Which input of the node it is; -1 when only a subgraph inside the node uses it. */
  readonly position: number;
}

/** Deepest nesting of subgraphs that we follow; deeper files are damaged or hostile. */
export const deepestSubgraph = 32;

/**
 * Names that a node needs from its surroundings: its inputs, and what the subgraphs inside its attributes (`If`, `Loop`,
 * …) mention. The latter includes the subgraphs' own values: more than needed, never less.
 * @throws WireError when a subgraph is damaged or nested too deeply.
 */
export function namesNeeded(node: GraphNode): readonly string[] {
  const names = node.inputs.filter((name) => name !== "");
  return [...names, ...namesInSubgraphs(node)];
}

function namesInSubgraphs(node: GraphNode): readonly string[] {
  const names = new Set<string>();
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.type === "raw") collectFromAttribute(attribute.bytes, names, 0);
  }
  return [...names];
}

function collectFromAttribute(bytes: Uint8Array, names: Set<string>, depth: number): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number === attributeFields.graph || field.number === attributeFields.graphs) {
      if (depth === deepestSubgraph) throw new WireError(`graphs nest more than ${deepestSubgraph} levels deep`);
      collectFromGraph(field.bytes(), names, depth + 1);
    }
  }
}

function collectFromGraph(bytes: Uint8Array, names: Set<string>, depth: number): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number === graphFields.output) {
      for (const part of fieldsOf(field.bytes())) if (part.number === 1) names.add(part.text());
    } else if (field.number === graphFields.node) {
      for (const part of fieldsOf(field.bytes())) {
        if (part.number === nodeFields.input) names.add(part.text());
        else if (part.number === nodeFields.attribute) collectFromAttribute(part.bytes(), names, depth);
      }
    }
  }
}

/** The node that produces each value; graph inputs, constants and parameters have none. */
export function producersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> {
  const producers = new Map<string, GraphNode>();
  for (const node of nodes) for (const output of node.outputs) if (output) producers.set(output, node);
  return producers;
}

/** Everywhere each value is used by a node, in node order; uses as a graph output are not listed. */
export function usesOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  const add = (name: string, use: Use): void => {
    const list = uses.get(name);
    if (list) list.push(use);
    else uses.set(name, [use]);
  };
  for (const node of nodes) {
    node.inputs.forEach((name, position) => {
      if (name) add(name, { node, position });
    });
    for (const name of namesInSubgraphs(node)) add(name, { node, position: -1 });
  }
  return uses;
}

/**
 * The graph with its nodes in topological order, in file order where that already is one.
 *
 * @param source how messages name the graph, e.g. the file's name.
 * @throws ProblemError `file-corrupt` when a value is defined twice, used without being defined, or part of a cycle.
 */
export function inOrder(graph: Graph, source = "The graph"): Graph {
  const known = new Set<string>();
  const define = (name: string): void => {
    if (known.has(name)) throw invalid(source, `defines the value ${name} twice`);
    known.add(name);
  };
  for (const { name } of graph.inputs) define(name);
  for (const name of graph.constants.keys()) define(name);
  for (const { value } of graph.parameters) define(value);
  const producers = new Map<string, number>();
  graph.nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      if (!output) continue;
      define(output);
      producers.set(output, index);
    }
  });
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== "" && !known.has(name));
    if (missing !== undefined) {
      throw invalid(source, `uses the value ${missing} in ${describe(node)} but never defines it`);
    }
  }
  const missing = graph.outputs.find(({ name }) => !known.has(name));
  if (missing) throw invalid(source, `names the output ${missing.name} but never computes it`);

  const order = sorted(graph.nodes, producers);
  if (order.length < graph.nodes.length) {
    const done = new Set(order);
    const stuck = graph.nodes.find((node) => !done.has(node))!;
    throw invalid(source, `has a cycle: ${describe(stuck)} needs its own result`);
  }
  return order.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes: order };
}

/** Kahn's algorithm, always taking the earliest node in file order; nodes on or behind a cycle are left out. */
function sorted(nodes: readonly GraphNode[], producers: ReadonlyMap<string, number>): readonly GraphNode[] {
  const waiting = new Int32Array(nodes.length);
  const followers = nodes.map((): number[] => []);
  nodes.forEach((node, index) => {
    const needs = new Set<number>();
    for (const name of namesNeeded(node)) {
      const producer = producers.get(name);
      // What a subgraph mentions may be a value of its own; no node can wait for itself through it.
      if (producer !== undefined && !(producer === index && !node.inputs.includes(name))) needs.add(producer);
    }
    waiting[index] = needs.size;
    for (const producer of needs) followers[producer]!.push(index);
  });
  const ready = new EarliestFirst();
  for (let index = 0; index < nodes.length; index++) if (waiting[index] === 0) ready.push(index);
  const order: GraphNode[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    order.push(nodes[index]!);
    for (const follower of followers[index]!) {
      waiting[follower]! -= 1;
      if (waiting[follower] === 0) ready.push(follower);
    }
  }
  return order;
}

/** A binary heap of numbers that gives the smallest first. */
class EarliestFirst {
  private readonly heap: number[] = [];

  push(value: number): void {
    let at = this.heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.heap[parent]! <= value) break;
      this.heap[at] = this.heap[parent]!;
      at = parent;
    }
    this.heap[at] = value;
  }

  pop(): number | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first === undefined || last === undefined || this.heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.heap.length) break;
      if (child + 1 < this.heap.length && this.heap[child + 1]! < this.heap[child]!) child += 1;
      if (this.heap[child]! >= last) break;
      this.heap[at] = this.heap[child]!;
      at = child;
    }
    this.heap[at] = last;
    return first;
  }
}

/**
 * The graph without the nodes that no output depends on, and without the constants and parameters that nothing uses then.
 * Graph inputs stay, used or not, so that callers feed the same values.
 */
export function withoutDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const alive: GraphNode[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!;
    if (!node.outputs.some((name) => needed.has(name))) continue;
    alive.push(node);
    for (const name of namesNeeded(node)) needed.add(name);
  }
  return {
    ...graph,
    nodes: alive.reverse(),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
    parameters: graph.parameters.filter(({ value }) => needed.has(value)),
  };
}

function describe(node: GraphNode): string {
  return node.name ? `${node.op} (${node.name})` : node.op;
}

function invalid(source: string, what: string): ProblemError {
  return new ProblemError({
    reason: "file-corrupt",
    title: "The model file is damaged",
    message: `${source} ${what}.`,
    advice: "Export the model again, and check it with the exporter's own checker.",
  });
}
