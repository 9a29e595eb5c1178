import { ints } from "../../build";
import { internalDomain } from "../internal";
import type { Attributes, Builder, Name, Rules } from "../rule";

/** The attributes of the pooling that an internal operator belongs to. */
function withoutShape(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== "shape"));
}

function scattered(build: Builder, d: Name, indices: Name, attributes: Attributes, x: Name): Name {
  const shape = ints(...build.typeOf(x).shape);
  return build.node("MaxPoolGrad", [d, indices], { ...attributes, shape }, internalDomain);
}

/**
 * Rules of MaxPool(x) → (y, indices), AveragePool(x) and their internal gradients.
 *
 * The maximum's gradient follows the indices that the forward pass found: an element that wins several windows gets
 * several cotangents, and one of several equal elements gets all of it. (A mask of equality would split ties.)
 */
export const poolings: Rules = {
  MaxPool: ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const [x] = node.inputs as [Name];
    const indices = node.outputs[1];
    if (!indices) throw new Error(`MaxPool (${node.name}) has no indices: it is not canonical.`);
    return [scattered(build, d, indices, node.attributes, x)];
  },

  "internal.MaxPoolGrad": ({ node, build, cotangents: [u] }) => {
    if (u === undefined) return [];
    const indices = node.inputs[1]!;
    return [build.node("MaxPoolGather", [u, indices], node.attributes, internalDomain), undefined];
  },

  "internal.MaxPoolGather": ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const [u, indices] = node.inputs as [Name, Name];
    return [scattered(build, d, indices, node.attributes, u), undefined];
  },

  AveragePool: ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const shape = ints(...build.typeOf(node.inputs[0]!).shape);
    return [build.node("AveragePoolGrad", [d], { ...node.attributes, shape }, internalDomain)];
  },

  "internal.AveragePoolGrad": ({ node, build, cotangents: [u] }) => {
    if (u === undefined) return [];
    return [build.node("AveragePool", [u], withoutShape(node.attributes))];
  },
};
