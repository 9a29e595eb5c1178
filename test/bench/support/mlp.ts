import { graphOf, int, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph, GraphNode, Parameter } from "../../../server/graph/graph";
import { randomTensor } from "./resnet20";

/** Dense layers with ReLU between them and random weights, nothing trained. `widths` begins with the input's. */
export function mlp(...widths: readonly number[]): Graph {
  const nodes: GraphNode[] = [];
  const parameters: Parameter[] = [];
  let value = "x";
  widths.slice(1).forEach((width, k) => {
    const from = widths[k]!;
    const isLast = k === widths.length - 2;
    const [weight, bias] = [`layers.${k}.weight`, `layers.${k}.bias`];
    parameters.push(parameter(weight, randomTensor([width, from], Math.sqrt(2 / from), k), "kernel"));
    parameters.push(parameter(bias, randomTensor([width], 0.1, 100 + k), "bias"));
    const sum = isLast ? "logits" : `sums.${k}`;
    nodes.push(node("Gemm", [value, weight, bias], [sum], { transB: int(1) }));
    if (!isLast) nodes.push(node("Relu", [sum], [(value = `values.${k}`)]));
  });
  return graphOf({
    name: "mlp",
    inputs: [valueInfo("x", ["batch", widths[0]!])],
    outputs: [valueInfo("logits", ["batch", widths.at(-1)!])],
    nodes,
    parameters,
  });
}
