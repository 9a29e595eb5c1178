import type { GraphNode } from "../graph";
import type { Attributes, Builder, Name } from "./rule";
import { sameShape } from "./shapes";

/** A node that is about to be added to a graph. */
export interface Proposal {
  readonly build: Builder;
  readonly inputs: readonly Name[];
  readonly attributes: Attributes;
  /** The node itself, still without outputs. */
  readonly node: GraphNode;
}

/** A simpler value for a node; undefined to leave it as it is. */
export type Simplification = (proposal: Proposal) => Name | undefined;

export function shapeOf(build: Builder, name: Name): readonly number[] {
  return build.typeOf(name).shape;
}

/** The first input of the node that computes `name`, when its operator is `op`. */
export function inside(build: Builder, name: Name, op: string): Name | undefined {
  const producer = build.producerOf(name);
  return producer?.domain === "" && producer.op === op ? producer.inputs[0] : undefined;
}

/** `c` and `x` where `name` is c · x for a known number c. */
export function scaled(build: Builder, name: Name): { readonly factor: number; readonly x: Name } | undefined {
  const producer = build.producerOf(name);
  if (producer?.domain !== "" || producer.op !== "Mul") return undefined;
  for (const [k, x] of producer.inputs.entries()) {
    const factor = build.uniformOf(producer.inputs[1 - k]!);
    if (factor !== undefined && sameShape(shapeOf(build, x), shapeOf(build, name))) return { factor, x };
  }
  return undefined;
}

/** `value` over `shape`, of the element type of `like`. */
export function filled(build: Builder, value: number, like: Name, shape: readonly number[]): Name {
  return build.expand(build.scalar(value, build.typeOf(like).dtype), shape);
}
