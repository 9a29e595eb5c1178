import { intOf } from "../attributes";
import type { Name, RuleCall, Rules } from "../rule";
import { axisOf } from "../shapes";

/** Σ over the axis of the softmax, kept with extent 1. */
function total({ node, build }: RuleCall, x: Name): Name {
  return build.reduceSum(x, [axisOf(intOf(node, "axis", -1), build.typeOf(x).shape.length)]);
}

/** Both from their saved outputs, whose own rules make the second derivatives. */
export const softmaxes: Rules = {
  /** y·(d − Σ d·y) */
  Softmax: (call) => {
    const { node, build, cotangents } = call;
    const [d] = cotangents;
    if (d === undefined) return [];
    const y = node.outputs[0]!;
    return [build.mul(y, build.sub(d, total(call, build.mul(d, y))))];
  },

  /** d − e^y·Σ d */
  LogSoftmax: (call) => {
    const { node, build, cotangents } = call;
    const [d] = cotangents;
    if (d === undefined) return [];
    const probabilities = build.node("Exp", [node.outputs[0]!]);
    return [build.sub(d, build.mul(probabilities, total(call, d)))];
  },
};
