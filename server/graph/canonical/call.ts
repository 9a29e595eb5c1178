import { integersIn, numberAt } from "../differentiate/constants";
import { axisOf, range } from "../differentiate/shapes";
import type { Attribute, GraphNode } from "../graph";
import type { DataType, Tensor } from "../tensor";
import type { Emitter, Name } from "./emitter";

/** An operator, or a form of it, that has no canonical form. */
export class Refusal extends Error {
  /** @param why what it is about the node, when the operator itself is known; a clause such as "with a clip" */
  constructor(
    readonly operator: string,
    readonly why?: string,
  ) {
    super(why === undefined ? operator : `${operator} ${why}`);
    this.name = "Refusal";
  }
}

/** An operator as people know it: the ONNX domain is left out. */
export function operatorName({ op, domain }: GraphNode): string {
  return domain === "" ? op : `${domain}.${op}`;
}

type Kinds = { [A in Extract<Attribute, { value: unknown }> as A["type"]]: A["value"] };

/** One node of the source: its attributes, and its inputs as values of the canonical graph. */
export class Call {
  constructor(
    readonly node: GraphNode,
    readonly opset: number,
    readonly emit: Emitter,
    private readonly inputs: readonly (Name | undefined)[],
  ) {}

  get op(): string {
    return this.node.op;
  }

  /** Inputs that are present, in order. */
  get all(): readonly Name[] {
    return this.inputs.filter((name) => name !== undefined);
  }

  /** @throws Error when the input is missing: the graph does not fit together. */
  input(position: number): Name {
    const name = this.inputs[position];
    if (name === undefined) throw new Error(`The input ${position} is missing.`);
    return name;
  }

  optional(position: number): Name | undefined {
    return this.inputs[position];
  }

  /** Whether anything may use the output at a position. */
  wants(position: number): boolean {
    return (this.node.outputs[position] ?? "") !== "";
  }

  shape(position: number): readonly number[] {
    return this.emit.shapeOf(this.input(position));
  }

  dtype(position: number): DataType {
    return this.emit.dtypeOf(this.input(position));
  }

  rank(position: number): number {
    return this.shape(position).length;
  }

  /** The tensor of an input that has to be known; undefined when it is left out. */
  constant(position: number): Tensor | undefined {
    const name = this.inputs[position];
    if (name === undefined) return undefined;
    const tensor = this.emit.constantOf(name);
    if (!tensor) throw this.refuse(`whose input ${position} depends on data or weights`);
    return tensor;
  }

  /** A constant input of integers; undefined when it is left out. */
  integers(position: number): number[] | undefined {
    const tensor = this.constant(position);
    return tensor && integersIn(tensor);
  }

  /** A constant input of numbers; undefined when it is left out. */
  numbers(position: number): number[] | undefined {
    const tensor = this.constant(position);
    return tensor && range(tensor.data.length).map((k) => numberAt(tensor, k));
  }

  /** A list that is an input in newer operator sets and an attribute in older ones; undefined when there is none. */
  list(position: number, name: string): readonly number[] | undefined {
    return this.integers(position) ?? this.ints(name);
  }

  /** The attribute `axis` counted from the beginning; `rank` is that of the first input unless given. */
  axis(otherwise: number, rank = this.rank(0)): number {
    return axisOf(this.int("axis", otherwise), rank);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name, "int") ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name, "float") ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    return this.attribute(name, "string") ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, "ints");
  }

  floats(name: string): readonly number[] | undefined {
    return this.attribute(name, "floats");
  }

  strings(name: string): readonly string[] | undefined {
    return this.attribute(name, "strings");
  }

  tensor(name: string): Tensor | undefined {
    return this.attribute(name, "tensor");
  }

  /** The error that says that this form of the operator has no canonical form. */
  refuse(why: string): Refusal {
    return new Refusal(operatorName(this.node), why);
  }

  private attribute<K extends keyof Kinds>(name: string, type: K): Kinds[K] | undefined {
    const found = this.node.attributes[name];
    if (!found) return undefined;
    if (found.type !== type) throw new Error(`The attribute ${name} is of the kind ${found.type}, not ${type}.`);
    return found.value as Kinds[K];
  }
}

/** Emits the canonical form of a node and says which values its outputs are; trailing optional outputs may be left out. */
export type Decomposition = (call: Call) => Name | readonly Name[];

/** Decompositions by operator of the ONNX domain. */
export type Decompositions = Readonly<Record<string, Decomposition>>;
