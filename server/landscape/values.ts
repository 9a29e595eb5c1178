import { isFloating, toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";

/** The parameters whose values are real numbers; integer tensors are indices or quantised and cannot be moved. */
function real(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ tensor }) => isFloating(tensor.dtype));
}

/**
 * The origin θ of a plane: every floating-point parameter as float32, by name, statistics included.
 * Arrays of float32 parameters are shared with the graph and must not be written.
 */
export function originValues(parameters: readonly Parameter[]): ReadonlyMap<string, Float32Array> {
  return new Map(real(parameters).map((parameter) => [parameter.name, toFloat32(parameter.tensor)]));
}

/** The parameters that directions may move, in file order: all but running statistics (mean, variance) and integers. */
export function movable(parameters: readonly Parameter[]): readonly Parameter[] {
  return real(parameters).filter((parameter) => !isStatistic(parameter));
}

/** Whether the parameter is a running mean or variance of batch normalisation. */
export function isStatistic({ role }: Parameter): boolean {
  return role === "mean" || role === "variance";
}
