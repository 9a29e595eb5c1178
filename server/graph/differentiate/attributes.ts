import type { GraphNode } from "../graph";

/**
 * An integer attribute of a node.
 * @throws Error when it is missing and there is no `otherwise`: the node is not canonical.
 */
export function intOf(node: GraphNode, name: string, otherwise?: number): number {
  const attribute = node.attributes[name];
  if (attribute?.type === "int") return attribute.value;
  if (otherwise === undefined) throw new Error(`${node.op} (${node.name}) has no integer ${name}.`);
  return otherwise;
}

/**
 * A list of integers that a node has as an attribute.
 * @throws Error when it is missing: the node is not canonical.
 */
export function intsOf(node: GraphNode, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute?.type !== "ints") throw new Error(`${node.op} (${node.name}) has no integers ${name}.`);
  return attribute.value;
}
