import { int, intTensor, ints, valueInfo } from "../build";
import type { Canonical, ValueType } from "../canonical/canonical";
import { typesOf } from "../canonical/types";
import { codeOf } from "../elements";
import type { Graph, GraphNode, Parameter, ValueInfo } from "../graph";
import type { DataType, Tensor } from "../tensor";
import { scalarTensor, uniformValue } from "./constants";
import { assemble, type NamedValue } from "./assemble";
import { internalType } from "./internal";
import { nodeKey, tensorKey } from "./keys";
import type { Attributes, Builder, Name } from "./rule";
import { broadcast, range, sameShape } from "./shapes";
import { simplified } from "./simplify";

/** Constants with more elements are not compared with others. */
const largestShared = 4096;

/**
 * Grows a canonical graph. The nodes that it starts with keep their names; new values are called `derivative/…`.
 *
 * Nodes stay in topological order, since every node is added after its inputs.
 */
export class GraphBuilder implements Builder {
  private readonly start: Graph;
  private readonly inputs: ValueInfo[];
  private readonly list: GraphNode[];
  private readonly types: Map<Name, ValueType>;
  private readonly tensors = new Map<Name, Tensor>();
  private readonly producers = new Map<Name, GraphNode>();
  private readonly known = new Map<string, readonly Name[]>();
  private readonly uniforms = new Map<Name, number | undefined>();
  private counter = 0;

  constructor({ graph, types }: Canonical) {
    this.start = graph;
    this.inputs = [...graph.inputs];
    this.list = [...graph.nodes];
    this.types = new Map(types);
    for (const [name, tensor] of graph.constants) this.keep(name, tensor);
    for (const node of graph.nodes) this.remember(node);
  }

  /** All nodes so far, in topological order. */
  get nodeList(): readonly GraphNode[] {
    return this.list;
  }

  /**
   * Adds a graph input.
   * @throws Error when the graph has a value of that name.
   */
  input(name: Name, type: ValueType): Name {
    if (this.types.has(name)) throw new Error(`The graph has a value ${name} already.`);
    this.types.set(name, type);
    this.inputs.push(valueInfo(name, type.shape, type.dtype));
    return name;
  }

  /**
   * A parameter by its name.
   * @throws Error when the graph has no such parameter.
   */
  parameter(name: string): Parameter {
    const found = this.start.parameters.find((parameter) => parameter.name === name);
    if (!found) throw new Error(`The graph has no parameter ${name}.`);
    return found;
  }

  /** The graph with these outputs and nothing that they do not need; graph inputs stay, used or not. */
  finish(outputs: readonly NamedValue[]): Canonical {
    const graph = { ...this.start, inputs: this.inputs, nodes: this.list, constants: this.tensors };
    const shapeOf = (value: Name): Name => this.integers(this.typeOf(value).shape);
    return assemble(graph, this.types, outputs, shapeOf);
  }

  node(op: string, inputs: readonly Name[], attributes: Attributes = {}, domain = ""): Name {
    const simpler = domain === "" ? simplified(this, op, inputs, attributes) : undefined;
    return simpler ?? this.nodes(op, inputs, 1, attributes, domain)[0]!;
  }

  nodes(
    op: string,
    inputs: readonly Name[],
    outputs: number,
    attributes: Attributes = {},
    domain = "",
  ): readonly Name[] {
    const known = this.known.get(nodeKey({ op, domain, inputs, attributes, outputs }));
    if (known) return known;
    const names = range(outputs).map(() => this.fresh(op));
    const node: GraphNode = { op, domain, name: names[0]!, inputs, outputs: names, attributes };
    const given = inputs.map((name) => this.typeOf(name));
    const types = internalType(node, given) ?? typesOf(node, given, (name) => this.constantOf(name));
    names.forEach((name, k) => {
      const type = types[k];
      if (!type) throw new Error(`${op} has no output ${k}.`);
      this.types.set(name, type);
    });
    this.list.push(node);
    this.remember(node);
    return names;
  }

  constant(tensor: Tensor): Name {
    const known = tensor.data.length <= largestShared ? this.known.get(tensorKey(tensor)) : undefined;
    if (known) return known[0]!;
    const name = this.fresh("constant");
    this.types.set(name, { dtype: tensor.dtype, shape: tensor.shape });
    this.keep(name, tensor);
    return name;
  }

  constantOf(name: Name): Tensor | undefined {
    return this.tensors.get(name);
  }

  uniformOf(name: Name): number | undefined {
    if (!this.uniforms.has(name)) this.uniforms.set(name, this.findUniform(name));
    return this.uniforms.get(name);
  }

  producerOf(name: Name): GraphNode | undefined {
    return this.producers.get(name);
  }

  typeOf(name: Name): ValueType {
    const type = this.types.get(name);
    if (!type) throw new Error(`The type of ${name || "an omitted input"} is not known.`);
    return type;
  }

  scalar(value: number, dtype: DataType): Name {
    return this.constant(scalarTensor(value, dtype));
  }

  integers(values: readonly number[]): Name {
    return this.constant(intTensor([values.length], values));
  }

  fill(value: number, { dtype, shape }: ValueType): Name {
    return this.expand(this.scalar(value, dtype), shape);
  }

  zeros(shape: readonly number[], dtype: DataType): Name {
    return this.fill(0, { dtype, shape });
  }

  add(a: Name, b: Name): Name {
    return this.node("Add", [a, b]);
  }

  sub(a: Name, b: Name): Name {
    return this.node("Sub", [a, b]);
  }

  mul(a: Name, b: Name): Name {
    return this.node("Mul", [a, b]);
  }

  div(a: Name, b: Name): Name {
    return this.node("Div", [a, b]);
  }

  neg(x: Name): Name {
    return this.node("Neg", [x]);
  }

  scale(x: Name, factor: number): Name {
    return this.mul(x, this.scalar(factor, this.typeOf(x).dtype));
  }

  shift(x: Name, amount: number): Name {
    return this.add(x, this.scalar(amount, this.typeOf(x).dtype));
  }

  sum(...terms: readonly (Name | undefined)[]): Name | undefined {
    let total: Name | undefined;
    for (const term of terms) {
      if (term !== undefined) total = total === undefined ? term : this.add(total, term);
    }
    return total;
  }

  power(x: Name, exponent: number): Name {
    return this.node("Pow", [x, this.scalar(exponent, this.typeOf(x).dtype)]);
  }

  where(condition: Name, a: Name, b: Name): Name {
    return this.node("Where", [condition, a, b]);
  }

  cast(x: Name, dtype: DataType): Name {
    return this.node("Cast", [x], { to: int(codeOf(dtype)) });
  }

  matmul(a: Name, b: Name): Name {
    return this.node("MatMul", [a, b]);
  }

  swap(x: Name): Name {
    const rank = this.typeOf(x).shape.length;
    return this.transpose(x, [...range(rank - 2), rank - 1, rank - 2]);
  }

  reshape(x: Name, shape: readonly number[]): Name {
    return this.node("Reshape", [x, this.integers(shape)]);
  }

  transpose(x: Name, perm: readonly number[]): Name {
    return this.node("Transpose", [x], { perm: ints(...perm) });
  }

  expand(x: Name, shape: readonly number[]): Name {
    const from = this.typeOf(x).shape;
    if (!sameShape(broadcast(from, shape), shape)) {
      throw new Error(`[${from.join(", ")}] does not broadcast to [${shape.join(", ")}].`);
    }
    return this.node("Expand", [x, this.integers(shape)]);
  }

  reduceSum(x: Name, axes: readonly number[], keep = true): Name {
    return this.node("ReduceSum", [x, this.integers(axes)], { keepdims: int(keep ? 1 : 0) });
  }

  sumTo(x: Name, shape: readonly number[]): Name {
    const from = this.typeOf(x).shape;
    const added = from.length - shape.length;
    const axes = range(from.length).filter((axis) => axis < added || (shape[axis - added] === 1 && from[axis] !== 1));
    return this.reshape(this.reduceSum(x, axes), shape);
  }

  slice(
    x: Name,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Name {
    const { shape } = this.typeOf(x);
    // ONNX counts a negative end from the back; one that lies before the first element even then is clamped to it.
    const stops = ends.map((end, k) => (end < 0 ? -shape[axes[k]!]! - 1 : end));
    return this.node("Slice", [x, ...[starts, stops, axes, steps].map((list) => this.integers(list))]);
  }

  pad(x: Name, pads: readonly number[]): Name {
    const { dtype, shape } = this.typeOf(x);
    const rank = shape.length;
    const axes = range(rank).filter((axis) => pads[axis]! < 0 || pads[rank + axis]! < 0);
    const starts = axes.map((axis) => Math.max(0, -pads[axis]!));
    const ends = axes.map((axis) => shape[axis]! + Math.min(0, pads[rank + axis]!));
    const cropped = this.slice(x, starts, ends, axes);
    const added = this.integers(pads.map((count) => Math.max(0, count)));
    return this.node("Pad", [cropped, added, this.scalar(0, dtype)]);
  }

  concat(parts: readonly Name[], axis: number): Name {
    return this.node("Concat", parts, { axis: int(axis) });
  }

  private findUniform(name: Name): number | undefined {
    const tensor = this.tensors.get(name);
    if (tensor) return uniformValue(tensor);
    const producer = this.producers.get(name);
    return producer?.op === "Expand" ? this.uniformOf(producer.inputs[0]!) : undefined;
  }

  private keep(name: Name, tensor: Tensor): void {
    this.tensors.set(name, tensor);
    if (tensor.data.length > largestShared) return;
    const key = tensorKey(tensor);
    if (!this.known.has(key)) this.known.set(key, [name]);
  }

  private remember(node: GraphNode): void {
    for (const output of node.outputs) if (output) this.producers.set(output, node);
    const { op, domain, inputs, attributes, outputs } = node;
    const key = nodeKey({ op, domain, inputs, attributes, outputs: outputs.length });
    if (!this.known.has(key)) this.known.set(key, outputs);
  }

  private fresh(what: string): Name {
    for (;;) {
      const name = `derivative/${what}_${(this.counter += 1)}`;
      if (!this.types.has(name)) return name;
    }
  }
}
