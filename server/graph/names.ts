import type { Graph } from "./graph";

/**
 * A source of names that no value of the graph has: the name asked for, or with a number where it is taken. Names that
 * were handed out are taken too.
 */
export function namesIn(graph: Graph): (wanted: string) => string {
  const taken = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.parameters.map(({ value }) => value),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  return (wanted) => {
    let name = wanted;
    for (let k = 2; taken.has(name); k++) name = `${wanted}:${k}`;
    taken.add(name);
    return name;
  };
}
