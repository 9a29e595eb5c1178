import { sizeOf } from "../../tensor";
import type { Builder, Name, Rules } from "../rule";

/** x with all axes but the last taken together. */
function flattened(build: Builder, x: Name): Name {
  const { shape } = build.typeOf(x);
  return build.reshape(x, [sizeOf(shape.slice(0, -1)), shape.at(-1)!]);
}

/**
 * Matrix products. a ← d·bᵀ and b ← aᵀ·d, summed over the batch axes that broadcasting spread out.
 *
 * Where b is one matrix for the whole batch (a linear layer), its cotangent is one product of flattened operands instead of
 * a sum of one product for each member of the batch.
 */
export const products: Rules = {
  MatMul: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const [a, b] = node.inputs as [Name, Name];
    const [aShape, bShape] = [build.typeOf(a).shape, build.typeOf(b).shape];
    const forB = (): Name => {
      if (bShape.length > 2) return build.sumTo(build.matmul(build.swap(a), d), bShape);
      return build.matmul(build.swap(flattened(build, a)), flattened(build, d));
    };
    return [
      wanted[0] ? build.sumTo(build.matmul(d, build.swap(b)), aShape) : undefined,
      wanted[1] ? forB() : undefined,
    ];
  },
};
