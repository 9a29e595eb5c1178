import { int, intTensor, ints, node as nodeOf, string } from "../../../graph/build";
import type { Attribute, Graph, GraphNode } from "../../../graph/graph";
import type { Tensor } from "../../../graph/tensor";

/** What one axis of a Slice takes: from `start` up to `end`, exclusive, every `step`-th; a step may be negative. */
export interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** Adds operators to a graph, of ONNX (set 18 or later) if nothing else is said, in place of nodes that it has. */
export class Emitter {
  readonly nodes: GraphNode[] = [];
  readonly constants: Map<string, Tensor>;
  private readonly taken: Set<string>;
  private prefix = "";
  private count = 0;

  constructor(graph: Graph) {
    this.constants = new Map(graph.constants);
    this.taken = new Set([
      ...graph.inputs.map(({ name }) => name),
      ...graph.constants.keys(),
      ...graph.parameters.map(({ value }) => value),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ]);
  }

  /** Emits what `lower` builds, so that its result carries the name of the node's output. */
  replace(node: GraphNode, lower: (emitter: Emitter, node: GraphNode) => string): void {
    const output = node.outputs[0]!;
    this.prefix = output;
    this.count = 0;
    const result = lower(this, node);
    const last = this.nodes.at(-1);
    if (last?.outputs[0] !== result) {
      this.nodes.push(nodeOf("Identity", [result], [output]));
      return;
    }
    this.nodes[this.nodes.length - 1] = { ...last, outputs: [output] };
  }

  keep(node: GraphNode): void {
    this.nodes.push(node);
  }

  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): string {
    const output = this.fresh(String(this.count++));
    this.nodes.push(nodeOf(op, inputs, [output], attributes, domain));
    return output;
  }

  constant(label: string, tensor: Tensor): string {
    const name = this.fresh(label);
    this.constants.set(name, tensor);
    return name;
  }

  /** A constant that `label` determines: nodes that ask for the same one share it. */
  shared(label: string, make: () => Tensor): string {
    const name = `lowered/${label}`;
    if (!this.constants.has(name)) this.constants.set(name, make());
    return name;
  }

  /** A one-dimensional int64 constant. */
  integers(values: readonly number[]): string {
    return this.shared(`integers/${values.join(",")}`, () => intTensor([values.length], values));
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.node("Reshape", [x, this.integers(shape)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return perm.every((axis, k) => axis === k) ? x : this.node("Transpose", [x], { perm: ints(...perm) });
  }

  slice(x: string, ranges: readonly Range[]): string {
    if (ranges.length === 0) return x;
    const starts = this.integers(ranges.map(({ start }) => start));
    const ends = this.integers(ranges.map(({ end }) => end));
    const axes = this.integers(ranges.map(({ axis }) => axis));
    const steps = this.integers(ranges.map(({ step = 1 }) => step));
    return this.node("Slice", [x, starts, ends, axes, steps]);
  }

  /** Zeros around x, in ONNX's order: the counts before every axis, then those after; negative counts crop. */
  pad(x: string, pads: readonly number[]): string {
    if (pads.every((count) => count === 0)) return x;
    return this.node("Pad", [x, this.integers(pads)], { mode: string("constant") });
  }

  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0]! : this.node("Concat", parts, { axis: int(axis) });
  }

  private fresh(label: string): string {
    let name = `${this.prefix}/lowered/${label}`;
    while (this.taken.has(name)) name += "'";
    this.taken.add(name);
    return name;
  }
}
