import { floatTensor, int } from "../../../graph/build";
import type { Attribute, GraphNode } from "../../../graph/graph";
import type { Emitter } from "./emitter";

/**
 * Groups as the channels of an InstanceNormalization, which goes over the elements twice. ONNX Runtime's own way to a
 * GroupNormalization takes the variance as E[x²] − E[x]², of which little is left where values lie close together.
 *
 * Scale and shift have one entry for each group before operator set 21, and one for each channel since.
 */
export function groupNormalization(emitter: Emitter, node: GraphNode, opset: number): string {
  const [x, scale, shift] = node.inputs as [string, string, string];
  const { num_groups: given, epsilon } = node.attributes;
  const groups = given?.type === "int" ? given.value : 1;
  const settings: Readonly<Record<string, Attribute>> = epsilon ? { epsilon } : {};
  const grouped = emitter.reshape(x, [0, groups, -1]);
  const shape = emitter.node("Shape", [x]);
  if (opset < 21) {
    return emitter.node("Reshape", [emitter.node("InstanceNormalization", [grouped, scale, shift], settings), shape]);
  }
  const filled = (value: number): string =>
    emitter.shared(`filled/${value}/${groups}`, () => floatTensor([groups], new Array<number>(groups).fill(value)));
  const standard = emitter.node("InstanceNormalization", [grouped, filled(1), filled(0)], settings);
  const samples = emitter.node("Shape", [x], { start: int(0), end: int(2) });
  const perChannel = emitter.node("Reshape", [standard, emitter.concat([samples, emitter.integers([-1])], 0)]);
  const scaled = emitter.node("Mul", [perChannel, emitter.reshape(scale, [1, -1, 1])]);
  return emitter.node("Reshape", [emitter.node("Add", [scaled, emitter.reshape(shift, [1, -1, 1])]), shape]);
}
