import { node, valueInfo } from "../build";
import type { Canonical, ValueType } from "../canonical/canonical";
import type { Graph, GraphNode } from "../graph";
import { withoutDeadNodes } from "../topology";
import { internalDomain } from "./internal";
import type { Name } from "./rule";

/** A graph output to be: the name that it shall have, and the value that it is. */
export interface NamedValue {
  readonly name: string;
  readonly value: Name;
}

/**
 * The graph with these outputs and nothing that they do not need; graph inputs and parameters stay, used or not, so that
 * callers treat all graphs made from one model alike.
 *
 * A value that a node computes takes the name of its output. Where it is an output already, or is no node's, a Reshape to
 * its own shape (`shapeOf`, an int64 constant) copies it. A value inside the graph that has the name of an output gives it
 * up.
 * @throws Error when a graph input has the name of an output that is another value.
 */
export function assemble(
  graph: Graph,
  types: ReadonlyMap<Name, ValueType>,
  outputs: readonly NamedValue[],
  shapeOf: (value: Name) => Name,
): Canonical {
  const typeOf = (name: Name): ValueType => {
    const type = types.get(name);
    if (!type) throw new Error(`The type of ${name} is not known.`);
    return type;
  };
  const renamed = renaming(graph, types, outputs);
  const called = (value: Name): Name => renamed.get(value) ?? value;
  const copies = outputs
    .filter(({ name, value }) => called(value) !== name)
    .map(({ name, value }) => node("Reshape", [called(value), shapeOf(value)], [name]));
  const nodes: GraphNode[] = graph.nodes.map((each) => ({
    ...each,
    inputs: each.inputs.map(called),
    outputs: each.outputs.map(called),
  }));
  const internal = nodes.some(({ domain }) => domain === internalDomain);
  const whole: Graph = {
    ...graph,
    opsets: internal ? { ...graph.opsets, [internalDomain]: 1 } : graph.opsets,
    outputs: outputs.map(({ name, value }) => valueInfo(name, typeOf(value).shape, typeOf(value).dtype)),
    nodes: [...nodes, ...copies],
    constants: new Map([...graph.constants].map(([name, tensor]) => [called(name), tensor])),
    parameters: graph.parameters.map((parameter) => ({ ...parameter, value: called(parameter.value) })),
  };
  const alive = { ...withoutDeadNodes(whole), parameters: whole.parameters };
  const named = new Map([...types].map(([name, type]) => [called(name), type]));
  for (const { name, value } of outputs) named.set(name, typeOf(value));
  return { graph: alive, types: new Map(namesIn(alive).map((name) => [name, named.get(name)!])) };
}

/** New names by old ones. */
function renaming(
  graph: Graph,
  types: ReadonlyMap<Name, ValueType>,
  outputs: readonly NamedValue[],
): ReadonlyMap<Name, Name> {
  const computed = new Set(graph.nodes.flatMap((each) => each.outputs));
  const renamed = new Map<Name, Name>();
  const staying = new Set(outputs.filter(({ name, value }) => name === value).map(({ name }) => name));
  for (const { name, value } of outputs) {
    if (name === value || renamed.has(value) || staying.has(value) || !computed.has(value)) continue;
    renamed.set(value, name);
  }
  for (const { name, value } of outputs) {
    if (name === value || !types.has(name) || renamed.has(name)) continue;
    if (graph.inputs.some((input) => input.name === name)) throw new Error(`The graph has an input ${name}.`);
    let other = `${name}/inner`;
    while (types.has(other)) other += "'";
    renamed.set(name, other);
  }
  return renamed;
}

function namesIn(graph: Graph): Name[] {
  const names = [
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.parameters.map(({ value }) => value),
    ...graph.nodes.flatMap((each) => each.outputs),
  ];
  return names.filter((name) => name !== "");
}
