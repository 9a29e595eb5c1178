import { canonicalise } from "../../../server/graph/canonical/canonical";
import type { Graph } from "../../../server/graph/graph";
import { sizeOf } from "../../../server/graph/tensor";

/**
 * Floating-point operations of the convolutions and matrix products of a network for one sample, a multiplication and an
 * addition counting as two: 2 · elements of the result · length of each sum.
 */
export function operationsOf(graph: Graph): number {
  const [input] = graph.inputs;
  const shape = [1, ...input!.shape.slice(1).map(Number)];
  const { graph: canonical, types } = canonicalise(graph, { [input!.name]: shape });
  let operations = 0;
  for (const { op, inputs, outputs } of canonical.nodes) {
    const [a, b] = inputs.map((name) => types.get(name)?.shape);
    const result = types.get(outputs[0]!)?.shape;
    if (op === "Conv") operations += 2 * sizeOf(result!) * sizeOf(b!.slice(1));
    else if (op === "MatMul") operations += 2 * sizeOf(result!) * a!.at(-1)!;
  }
  return operations;
}
