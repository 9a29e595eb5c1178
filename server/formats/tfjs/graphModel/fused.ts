import type { GraphNode } from "../../../graph/graph";
import type { Call } from "./call";
import { elementwise } from "./layout";
import { leakyRelu, prelu, relu6 } from "./operators/elementwise";
import type { Value } from "./value";
import { layoutOf } from "./windows";

/**
 * x + bias along the channels. A convolution takes the bias in when nothing else uses its result.
 * @param alone whether nothing else uses x.
 */
export function withBias(call: Call, x: Value, bias: Value, alone: boolean): Value {
  const { emit } = call;
  if (bias.rank !== 1) throw call.refuse(`of a bias of ${bias.rank} axes`);
  const maker = makerOf(emit.nodes, x.name);
  if (alone && maker && /^Conv(Transpose)?$/.test(maker.op) && maker.inputs.length === 2) {
    return emit.like(x, emit.op(maker.op, [...maker.inputs, bias.name], maker.attributes));
  }
  const { channelAxis } = x.rank > 2 ? layoutOf(call, x.rank) : { channelAxis: x.rank - 1 };
  if (channelAxis === x.rank - 1) return elementwise(call, "Add", [x, bias]);
  const shape = [bias.shape[0]!, ...x.shape.slice(2).map(() => 1)];
  const axes = shape.slice(1).map((_, k) => k + 1);
  return elementwise(call, "Add", [x, emit.value(emit.op("Unsqueeze", [bias.name, emit.integers(axes)]), shape)]);
}

/** How many operators back the maker of a value is looked for. */
const lookBack = 256;

function makerOf(nodes: readonly GraphNode[], value: string): GraphNode | undefined {
  for (let at = nodes.length - 1; at >= Math.max(0, nodes.length - lookBack); at--)
    if (nodes[at]!.outputs.includes(value)) return nodes[at];
  return undefined;
}

/** Applies what the converter fused to an operator of two inputs: a bias, then a function, with inputs of their own. */
export function activated(call: Call, x: Value): Value {
  let position = 2;
  return call.attributes.texts("fused_ops").reduce((value, op) => {
    switch (op.toLowerCase()) {
      case "biasadd":
        return withBias(call, value, call.input(position++), true);
      case "relu":
      case "elu":
      case "sigmoid":
      case "tanh":
        return call.emit.unary(op.charAt(0).toUpperCase() + op.slice(1).toLowerCase(), value);
      case "relu6":
        return relu6(call, value);
      case "leakyrelu":
        return leakyRelu(call, value, call.attributes.float("leakyrelu_alpha", 0.2));
      case "prelu":
        return prelu(call, value, call.input(position++));
      default:
        throw call.refuse(`fused with ${op}`);
    }
  }, x);
}
