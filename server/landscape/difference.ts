import type { Parameter } from "../graph/graph";
import type { Direction } from "./directions";
import { isStatistic, originValues } from "./values";

/**
 * The direction θ₂ − θ₁ from one set of values to another, biases and normalisation included, not normalised (Li et al.
 * 2018, section 3.1): computed in float64 and rounded to float32.
 *
 * In a `Plane` whose origin is θ₁, α = 1 gives θ₂ to within 2⁻²³·|θ₂ − θ₁| for every entry, because the difference has
 * been rounded. Where both ends have to be exact, `Interpolation` computes points from both.
 *
 * @param parameters of the model: they say what is a weight, what a running statistic
 * @param statistics whether running means and variances are moved too
 * @throws RangeError when a set of values lacks a parameter or has another number of entries
 */
export function difference(
  from: ReadonlyMap<string, Float32Array>,
  to: ReadonlyMap<string, Float32Array>,
  parameters: readonly Parameter[],
  { statistics }: { readonly statistics: boolean },
): Direction {
  const moved = parameters.filter((parameter) => statistics || !isStatistic(parameter));
  const direction = new Map<string, Float32Array>();
  for (const [name, own] of originValues(moved)) {
    const [a, b] = [from.get(name), to.get(name)];
    if (a?.length !== own.length || b?.length !== own.length) {
      const found = `${a?.length ?? "none"} and ${b?.length ?? "none"}`;
      throw new RangeError(`Both ends must have ${own.length} values for ${name}, found ${found}.`);
    }
    direction.set(
      name,
      a.map((value, i) => b[i]! - value),
    );
  }
  return direction;
}
