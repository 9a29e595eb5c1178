import type { Graph, Parameter } from "./graph";
import { usesOf } from "./topology";

/** Operators that hand on a weight in another form; what uses their output is what uses the weight. */
const forms = new Set(["Transpose", "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"]);

/**
 * The parameters in the order in which the nodes of the graph, which are in topological order, use them first; those that
 * one node uses stay in file order, those that none does come last.
 */
export function inUseOrder({ nodes, parameters }: Graph): readonly Parameter[] {
  const uses = usesOf(nodes);
  const places = new Map(nodes.map((node, place) => [node, place]));
  const placeOf = (value: string, depth = 0): number => {
    const found = (uses.get(value) ?? []).map(({ node, position }) => {
      const handsOn = forms.has(node.op) && position === 0 && depth < nodes.length;
      return handsOn ? placeOf(node.outputs[0] ?? "", depth + 1) : places.get(node)!;
    });
    return Math.min(Infinity, ...found);
  };
  const placed = parameters.map((parameter) => ({ parameter, place: placeOf(parameter.value) }));
  // Infinity less itself is no number, and means that nothing has to move.
  return placed.sort((a, b) => a.place - b.place || 0).map(({ parameter }) => parameter);
}
