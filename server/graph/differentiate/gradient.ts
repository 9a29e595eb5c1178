import type { Canonical } from "../canonical/canonical";
import { isFloating } from "../elements";
import { GraphBuilder } from "./builder";
import type { NamedValue } from "./assemble";
import { pullBack } from "./reverse";
import type { Name } from "./rule";

/**
 * The gradient of a loss as a graph. Outputs: `loss`, then `gradient/<Parameter.name>` for each name asked for, in that
 * order, each of its parameter's shape. Inputs are those of the loss graph.
 *
 * @param loss a graph whose only output is the scalar `loss`, as `withLoss` makes it.
 * @throws ProblemError `operator-unsupported` when an operator between the parameters and the loss has no derivative.
 */
export function gradientOf(loss: Canonical, parameters: readonly string[]): Canonical {
  const build = new GraphBuilder(loss);
  const value = lossOf(loss);
  const gradients = gradientsIn(build, value, parameters);
  const outputs = parameters.map((name, k): NamedValue => ({ name: `gradient/${name}`, value: gradients[k]! }));
  return build.finish([{ name: "loss", value }, ...outputs]);
}

/** Adds the gradient to the graph that is being built; zeros for a parameter that the loss does not depend on. */
export function gradientsIn(build: GraphBuilder, loss: Name, parameters: readonly string[]): readonly Name[] {
  const values = parameters.map((name) => {
    const { value } = build.parameter(name);
    if (!isFloating(build.typeOf(value).dtype)) throw new Error(`The parameter ${name} does not hold real numbers.`);
    return value;
  });
  const seed = { value: loss, cotangent: build.scalar(1, build.typeOf(loss).dtype) };
  const found = pullBack(build, [seed], values);
  return values.map((value, k) => found[k] ?? zerosLike(build, value));
}

export function zerosLike(build: GraphBuilder, value: Name): Name {
  const { dtype, shape } = build.typeOf(value);
  return build.zeros(shape, dtype);
}

/**
 * The value of a loss graph's only output.
 * @throws Error when it is no scalar: not a loss graph.
 */
export function lossOf({ graph, types }: Canonical): Name {
  const [output, ...others] = graph.outputs;
  if (!output || others.length > 0 || types.get(output.name)?.shape.length !== 0) {
    throw new Error("A graph that is to be differentiated has one output, the scalar loss.");
  }
  return output.name;
}
