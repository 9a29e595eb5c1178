import type { Canonical } from "../canonical/canonical";
import type { Graph } from "../graph";
import { GraphBuilder } from "./builder";
import { gradientsIn, lossOf, zerosLike } from "./gradient";
import { pullBack } from "./reverse";
import { splitBy } from "./split";

/** Products of the loss's Hessian with vectors, in two stages. */
export interface HessianProduct {
  /**
   * Computes what does not depend on the vector, once for each batch. Inputs: those of the loss graph. Outputs: `cached`;
   * there are none, and nothing to run, when the Hessian needs nothing but parameters and inputs.
   */
  readonly primal: Graph;
  /**
   * Computes H·v. Inputs: `vector/<Parameter.name>` for each parameter, the values of `cached`, and those inputs of the
   * loss graph that it needs itself. Outputs: `product/<Parameter.name>`, in the order of the parameters.
   */
  readonly product: Graph;
  readonly cached: readonly string[];
}

/**
 * Exact Hessian-vector products of a loss graph, by reverse mode over reverse mode (Pearlmutter 1994): with g(θ) the
 * gradient graph, H·v = (∂g/∂θ)ᵀ·v since H is symmetric, so v is the cotangent that the gradients are seeded with.
 *
 * The choice of `cached`: the fewest bytes from which the product can be computed without a second convolution, matrix
 * product, reduction, softmax or transcendental function of the first stage. For a chain of convolutions with batch
 * normalisation and ReLU it comes to two tensors a convolution: what goes in (or came out), and the cotangent of what came
 * out. Masks, reshapes, transpositions, and affine maps of what is cached are computed again with every product, from it,
 * the parameters and the inputs.
 *
 * @param loss a graph whose only output is the scalar `loss`, as `withLoss` makes it.
 * @param parameters names of the parameters over which the Hessian is taken; the others are constants.
 * @throws ProblemError `operator-unsupported` when an operator between the parameters and the loss has no derivative.
 */
export function hessianProduct(loss: Canonical, parameters: readonly string[]): HessianProduct {
  const build = new GraphBuilder(loss);
  const gradients = gradientsIn(build, lossOf(loss), parameters);
  const values = parameters.map((name) => build.parameter(name).value);
  const vectors = parameters.map((name, k) => build.input(`vector/${name}`, build.typeOf(values[k]!)));
  const seeds = gradients.map((value, k) => ({ value, cotangent: vectors[k]! }));
  const products = pullBack(build, seeds, values);
  const outputs = parameters.map((name, k) => ({
    name: `product/${name}`,
    value: products[k] ?? zerosLike(build, values[k]!),
  }));
  const { first, second, cached } = splitBy(build.finish(outputs), vectors);
  return { primal: first, product: second, cached };
}
