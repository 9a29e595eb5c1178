import { floatTensor, int, ints, intTensor, node, valueInfo } from "./build";
import type { Attribute, Graph, GraphNode } from "./graph";
import { namesIn } from "./names";
import type { Tensor } from "./tensor";

/** One batch normalisation whose statistics can be measured. */
export interface NormalisedLayer {
  /** Names of the parameters that hold its running mean and variance. */
  readonly mean: string;
  readonly variance: string;
  /** Graph outputs: mean [1, C, 1] and biased variance [1, C, 1] of the batch, and the shape [N, C, positions]. */
  readonly outputs: { readonly mean: string; readonly variance: string; readonly shape: string };
}

/**
 * The graph with every batch normalisation in training mode: it normalises with the mean and variance of the batch, over
 * all axes but the second, and hands them out as graph outputs. Written with plain operators, because engines for
 * inference have no training mode. Layers whose statistics are no parameters stay as they are.
 *
 * @param graph in inference form.
 */
export function withBatchStatistics(graph: Graph): {
  readonly graph: Graph;
  readonly layers: readonly NormalisedLayer[];
} {
  const parameterOf = new Map(graph.parameters.map(({ name, value }) => [value, name]));
  const fresh = namesIn(graph);
  const layers: NormalisedLayer[] = [];
  const constants = new Map(graph.constants);
  const constant = (name: string, tensor: Tensor): string => {
    const unique = fresh(name);
    constants.set(unique, tensor);
    return unique;
  };
  const flat = constant("batch/flat", intTensor([3], [0, 0, -1]));
  const channels = constant("batch/channels", intTensor([3], [1, -1, 1]));
  const axes = constant("batch/axes", intTensor([2], [0, 2]));

  const nodes = graph.nodes.flatMap((original): readonly GraphNode[] => {
    const [x = "", scale = "", shift = "", mean = "", variance = ""] = original.inputs;
    const [meanName, varianceName] = [parameterOf.get(mean), parameterOf.get(variance)];
    if (original.op !== "BatchNormalization" || original.domain !== "" || !meanName || !varianceName) return [original];
    const epsilon = original.attributes["epsilon"];
    const name = (part: string): string => fresh(`${original.outputs[0]!}/${part}`);
    const rows = name("rows");
    const outputs = { mean: name("mean"), variance: name("variance"), shape: name("shape") };
    layers.push({ mean: meanName, variance: varianceName, outputs });
    const [centred, squares, raised, deviation, unit, wide, scaled, low, moved, shape] = [
      "centred",
      "squares",
      "raised",
      "deviation",
      "unit",
      "scale",
      "scaled",
      "shift",
      "moved",
      "form",
    ].map(name) as [string, string, string, string, string, string, string, string, string, string];
    const small = constant(`${original.outputs[0]!}/epsilon`, floatTensor([], [epsilonOf(epsilon)]));
    const average = (from: string, to: string): GraphNode =>
      (graph.opsets[""] ?? 1) >= 18
        ? node("ReduceMean", [from, axes], [to], { keepdims: int(1) })
        : node("ReduceMean", [from], [to], { axes: ints(0, 2), keepdims: int(1) });
    return [
      node("Reshape", [x, flat], [rows]),
      node("Shape", [rows], [outputs.shape]),
      average(rows, outputs.mean),
      node("Sub", [rows, outputs.mean], [centred]),
      node("Mul", [centred, centred], [squares]),
      average(squares, outputs.variance),
      node("Add", [outputs.variance, small], [raised]),
      node("Sqrt", [raised], [deviation]),
      node("Div", [centred, deviation], [unit]),
      node("Reshape", [scale, channels], [wide]),
      node("Mul", [unit, wide], [scaled]),
      node("Reshape", [shift, channels], [low]),
      node("Add", [scaled, low], [moved]),
      node("Shape", [x], [shape]),
      node("Reshape", [moved, shape], [original.outputs[0]!]),
    ];
  });
  const further = layers.flatMap(({ outputs }) => [
    valueInfo(outputs.mean, []),
    valueInfo(outputs.variance, []),
    valueInfo(outputs.shape, [3], "int64"),
  ]);
  return { graph: { ...graph, nodes, constants, outputs: [...graph.outputs, ...further] }, layers };
}

function epsilonOf(attribute: Attribute | undefined): number {
  return attribute?.type === "float" ? attribute.value : 1e-5;
}
