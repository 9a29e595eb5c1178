import { int, ints } from "../../../graph/build";
import { codeOf } from "../../../graph/elements";
import type { DataType } from "../../../graph/tensor";
import type { Emitter } from "../../keras/emitter";
import { axisOf } from "../../keras/value";
import type { Attributes } from "./attributes";
import type { TfNode } from "./graphDef";
import { integersOf, type Value } from "./value";

/** An operator of TensorFlow, or a form of it, that has no counterpart here. */
export class Unsupported extends Error {
  /** @param why what it is about the node, when the operator itself is known; a clause such as "with a cycle" */
  constructor(
    readonly operator: string,
    readonly why?: string,
  ) {
    super(why === undefined ? operator : `${operator} ${why}`);
    this.name = "Unsupported";
  }
}

/** One node of TensorFlow with its inputs as values of the graph being built. */
export class Call {
  /** @param usedOnce tells whether nothing but this node uses one of its inputs. */
  constructor(
    readonly node: TfNode,
    readonly emit: Emitter,
    readonly inputs: readonly Value[],
    readonly usedOnce: (position: number) => boolean,
  ) {}

  get op(): string {
    return this.node.op;
  }

  get attributes(): Attributes {
    return this.node.attributes;
  }

  input(position = 0): Value {
    const value = this.inputs[position];
    if (!value) throw this.refuse(`without its input ${position}`);
    return value;
  }

  /** The whole numbers of an input that have to be known. */
  integers(position: number): readonly number[] {
    const integers = integersOf(this.input(position));
    if (!integers) throw this.refuse(`whose input ${position} depends on the samples`);
    return integers;
  }

  /** The whole number of an input that has to be known. */
  integer(position: number): number {
    const [value, ...more] = this.integers(position);
    if (value === undefined || more.length > 0) throw this.refuse(`whose input ${position} is no single number`);
    return value;
  }

  /** An axis, counted from the beginning. @throws Unsupported when the tensor has no such axis. */
  axis(given: number, rank = this.input().rank): number {
    const axis = axisOf(given, rank);
    if (!(axis >= 0 && axis < rank)) throw this.refuse(`along the axis ${given} of a tensor of ${rank} axes`);
    return axis;
  }

  /** An operator on values as TensorFlow has them. @returns the name of its output */
  plain(op: string, values: readonly Value[], attributes: Parameters<Emitter["op"]>[2] = {}): string {
    return this.emit.op(
      op,
      values.map((value) => this.emit.plain(value)),
      attributes,
    );
  }

  cast(value: Value, dtype: DataType): Value {
    if (value.dtype === dtype) return value;
    const name = this.emit.op("Cast", [value.name], { to: int(codeOf(dtype)) });
    return this.emit.value(name, value.shape, { order: value.order, dtype });
  }

  /** A permutation of the axes of a value of the graph, whatever they mean. */
  transposed(value: Value, order: readonly number[]): Value {
    const shape = order.map((axis) => value.shape[axis]!);
    const name = this.emit.op("Transpose", [this.emit.plain(value)], { perm: ints(...order) });
    return this.emit.value(name, shape, { dtype: value.dtype });
  }

  refuse(why: string): Unsupported {
    return new Unsupported(this.op, why);
  }
}

/** Emits the counterpart of a node and says what its outputs are; those that networks never use may be left out. */
export type Translation = (call: Call) => Value | readonly Value[];

/** Translations by TensorFlow's name of the operator. */
export type Translations = Readonly<Record<string, Translation>>;
