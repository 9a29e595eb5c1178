import { corrupt } from "../../../files/faults";
import { fieldOf, listOf, objectOf, textOf, type Json, type JsonObject } from "../json";
import { Attributes } from "./attributes";

/** An output of a node. */
export interface Reference {
  readonly node: string;
  readonly output: number;
}

/** One operator application of TensorFlow. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  /** Without control inputs, which order side effects that no network has. */
  readonly inputs: readonly Reference[];
  readonly attributes: Attributes;
}

/** The nodes of a GraphDef in JSON, by name. @throws ProblemError `file-corrupt`. */
export function readNodes(graphDef: JsonObject, model: string): ReadonlyMap<string, TfNode> {
  const nodes = new Map<string, TfNode>();
  for (const value of listOf(fieldOf(graphDef, "node")) ?? []) {
    const node = readNode(value, model);
    if (nodes.has(node.name)) throw corrupt(model, `defines the node ${node.name} twice`);
    nodes.set(node.name, node);
  }
  return nodes;
}

function readNode(value: Json, model: string): TfNode {
  const object = objectOf(value);
  const [name, op] = [textOf(fieldOf(object, "name")), textOf(fieldOf(object, "op"))];
  if (name === undefined || op === undefined) throw corrupt(model, "has a node without a name or an operator");
  const inputs = (listOf(fieldOf(object, "input")) ?? []).map(textOf);
  if (inputs.includes(undefined)) throw corrupt(model, `has an input without a name in the node ${name}`);
  return {
    name,
    op,
    inputs: (inputs as readonly string[]).filter((input) => !input.startsWith("^")).map(referenceOf),
    attributes: new Attributes(objectOf(fieldOf(object, "attr"))),
  };
}

/** `node`, `node:1` or `node:output:1`. */
export function referenceOf(text: string): Reference {
  const [node = "", ...rest] = text.split(":");
  return { node, output: Number(rest.at(-1) ?? 0) };
}

/**
 * The nodes that some outputs depend on, every one after its inputs.
 * @throws ProblemError `file-corrupt` when a node is missing or depends on itself.
 */
export function nodesFor(
  outputs: readonly Reference[],
  nodes: ReadonlyMap<string, TfNode>,
  model: string,
): readonly TfNode[] {
  const order: TfNode[] = [];
  const state = new Map<string, "open" | "done">();
  const find = (name: string, user: string): TfNode => {
    const node = nodes.get(name);
    if (!node) throw corrupt(model, `uses ${name} in ${user} but has no such node`);
    return node;
  };
  const stack = outputs.map(({ node }) => find(node, "its outputs")).reverse();
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    const before = state.get(node.name);
    if (before !== undefined) {
      stack.pop();
      if (before === "open") order.push(node);
      state.set(node.name, "done");
      continue;
    }
    state.set(node.name, "open");
    for (const { node: input } of [...node.inputs].reverse()) {
      const at = state.get(input);
      if (at === "open") throw corrupt(model, `has a cycle: the node ${input} needs its own result`);
      if (at === undefined) stack.push(find(input, node.name));
    }
  }
  return order;
}
