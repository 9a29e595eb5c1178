import type { Graph, GraphNode, ValueInfo } from "./graph";
import { producersOf, withoutDeadNodes } from "./topology";

/** Operators that hand on all elements in order, so that a softmax may hide behind them. */
const passing: ReadonlySet<string> = new Set(["Identity", "Reshape", "Flatten", "Squeeze"]);

/** Losses of probabilities keep them this far from 0 and 1 before they take a logarithm: Keras's ε. */
export const clippingEpsilon = 1e-7;

/** What the last operator of a model may be that a loss contains already. */
export type FinalActivation = "softmax" | "sigmoid";

const activations: Readonly<Record<FinalActivation, readonly string[]>> = {
  softmax: ["Softmax", "LogSoftmax"],
  sigmoid: ["Sigmoid"],
};

/**
 * Takes a final Softmax or LogSoftmax, or a final Sigmoid, off, so that the graph ends at the logits.
 *
 * The graph must have one output. When it is the activation's own result, the output becomes the activation's input
 * (its value's name changes); when Identity, Reshape, Flatten or Squeeze lie between, they stay and the name does not
 * change. A softmax over another axis than the classes' is left alone.
 *
 * @returns `stripped`: the operator that was removed, absent when there was none.
 */
export function stripFinalActivation(
  graph: Graph,
  kind: FinalActivation = "softmax",
): { readonly graph: Graph; readonly stripped?: string } {
  const [output, ...others] = graph.outputs;
  if (!output || others.length > 0) return { graph };
  const producers = producersOf(graph.nodes);

  /** The first of the operators between the activation and the output. */
  let first: GraphNode | undefined;
  let { shape } = output;
  let activation = producers.get(output.name);
  while (activation && activation.domain === "" && passing.has(activation.op)) {
    first = activation;
    if (activation.op !== "Identity") shape = [];
    activation = producers.get(activation.inputs[0]!);
  }
  if (!activation || activation.domain !== "" || !activations[kind].includes(activation.op)) return { graph };
  if (kind === "softmax" && !isOverClasses(activation, graph.opsets[""] ?? 1, shape)) return { graph };

  const logits = activation.inputs[0]!;
  if (!first) {
    const outputs = [{ ...output, name: logits }];
    return { graph: withoutDeadNodes({ ...graph, outputs }), stripped: activation.op };
  }
  const nodes = graph.nodes.map((node) => {
    if (node !== first) return node;
    return { ...node, inputs: [logits, ...node.inputs.slice(1)] };
  });
  return { graph: withoutDeadNodes({ ...graph, nodes }), stripped: activation.op };
}

/** @param shape of the activation's result; `[]` when it is not known. */
function isOverClasses(activation: GraphNode, opset: number, shape: ValueInfo["shape"]): boolean {
  const attribute = activation.attributes["axis"];
  const axis = attribute?.type === "int" ? attribute.value : opset >= 13 ? -1 : 1;
  // Before version 13 the softmax runs over all axes from `axis` on: 1 covers all of a sample's outputs.
  if (opset < 13 && axis === 1) return true;
  if (shape.length === 0) return axis === -1;
  // The classes lie along the only axis that is not 1, as in [batch, classes, 1, 1], or else along the last.
  const wide = shape.flatMap((extent, index) => (index > 0 && extent !== 1 ? [index] : []));
  const classes = wide.length === 1 ? wide[0]! : shape.length - 1;
  return (axis < 0 ? axis + shape.length : axis) === classes;
}
