import { int } from "../../build";
import { intOf } from "../attributes";
import { integersIn } from "../constants";
import type { RuleCall, Rules } from "../rule";
import { axisOf, range, reduced } from "../shapes";

/** The axes that a reduction removes; all of them where it names none. */
function axesOf({ node, build }: RuleCall): readonly number[] {
  const rank = build.typeOf(node.inputs[0]!).shape.length;
  const name = node.inputs[1];
  const given = name ? build.constantOf(name) : undefined;
  if (name && !given) throw new Error(`${node.op} (${node.name}) has axes that are not constant.`);
  const axes = given ? integersIn(given).map((axis) => axisOf(axis, rank)) : [];
  if (axes.length > 0) return axes;
  return intOf(node, "noop_with_empty_axes", 0) === 1 ? [] : range(rank);
}

export const reductions: Rules = {
  ReduceSum: (call) => {
    const { node, build, cotangents } = call;
    const [d] = cotangents;
    if (d === undefined) return [];
    const { shape } = build.typeOf(node.inputs[0]!);
    return [build.expand(build.reshape(d, reduced(shape, axesOf(call))), shape)];
  },

  /** Elements that share the maximum share its cotangent evenly, as in PyTorch's `amax`. */
  ReduceMax: (call) => {
    const { node, build, cotangents } = call;
    const [d] = cotangents;
    if (d === undefined) return [];
    const x = node.inputs[0]!;
    const { dtype, shape } = build.typeOf(x);
    const axes = axesOf(call);
    const kept = reduced(shape, axes);
    const top = build.reshape(node.outputs[0]!, kept);
    const mask = build.cast(build.node("Equal", [x, top]), dtype);
    const each = build.div(build.reshape(d, kept), build.reduceSum(mask, axes));
    return [build.mul(mask, each)];
  },

  /** The sum of y ends where x begins: the same sum from the other end. */
  CumSum: ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const reverse = 1 - intOf(node, "reverse", 0);
    return [build.node("CumSum", [d, node.inputs[1]!], { ...node.attributes, reverse: int(reverse) })];
  },
};
