import type { Parameter, ParameterRole } from "../../../server/graph/graph";
import { sizeOf } from "../../../server/graph/tensor";
import { Random } from "../../../server/landscape/random";
import type { RandomDirections } from "../../../server/protocol/study";

/** A float32 parameter with the given values, or with normal ones of standard deviation 0.1. */
export function parameter(
  name: string,
  shape: readonly number[],
  options: { role?: ParameterRole; filterAxes?: readonly number[]; values?: ArrayLike<number> } = {},
): Parameter {
  const { role = "kernel", filterAxes = [0] } = options;
  const random = new Random(name.length * 1000 + sizeOf(shape));
  const values = options.values ?? Array.from({ length: sizeOf(shape) }, () => 0.1 * random.nextNormal());
  return { name, value: name, role, filterAxes, tensor: { dtype: "float32", shape, data: Float32Array.from(values) } };
}

export function directionSpec(changes: Partial<RandomDirections> = {}): RandomDirections {
  return { kind: "random", seed: 7, normalise: "filter", ignore: "bias,norm", ...changes };
}
