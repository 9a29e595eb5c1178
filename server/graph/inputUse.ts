import type { Graph, GraphNode } from "./graph";
import { toFloat32 } from "./elements";
import { usesOf } from "./topology";
import type { Tensor } from "./tensor";

/** What a model does first with its input, as far as it tells what range of values it takes. */
export interface InputUse {
  /** Whether the values are indices, such as tokens of an embedding. */
  readonly indices: boolean;
  /**
   * |slope| of the multiplications, divisions and normalisations by constants at the model's beginning; undefined when
   * there are none. A model that takes bytes has about 1/255 (a rescaling) or 1/60 (a normalisation).
   */
  readonly slope?: number;
}

/** Operators that leave the values as they are. */
const passing: ReadonlySet<string> = new Set([
  "Identity",
  "Cast",
  "Reshape",
  "Transpose",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Dropout",
]);

const longestStart = 16;

/** Follows the model's only input through its first operators, as long as each value has one use. */
export function inputUse(graph: Graph): InputUse {
  const uses = usesOf(graph.nodes);
  const tensors = new Map<string, Tensor>(graph.constants);
  for (const { value, tensor } of graph.parameters) tensors.set(value, tensor);
  for (const { op, outputs, attributes } of graph.nodes) {
    if (op === "Constant" && attributes.value?.type === "tensor") tensors.set(outputs[0]!, attributes.value.value);
  }
  let value = graph.inputs[0]?.name ?? "";
  let slope: number | undefined;
  const found = (): InputUse => ({ indices: false, ...(slope === undefined ? {} : { slope }) });
  for (let step = 0; step < longestStart; step++) {
    const [use, ...others] = uses.get(value) ?? [];
    if (!use || others.length > 0) return found();
    const { node, position } = use;
    if (node.op === "Gather" && position === 1) return { indices: true };
    if (!passing.has(node.op)) {
      const factor = factorOf(node, position, tensors);
      if (factor === undefined) return found();
      slope = (slope ?? 1) * factor;
    }
    value = node.outputs[0] ?? "";
  }
  return found();
}

/** By what a node with constant operands stretches its input, as the median of its channels; undefined for other nodes. */
function factorOf(node: GraphNode, position: number, tensors: ReadonlyMap<string, Tensor>): number | undefined {
  if (node.op === "BatchNormalization") {
    const variance = tensors.get(node.inputs[4] ?? "");
    return position === 0 && variance ? median(variance, (value) => 1 / Math.sqrt(value)) : undefined;
  }
  const other = node.inputs.length === 2 ? tensors.get(node.inputs[1 - position] ?? "") : undefined;
  if (!other || other.data.length === 0) return undefined;
  switch (node.op) {
    case "Add":
    case "Sub":
      return 1;
    case "Mul":
      return median(other, Math.abs);
    case "Div":
      return position === 0 ? median(other, (value) => 1 / Math.abs(value)) : undefined;
    default:
      return undefined;
  }
}

function median(tensor: Tensor, of: (value: number) => number): number {
  const values = toFloat32(tensor).map(of).sort();
  return values[values.length >> 1]!;
}
