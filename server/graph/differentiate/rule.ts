import type { ValueType } from "../canonical/canonical";
import type { Attribute, GraphNode } from "../graph";
import type { DataType, Tensor } from "../tensor";

/** Name of a value of the graph that is being built. */
export type Name = string;

/** Attributes of a node to be added. */
export type Attributes = Readonly<Record<string, Attribute>>;

/**
 * Adds nodes to a graph under construction and knows the type of every value.
 *
 * Equal nodes are made once (the operator, inputs and attributes are compared), so a rule may ask for the same value as
 * often as it likes. Products with 1 and 0, sums with 0 and chains of reshapes and transpositions are simplified: the name
 * that comes back need not belong to a new node, nor to the operator that was asked for.
 */
export interface Builder {
  /** The output of a node with one output. */
  node(op: string, inputs: readonly Name[], attributes?: Attributes, domain?: string): Name;
  /** All outputs of a node with several. */
  nodes(
    op: string,
    inputs: readonly Name[],
    outputs: number,
    attributes?: Attributes,
    domain?: string,
  ): readonly Name[];
  /** A value that is known now; equal small tensors share one name. */
  constant(tensor: Tensor): Name;
  /** The tensor of a constant; undefined for everything that is computed, fed or a parameter. */
  constantOf(name: Name): Tensor | undefined;
  /** The number that every element of the value is known to be, e.g. of zeros spread over a shape. */
  uniformOf(name: Name): number | undefined;
  /** The node that computes a value; undefined for constants, parameters and what is fed. */
  producerOf(name: Name): GraphNode | undefined;
  typeOf(name: Name): ValueType;

  /** A scalar (shape `[]`). */
  scalar(value: number, dtype: DataType): Name;
  /** A one-dimensional int64 constant: axes, shapes, starts, … */
  integers(values: readonly number[]): Name;
  zeros(shape: readonly number[], dtype: DataType): Name;

  /** Two operands of one float type, broadcast as in numpy. */
  add(a: Name, b: Name): Name;
  sub(a: Name, b: Name): Name;
  mul(a: Name, b: Name): Name;
  div(a: Name, b: Name): Name;
  neg(x: Name): Name;
  /** x · factor. */
  scale(x: Name, factor: number): Name;
  /** x + amount. */
  shift(x: Name, amount: number): Name;
  /** The sum of what is not zero (undefined); undefined when all are. */
  sum(...terms: readonly (Name | undefined)[]): Name | undefined;
  /** Where `condition` (bool) holds a, else b; broadcast. */
  where(condition: Name, a: Name, b: Name): Name;
  /** x to a power that is known: 2, −1, ½, … */
  power(x: Name, exponent: number): Name;
  /** x in another element type; x itself when it has that type. */
  cast(x: Name, dtype: DataType): Name;

  /** Matrix product of the last two axes, broadcast over the others; both of rank ≥ 2. */
  matmul(a: Name, b: Name): Name;
  /** x with its last two axes swapped. */
  swap(x: Name): Name;

  /** The same elements in another shape (every extent given, none 0 or -1). */
  reshape(x: Name, shape: readonly number[]): Name;
  /** Axis k of the result is axis perm[k] of x. */
  transpose(x: Name, perm: readonly number[]): Name;
  /** x broadcast to exactly `shape`. */
  expand(x: Name, shape: readonly number[]): Name;
  /** Sums over axes (non-negative), which are kept with extent 1 unless `keep` is false. No axes: x itself. */
  reduceSum(x: Name, axes: readonly number[], keep?: boolean): Name;
  /** The adjoint of broadcasting `shape` to x's shape: sums x over the axes that broadcasting made. */
  sumTo(x: Name, shape: readonly number[]): Name;
  /**
   * x[starts : ends : steps] along `axes`, steps of 1 when left out. Starts lie inside x; ends are exclusive positions
   * counted from the beginning, so that with a negative step −1 takes the first element too.
   */
  slice(
    x: Name,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): Name;
  /** Zeros around x: `pads` holds the counts before every axis, then those after. Negative counts crop. */
  pad(x: Name, pads: readonly number[]): Name;
  concat(parts: readonly Name[], axis: number): Name;
}

/** One application of an operator that is to be differentiated. */
export interface RuleCall {
  readonly node: GraphNode;
  readonly build: Builder;
  /** Cotangent of each output; undefined where it is zero. */
  readonly cotangents: readonly (Name | undefined)[];
  /** Which inputs' cotangents are wanted; what a rule returns for the others is not used. */
  readonly wanted: readonly boolean[];
}

/**
 * Cotangents of the inputs, each of the input's own shape; undefined is zero.
 *
 * At least one cotangent is given and one input wanted. The operators that a rule emits must have rules themselves: only
 * then can the gradient be differentiated again.
 */
export type Rule = (call: RuleCall) => readonly (Name | undefined)[];

/** Rules by operator; those of the internal domain as `internal.Op`. */
export type Rules = Readonly<Record<string, Rule>>;
