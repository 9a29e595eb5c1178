import { floatTensor, int, ints, intTensor, node } from "../../graph/build";
import type { Attribute, GraphNode } from "../../graph/graph";
import { codeOf } from "../../graph/elements";
import type { DataType, Tensor } from "../../graph/tensor";
import { damaged } from "./refusal";
import { KerasValue, plainOrder, type Extent, type ValueFacts } from "./value";

/** Most operators that a model may become; nested models that apply each other could ask for any number. */
const mostNodes = 50_000;

type Attributes = Readonly<Record<string, Attribute>>;

/** Writes operators of the ONNX domain (opset 20) and keeps track of the order that each value has its axes in. */
export class Emitter {
  readonly nodes: GraphNode[] = [];
  readonly constants = new Map<string, Tensor>();
  private readonly taken = new Set<string>();
  /** The last number that a name was told apart by. */
  private readonly numbers = new Map<string, number>();
  private readonly known = new Map<string, string>();
  /** Transposed and cast values by what was done to them. */
  private readonly turned = new Map<string, string>();
  private prefix = "";

  /** Says what the following operators belong to, for their names. */
  begin(prefix: string): void {
    this.prefix = prefix;
  }

  /** Declares a name as taken and returns it, or with a number where it is taken already. */
  declare(wanted: string): string {
    let name = wanted;
    let number = this.numbers.get(wanted) ?? 1;
    while (this.taken.has(name)) name = `${wanted}:${++number}`;
    this.numbers.set(wanted, number);
    this.taken.add(name);
    return name;
  }

  /** One operator with one output. @returns the name of the output. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(op, inputs, 1, attributes)[0]!;
  }

  /** One operator. @returns the names of its outputs. */
  ops(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): readonly string[] {
    if (this.nodes.length === mostNodes) throw damaged(`describes a model of more than ${mostNodes} operators`);
    const names = Array.from({ length: outputs }, () => this.declare(`${this.prefix}/${op}`));
    this.nodes.push(node(op, inputs, names, attributes));
    return names;
  }

  /** A constant; equal small ones are kept once. */
  constant(tensor: Tensor): string {
    const { dtype, shape, data } = tensor;
    const key = data.length <= 64 ? `${dtype} ${shape.join("x")}: ${data.join(" ")}` : undefined;
    const known = key === undefined ? undefined : this.known.get(key);
    if (known !== undefined) return known;
    const name = this.declare(`${this.prefix}/constant`);
    this.constants.set(name, tensor);
    if (key !== undefined) this.known.set(key, name);
    return name;
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    return this.constant(floatTensor([], [value]));
  }

  /** An int64 list, as shapes, axes and positions are given. */
  integers(values: readonly number[]): string {
    return this.constant(intTensor([values.length], values));
  }

  /** A graph's value as a tensor of Keras. */
  value(name: string, shape: readonly Extent[], facts: ValueFacts = {}): KerasValue {
    return new KerasValue(name, shape, facts);
  }

  /** A value made from another element by element: of the same shape and order, without its mask. */
  like({ shape, order, dtype }: KerasValue, name: string): KerasValue {
    return new KerasValue(name, shape, { order, dtype });
  }

  /** The value with a mask. */
  masked({ name, shape, order, dtype }: KerasValue, mask: KerasValue): KerasValue {
    return new KerasValue(name, shape, { order, dtype, mask });
  }

  /** The value as float32. */
  floating(value: KerasValue): KerasValue {
    return value.dtype === "float32" ? value : this.cast(value, "float32");
  }

  /** The value as another type, as Cast converts it. */
  cast(value: KerasValue, dtype: DataType): KerasValue {
    if (value.dtype === dtype) return value;
    const key = `${value.name} as ${dtype}`;
    const name = this.turned.get(key) ?? this.op("Cast", [value.name], { to: int(codeOf(dtype)) });
    this.turned.set(key, name);
    const { shape, order, mask } = value;
    return new KerasValue(name, shape, { order, dtype, mask });
  }

  /** One operator that works element by element, on values of any order. */
  unary(op: string, x: KerasValue, attributes: Attributes = {}): KerasValue {
    return this.like(x, this.op(op, [x.name], attributes));
  }

  /**
   * One operator of several values, element by element with NumPy's broadcasting; all have the same dtype. The order is
   * kept when all have as many axes, or none.
   */
  broadcast(op: string, values: readonly KerasValue[], attributes: Attributes = {}): KerasValue {
    const shape = values.map((value) => value.shape).reduce((a, b) => broadcastShape(a, b));
    const first = values.find(({ rank }) => rank === shape.length)!;
    const aligned = values.every(({ rank }) => rank === shape.length || rank === 0);
    const order = aligned ? first.order : plainOrder(shape.length);
    const names = values.map((value) => (aligned && value.rank > 0 ? this.arranged(value, order) : this.plain(value)));
    return new KerasValue(this.op(op, names, attributes), shape, { order, dtype: first.dtype });
  }

  /** The name of the value with its axes in Keras' own order. */
  plain(value: KerasValue): string {
    return this.arranged(value, plainOrder(value.shape.length));
  }

  /** The name of the value with its axes in an order: axis `order[i]` of Keras' shape comes at place i. */
  arranged(value: KerasValue, order: readonly number[]): string {
    return this.transposed(
      value.name,
      order.map((axis) => value.order.indexOf(axis)),
    );
  }

  /** The name of a value of the graph with its axes permuted, e.g. a kernel's; nothing is written twice. */
  transposed(name: string, permutation: readonly number[]): string {
    if (permutation.every((axis, i) => axis === i)) return name;
    const key = `${name} ${permutation.join(" ")}`;
    const known = this.turned.get(key);
    if (known !== undefined) return known;
    const result = this.op("Transpose", [name], { perm: ints(...permutation) });
    this.turned.set(key, result);
    return result;
  }

  /** The value with the axes of Keras' shape in another order; the graph's own value stays as it is. */
  permuted({ name, shape, order, dtype }: KerasValue, axes: readonly number[]): KerasValue {
    const places = order.map((axis) => axes.indexOf(axis));
    return this.value(
      name,
      axes.map((axis) => shape[axis]!),
      { order: places, dtype },
    );
  }

  /**
   * The value with another shape, its elements in Keras' row-major order. At most one extent may be open beside that of
   * the batch, which stays the first.
   * @param shape the batch first.
   */
  reshape(value: KerasValue, shape: readonly Extent[]): KerasValue {
    const [, ...rest] = shape;
    const extents = shape.length === 0 ? [] : [shape[0] ?? 0, ...rest.map((n) => n ?? -1)];
    if (extents.filter((n) => n === -1).length > 1) throw damaged(`leaves more than one extent of ${this.prefix} open`);
    const name = this.op("Reshape", [this.plain(value), this.integers(extents)]);
    return this.value(name, shape, { dtype: value.dtype });
  }
}

/** The shape of several broadcast ones. @throws Refusal when they do not fit together. */
export function broadcastShape(a: readonly Extent[], b: readonly Extent[]): readonly Extent[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = axisFromEnd(a, rank - i);
    const n = axisFromEnd(b, rank - i);
    if (m === 1) return n;
    if (n === 1 || m === n) return m;
    if (m === null || n === null) return m ?? n;
    throw damaged(`combines tensors of [${a.join(", ")}] and [${b.join(", ")}], which do not fit together`);
  });
}

function axisFromEnd(shape: readonly Extent[], distance: number): Extent {
  return distance > shape.length ? 1 : shape[shape.length - distance]!;
}
