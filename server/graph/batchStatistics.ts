import { floatTensor, int, ints, intTensor, node, valueInfo } from "./build";
import type { Graph, GraphNode } from "./graph";
import { toBfloat16, toFloat16 } from "./half";
import { namesIn } from "./names";
import type { DataType, Tensor } from "./tensor";

/** One batch normalisation whose statistics can be measured. */
export interface NormalisedLayer {
  /** Names of the parameters that hold its running mean and variance. */
  readonly mean: string;
  readonly variance: string;
  /** Graph outputs: mean [1, C, 1] and biased variance [1, C, 1] of the batch, and the shape [N, C, positions]. */
  readonly outputs: { readonly mean: string; readonly variance: string; readonly shape: string };
}

/** A batch normalisation of the graph with what is known of its statistics. */
interface Layer extends NormalisedLayer {
  readonly original: GraphNode;
  readonly dtype: DataType;
}

/** Constants that all layers share, by the names that they have in the graph. */
interface Shared {
  readonly flat: string;
  readonly channels: string;
  readonly axes: string;
}

type Fresh = (wanted: string) => string;

/**
 * The graph with every batch normalisation in training mode: it normalises with the mean and variance of the batch, over
 * all axes but the second, and hands them out as graph outputs. Written with plain operators, because engines for
 * inference have no training mode. Layers whose statistics are no parameters stay as they are.
 *
 * @param graph in inference form; layers compute in the element type of their statistics.
 */
export function withBatchStatistics(graph: Graph): {
  readonly graph: Graph;
  readonly layers: readonly NormalisedLayer[];
} {
  const fresh = namesIn(graph);
  const layers = new Map(
    graph.nodes.flatMap((original) => layerOf(graph, original, fresh)).map((l) => [l.original, l]),
  );
  if (layers.size === 0) return { graph, layers: [] };
  const shared = { flat: fresh("batch/flat"), channels: fresh("batch/channels"), axes: fresh("batch/axes") };
  const constants = new Map(graph.constants)
    .set(shared.flat, intTensor([3], [0, 0, -1]))
    .set(shared.channels, intTensor([3], [1, -1, 1]))
    .set(shared.axes, intTensor([2], [0, 2]));
  const nodes = graph.nodes.flatMap((original) => {
    const layer = layers.get(original);
    if (!layer) return [original];
    const epsilon = fresh(`${original.outputs[0]!}/epsilon`);
    constants.set(epsilon, scalarOf(layer.dtype, epsilonOf(original)));
    return trainingNodes(layer, { ...shared, epsilon }, graph.opsets[""] ?? 1, fresh);
  });
  const outputs = [...layers.values()].flatMap(({ outputs: own, dtype }) => [
    valueInfo(own.mean, [], dtype),
    valueInfo(own.variance, [], dtype),
    valueInfo(own.shape, [3], "int64"),
  ]);
  return {
    graph: { ...graph, nodes, constants, outputs: [...graph.outputs, ...outputs] },
    layers: [...layers.values()].map(({ mean, variance, outputs: own }) => ({ mean, variance, outputs: own })),
  };
}

/** The node as a layer, in a list; empty when it is none, or when its statistics are no parameters. */
function layerOf({ parameters }: Graph, original: GraphNode, fresh: Fresh): readonly Layer[] {
  const [, , , meanValue, varianceValue] = original.inputs;
  if (original.op !== "BatchNormalization" || original.domain !== "") return [];
  const mean = parameters.find(({ value }) => value === meanValue);
  const variance = parameters.find(({ value }) => value === varianceValue);
  if (!mean || !variance) return [];
  const name = (part: string): string => fresh(`${original.outputs[0]!}/${part}`);
  const outputs = { mean: name("mean"), variance: name("variance"), shape: name("shape") };
  return [{ mean: mean.name, variance: variance.name, outputs, original, dtype: mean.tensor.dtype }];
}

/** (x − mean) / √(variance + ε) · scale + shift on [N, C, positions], then in the shape of x again. */
function trainingNodes(
  { original, outputs }: Layer,
  { flat, channels, axes, epsilon }: Shared & { readonly epsilon: string },
  opset: number,
  fresh: Fresh,
): readonly GraphNode[] {
  const [x, scale, shift] = original.inputs as [string, string, string];
  const result = original.outputs[0]!;
  const nodes: GraphNode[] = [];
  const add = (op: string, inputs: readonly string[], to: string): string => {
    nodes.push(node(op, inputs, [to]));
    return to;
  };
  const average = (from: string, to: string): void => {
    // Since version 18 the axes are an input.
    const over = opset >= 18 ? { inputs: [from, axes] } : { inputs: [from], attributes: { axes: ints(0, 2) } };
    nodes.push(node("ReduceMean", over.inputs, [to], { ...over.attributes, keepdims: int(1) }));
  };
  const name = (part: string): string => fresh(`${result}/${part}`);
  const rows = add("Reshape", [x, flat], name("rows"));
  add("Shape", [rows], outputs.shape);
  average(rows, outputs.mean);
  const centred = add("Sub", [rows, outputs.mean], name("centred"));
  average(add("Mul", [centred, centred], name("squares")), outputs.variance);
  const deviation = add("Sqrt", [add("Add", [outputs.variance, epsilon], name("raised"))], name("deviation"));
  const unit = add("Div", [centred, deviation], name("unit"));
  const scaled = add("Mul", [unit, add("Reshape", [scale, channels], name("scale"))], name("scaled"));
  const moved = add("Add", [scaled, add("Reshape", [shift, channels], name("shift"))], name("moved"));
  add("Reshape", [moved, add("Shape", [x], name("form"))], result);
  return nodes;
}

function epsilonOf({ attributes: { epsilon } }: GraphNode): number {
  return epsilon?.type === "float" ? epsilon.value : 1e-5;
}

function scalarOf(dtype: DataType, value: number): Tensor {
  switch (dtype) {
    case "float64":
      return { dtype, shape: [], data: Float64Array.of(value) };
    case "float16":
      return { dtype, shape: [], data: Uint16Array.of(toFloat16(value)) };
    case "bfloat16":
      return { dtype, shape: [], data: Uint16Array.of(toBfloat16(value)) };
    default:
      return floatTensor([], [value]);
  }
}
