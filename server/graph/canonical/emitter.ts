import { int, intTensor, ints, node as application } from "../build";
import { scalarTensor } from "../differentiate/constants";
import { nodeKey, tensorKey } from "../differentiate/keys";
import { axisOf, broadcast, range, reduced, sameShape } from "../differentiate/shapes";
import { codeOf } from "../elements";
import type { Attribute, GraphNode } from "../graph";
import { sizeOf, type DataType, type Tensor } from "../tensor";
import type { ValueType } from "./canonical";
import { fold } from "./folding/fold";
import { endOf, spanOf, type Span } from "./spans";
import { typesOf } from "./types";

/** Name of a value of the canonical graph. */
export type Name = string;

export type Attributes = Readonly<Record<string, Attribute>>;

/** Constants with more elements are not compared with others. */
const largestShared = 4096;

/** One axis of a Slice. */
interface Cut extends Span {
  readonly axis: number;
}

/**
 * Grows a canonical graph node by node. What is computed from constants only becomes a constant at once, so that
 * decompositions need not ask whether their inputs are shapes or data.
 *
 * New values are named after the value that is being decomposed, and never as any value of the source is.
 */
export class Emitter {
  private readonly list: GraphNode[] = [];
  private readonly tensors = new Map<Name, Tensor>();
  private readonly shared = new Map<string, Name>();
  private readonly types = new Map<Name, ValueType>();
  private readonly taken: Set<Name>;
  /** How often a name was asked for. */
  private readonly counts = new Map<Name, number>();
  private base = "";
  /** Number of nodes when the decomposition at hand began. */
  private mark = 0;
  /** What the nodes of the decomposition at hand compute: it may ask for the same value twice. */
  private readonly recent = new Map<string, Name>();

  /** @param taken names that the source uses */
  constructor(taken: Iterable<Name>) {
    this.taken = new Set(taken);
  }

  get nodeList(): readonly GraphNode[] {
    return this.list;
  }

  get constants(): ReadonlyMap<Name, Tensor> {
    return this.tensors;
  }

  /** A value that no node computes: an input or parameter. */
  declare(name: Name, type: ValueType): void {
    this.types.set(name, type);
  }

  /** A constant of the source, which keeps its name. */
  keep(name: Name, tensor: Tensor): void {
    this.types.set(name, { dtype: tensor.dtype, shape: tensor.shape });
    this.tensors.set(name, tensor);
    if (tensor.data.length > largestShared) return;
    const key = tensorKey(tensor);
    if (!this.shared.has(key)) this.shared.set(key, name);
  }

  /** Begins to decompose the node that computes `base`. */
  begin(base: Name): void {
    this.base = base;
    this.mark = this.list.length;
    this.recent.clear();
  }

  /**
   * Gives a value the name that the source has for it, where a node of the decomposition at hand computes the value.
   * @returns the name that the value has from now on; its own where it is a constant, or somebody else's.
   */
  bind(value: Name, name: Name): Name {
    const recent = this.list.slice(this.mark);
    if (this.types.has(name) || !recent.some(({ outputs }) => outputs.includes(value))) return value;
    const renamed = (old: Name): Name => (old === value ? name : old);
    recent.forEach(({ op, inputs, outputs, attributes }, k) => {
      if (!inputs.includes(value) && !outputs.includes(value)) return;
      this.list[this.mark + k] = application(op, inputs.map(renamed), outputs.map(renamed), attributes);
    });
    this.types.set(name, this.typeOf(value));
    this.types.delete(value);
    return name;
  }

  typeOf(name: Name): ValueType {
    const type = this.types.get(name);
    if (!type) throw new Error(`The type of ${name || "an omitted input"} is not known.`);
    return type;
  }

  shapeOf(name: Name): readonly number[] {
    return this.typeOf(name).shape;
  }

  dtypeOf(name: Name): DataType {
    return this.typeOf(name).dtype;
  }

  /** The tensor of a constant; undefined for everything that is computed, fed or a parameter. */
  constantOf(name: Name): Tensor | undefined {
    return this.tensors.get(name);
  }

  /** The output of a canonical operator with one output. */
  node(op: string, inputs: readonly Name[], attributes: Attributes = {}): Name {
    const key = nodeKey({ op, domain: "", inputs, attributes, outputs: 1 });
    const made = this.recent.get(key);
    if (made !== undefined) return made;
    const draft = application(op, inputs, [this.fresh(op)], attributes);
    const [type] = this.infer(draft);
    const known = inputs.map((name) => this.constantOf(name));
    if (known.every((tensor) => tensor !== undefined)) {
      const folded = fold(draft, known, type!);
      if (folded) return this.constant(folded);
    }
    const [output] = this.append(draft, [type!]);
    this.recent.set(key, output!);
    return output!;
  }

  /** All outputs of a canonical operator with several. */
  nodes(op: string, inputs: readonly Name[], outputs: readonly string[], attributes: Attributes): readonly Name[] {
    const draft = application(
      op,
      inputs,
      outputs.map((what) => this.fresh(what)),
      attributes,
    );
    return this.append(draft, this.infer(draft));
  }

  /** A value that is known now; equal small tensors share one name. */
  constant(tensor: Tensor): Name {
    const key = tensor.data.length <= largestShared ? tensorKey(tensor) : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.fresh("constant");
    this.taken.add(name);
    this.keep(name, tensor);
    return name;
  }

  /** A scalar (shape `[]`) of a given element type. */
  scalar(value: number, dtype: DataType): Name {
    return this.constant(scalarTensor(value, dtype));
  }

  /** A scalar of the element type of another value. */
  like(x: Name, value: number): Name {
    return this.scalar(value, this.dtypeOf(x));
  }

  /** A one-dimensional int64 constant: axes, shapes, bounds. */
  integers(values: readonly number[]): Name {
    return this.constant(intTensor([values.length], values));
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

  /** x · factor; x itself when the factor is 1. */
  scale(x: Name, factor: number): Name {
    return factor === 1 ? x : this.mul(x, this.like(x, factor));
  }

  /** x + amount. */
  shift(x: Name, amount: number): Name {
    return amount === 0 ? x : this.add(x, this.like(x, amount));
  }

  where(condition: Name, a: Name, b: Name): Name {
    return this.node("Where", [condition, a, b]);
  }

  /** Whether x > amount, element by element. */
  isAbove(x: Name, amount: number): Name {
    return this.node("Greater", [x, this.like(x, amount)]);
  }

  /** Whether x < amount, element by element. */
  isBelow(x: Name, amount: number): Name {
    return this.node("Less", [x, this.like(x, amount)]);
  }

  /** x in another element type; x itself when it has that type. */
  cast(x: Name, dtype: DataType): Name {
    return this.dtypeOf(x) === dtype ? x : this.node("Cast", [x], { to: int(codeOf(dtype)) });
  }

  matmul(a: Name, b: Name): Name {
    return this.node("MatMul", [a, b]);
  }

  /** The same elements in another shape; x itself when it has that shape. */
  reshape(x: Name, shape: readonly number[]): Name {
    return sameShape(this.shapeOf(x), shape) ? x : this.node("Reshape", [x, this.integers(shape)]);
  }

  /** Axis k of the result is axis perm[k] of x. */
  transpose(x: Name, perm: readonly number[]): Name {
    return perm.every((axis, k) => axis === k) ? x : this.node("Transpose", [x], { perm: ints(...perm) });
  }

  /** x with its last two axes swapped. */
  swap(x: Name): Name {
    const rank = this.shapeOf(x).length;
    return this.transpose(x, [...range(rank - 2), rank - 1, rank - 2]);
  }

  /** x broadcast against `shape`. */
  expand(x: Name, shape: readonly number[]): Name {
    const wanted = broadcast(this.shapeOf(x), shape);
    return sameShape(this.shapeOf(x), wanted) ? x : this.node("Expand", [x, this.integers(wanted)]);
  }

  reduceSum(x: Name, axes: readonly number[], keep = true): Name {
    return this.reduce("ReduceSum", x, axes, keep);
  }

  reduceMax(x: Name, axes: readonly number[], keep = true): Name {
    return this.reduce("ReduceMax", x, axes, keep);
  }

  /** The mean over axes of real numbers: Σ x / n. */
  reduceMean(x: Name, axes: readonly number[], keep = true): Name {
    const shape = this.shapeOf(x);
    const count = sizeOf(axes.map((axis) => shape[axis]!));
    return this.scale(this.reduceSum(x, axes, keep), 1 / count);
  }

  /** x[start : end : step] along several axes, the bounds read as ONNX does. */
  slice(x: Name, bounds: readonly { axis: number; start: number; end: number; step?: number }[]): Name {
    const shape = this.shapeOf(x);
    return this.cut(
      x,
      bounds.map(({ axis: given, start, end, step = 1 }) => {
        const axis = axisOf(given, shape.length);
        return { axis, ...spanOf(shape[axis]!, start, end, step) };
      }),
    );
  }

  /** `count` elements along an axis from `start` on. */
  part(x: Name, axis: number, start: number, count: number): Name {
    return this.cut(x, [{ axis, start, count, step: 1 }]);
  }

  concat(parts: readonly Name[], axis: number): Name {
    const [first] = parts;
    if (first === undefined) throw new Error("There is nothing to join.");
    return parts.length === 1 ? first : this.node("Concat", parts, { axis: int(axis) });
  }

  /** Constant elements around x: `pads` holds the counts before every axis, then those after; none negative. */
  pad(x: Name, pads: readonly number[], value: Name = this.like(x, 0)): Name {
    return pads.every((count) => count === 0) ? x : this.node("Pad", [x, this.integers(pads), value]);
  }

  gather(x: Name, indices: Name, axis: number): Name {
    return this.node("Gather", [x, indices], { axis: int(axis) });
  }

  private cut(x: Name, cuts: readonly Cut[]): Name {
    const shape = this.shapeOf(x);
    const real = cuts.filter(({ axis, count, step }) => count !== shape[axis] || step < 0);
    if (real.length === 0) return x;
    const bounds = [
      real.map(({ start }) => start),
      real.map((each) => (each.count === 0 ? each.start : endOf(each, shape[each.axis]!))),
      real.map(({ axis }) => axis),
      real.map(({ step }) => step),
    ];
    return this.node("Slice", [x, ...bounds.map((list) => this.integers(list))]);
  }

  private reduce(op: string, x: Name, axes: readonly number[], keep: boolean): Name {
    if (axes.length === 0) return x;
    const shape = this.shapeOf(x);
    if (axes.every((axis) => shape[axis] === 1)) {
      const kept = reduced(shape, axes);
      return this.reshape(x, keep ? kept : kept.filter((_, axis) => !axes.includes(axis)));
    }
    return this.node(op, [x, this.integers(axes)], { keepdims: int(keep ? 1 : 0) });
  }

  private infer(draft: GraphNode): readonly ValueType[] {
    const given = draft.inputs.map((name) => this.typeOf(name));
    return typesOf(draft, given, (name) => this.constantOf(name));
  }

  private append(draft: GraphNode, types: readonly ValueType[]): readonly Name[] {
    this.list.push(draft);
    draft.outputs.forEach((name, k) => {
      this.taken.add(name);
      this.types.set(name, types[k]!);
    });
    return draft.outputs;
  }

  private fresh(what: string): Name {
    const name = `${this.base}/${what}`;
    for (;;) {
      const count = (this.counts.get(name) ?? 0) + 1;
      this.counts.set(name, count);
      const candidate = count === 1 ? name : `${name}_${count}`;
      if (!this.taken.has(candidate)) return candidate;
    }
  }
}
