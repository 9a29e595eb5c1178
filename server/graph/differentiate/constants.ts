import { isFloating } from "../elements";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../half";
import type { DataType, Tensor } from "../tensor";

/** The scalar (shape `[]`) nearest to `value` in its element type. */
export function scalarTensor(value: number, dtype: DataType): Tensor {
  const shape: readonly number[] = [];
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: Float32Array.of(value) };
    case "float64":
      return { dtype, shape, data: Float64Array.of(value) };
    case "float16":
      return { dtype, shape, data: Uint16Array.of(toFloat16(value)) };
    case "bfloat16":
      return { dtype, shape, data: Uint16Array.of(toBfloat16(Math.fround(value))) };
    case "int64":
      return { dtype, shape, data: BigInt64Array.of(BigInt(value)) };
    case "int32":
      return { dtype, shape, data: Int32Array.of(value) };
    case "bool":
      return { dtype, shape, data: Uint8Array.of(value) };
    default:
      throw new Error(`Derivatives need no constants of type ${dtype}.`);
  }
}

/** The number that an element stands for. */
export function numberAt({ dtype, data }: Tensor, index: number): number {
  if (dtype === "float16") return fromFloat16(Number(data[index]));
  if (dtype === "bfloat16") return fromBfloat16(Number(data[index]));
  return Number(data[index]);
}

/** The number that all elements are; undefined when they differ, are NaN, or there are none. */
export function uniformValue(tensor: Tensor): number | undefined {
  const { data } = tensor;
  if (data.length === 0) return undefined;
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return undefined;
  const value = numberAt(tensor, 0);
  return Number.isNaN(value) ? undefined : value;
}

/** The elements of a constant of integers, e.g. axes or a shape. */
export function integersIn(tensor: Tensor): number[] {
  if (isFloating(tensor.dtype)) throw new Error(`A constant of integers is ${tensor.dtype}.`);
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
