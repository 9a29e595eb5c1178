import { intTensor, node as nodeOf } from "../build";
import type { Canonical, ValueType } from "../canonical/canonical";
import type { GraphNode } from "../graph";
import { sizeOf, type Tensor } from "../tensor";
import type { Name } from "./rule";

/**
 * The same function with scales and shifts of a convolution's channels moved into it: s·Conv(x, w, b) + t becomes
 * Conv(x, s∘w, s∘b + t), computed in the graph from the same parameters, so that derivatives reach all of them. This is
 * what batch normalisation in inference comes to.
 *
 * Of the derivatives, those of s are then sums over filters instead of over all samples and positions, and the convolution's
 * own output need not be kept. Only where nothing else uses what is between, s and t follow from parameters and
 * constants alone, and the numbers have at least single precision.
 */
export function foldScales(model: Canonical): Canonical {
  const { graph } = model;
  const folding = new Folding(model);
  for (const node of graph.nodes) folding.take(node);
  return folding.result();
}

class Folding {
  private readonly nodes: GraphNode[] = [];
  private readonly types: Map<Name, ValueType>;
  private readonly constants: Map<Name, Tensor>;
  private readonly uses = new Map<Name, number>();
  /** Values that depend on neither samples nor targets. */
  private readonly still: Set<Name>;
  /** Convolutions that are not written yet, because what uses their output may become part of them; by that output. */
  private readonly held = new Map<Name, GraphNode>();

  constructor(private readonly model: Canonical) {
    const { graph, types } = model;
    this.types = new Map(types);
    this.constants = new Map(graph.constants);
    this.still = new Set([...graph.constants.keys(), ...graph.parameters.map(({ value }) => value)]);
    const used = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)];
    for (const name of used) this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
  }

  take(node: GraphNode): void {
    if (node.inputs.every((name) => name === "" || this.still.has(name))) {
      for (const name of node.outputs) this.still.add(name);
    }
    const folded = this.folded(node);
    if (!folded) for (const name of node.inputs) this.write(name);
    const next = folded ?? node;
    const [output] = next.outputs as [Name];
    if (this.canGrow(next)) this.held.set(output, next);
    else this.nodes.push(next);
  }

  result(): Canonical {
    for (const name of [...this.held.keys()]) this.write(name);
    const { graph } = this.model;
    return { graph: { ...graph, nodes: this.nodes, constants: this.constants }, types: this.types };
  }

  private canGrow({ op, domain, outputs }: GraphNode): boolean {
    const { dtype } = this.types.get(outputs[0]!)!;
    const isOutput = this.model.graph.outputs.some(({ name }) => name === outputs[0]);
    return (
      op === "Conv" && domain === "" && !isOutput && this.uses.get(outputs[0]!) === 1 && /^float(32|64)$/.test(dtype)
    );
  }

  private write(name: Name): void {
    const conv = this.held.get(name);
    if (!conv) return;
    this.held.delete(name);
    this.nodes.push(conv);
  }

  /** The convolution that a product or sum with one number for each channel comes to. */
  private folded(node: GraphNode): GraphNode | undefined {
    if (node.domain !== "" || (node.op !== "Mul" && node.op !== "Add")) return undefined;
    const from = node.inputs.findIndex((name) => this.held.has(name));
    const conv = this.held.get(node.inputs[from] ?? "");
    const other = node.inputs[1 - from];
    if (!conv || other === undefined || !this.isPerChannel(other, node.inputs[from]!)) return undefined;
    this.held.delete(node.inputs[from]!);
    const [x, w, b] = conv.inputs as [Name, Name, Name | undefined];
    const [channels] = this.types.get(w)!.shape as [number];
    const column = this.reshaped(node, other, [
      this.extentOf(other),
      ...this.types
        .get(w)!
        .shape.slice(1)
        .map(() => 1),
    ]);
    const row = this.reshaped(node, other, [this.extentOf(other)]);
    const inputs =
      node.op === "Mul"
        ? [
            x,
            this.made(node, "Mul", [w, column], this.types.get(w)!.shape),
            ...(b ? [this.made(node, "Mul", [b, row], [channels])] : []),
          ]
        : [x, w, this.bias(node, b, row, channels)];
    return { ...conv, inputs, outputs: node.outputs };
  }

  private bias(node: GraphNode, b: Name | undefined, row: Name, channels: number): Name {
    if (b) return this.made(node, "Add", [b, row], [channels]);
    return this.extentOf(row) === channels
      ? row
      : this.made(node, "Expand", [row, this.integers([channels])], [channels]);
  }

  /** Whether a value has one number, or one for each channel of `y`, and follows from parameters and constants. */
  private isPerChannel(name: Name, y: Name): boolean {
    const [of, type] = [this.types.get(y)!, this.types.get(name)!];
    if (!this.still.has(name) || type.dtype !== of.dtype || type.shape.length > of.shape.length) return false;
    const axis = type.shape.length - of.shape.length + 1;
    return type.shape.every((extent, k) => extent === 1 || (k === axis && extent === of.shape[1]));
  }

  private extentOf(name: Name): number {
    return sizeOf(this.types.get(name)!.shape);
  }

  private reshaped(node: GraphNode, name: Name, shape: readonly number[]): Name {
    return this.made(node, "Reshape", [name, this.integers(shape)], shape);
  }

  private made(node: GraphNode, op: string, inputs: readonly Name[], shape: readonly number[]): Name {
    const { dtype } = this.types.get(inputs[0]!)!;
    const name = this.fresh(`${node.outputs[0]!}/folded`);
    this.types.set(name, { dtype, shape });
    this.still.add(name);
    this.nodes.push(nodeOf(op, inputs, [name]));
    return name;
  }

  private integers(values: readonly number[]): Name {
    const name = `folded/${values.join(",")}`;
    const known = this.constants.get(name);
    if (known) return name;
    const tensor = intTensor([values.length], values);
    this.constants.set(name, tensor);
    this.types.set(name, tensor);
    return name;
  }

  private fresh(label: string): Name {
    let name = label;
    while (this.types.has(name)) name += "'";
    return name;
  }
}
