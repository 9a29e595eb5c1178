import { isFloating } from "../graph/elements";
import { fromBfloat16, fromFloat16 } from "../graph/half";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";

/**
 * The values of a floating-point tensor as float32, in its own layout. Exact for float32 (the tensor's own array is
 * returned, not a copy), float16 and bfloat16; rounded to nearest for float64.
 */
export function toFloat32(tensor: Tensor): Float32Array {
  const { data, dtype } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  if (dtype === "float16") return Float32Array.from(data, fromFloat16);
  if (dtype === "bfloat16") return Float32Array.from(data, fromBfloat16);
  return Float32Array.from(data);
}

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
