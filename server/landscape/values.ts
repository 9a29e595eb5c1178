import { fromBfloat16, fromFloat16 } from "../graph/half";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";

const floating: ReadonlySet<string> = new Set(["float32", "float64", "float16", "bfloat16"]);

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

/** Whether the parameter's values are real numbers; integer tensors are indices or quantised and cannot be moved. */
function isFloating(parameter: Parameter): boolean {
  return floating.has(parameter.tensor.dtype);
}

/**
 * The origin θ of a plane: every floating-point parameter as float32, by name, statistics included.
 * Arrays of float32 parameters are shared with the graph and must not be written.
 */
export function originValues(parameters: readonly Parameter[]): ReadonlyMap<string, Float32Array> {
  return new Map(parameters.filter(isFloating).map((parameter) => [parameter.name, toFloat32(parameter.tensor)]));
}

/** The parameters that directions may move, in file order: all but running statistics (mean, variance) and integers. */
export function movable(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(
    (parameter) => parameter.role !== "mean" && parameter.role !== "variance" && isFloating(parameter),
  );
}
