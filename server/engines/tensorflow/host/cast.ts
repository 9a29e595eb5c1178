import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../../../graph/half";
import type { DataType, Tensor } from "../../../graph/tensor";
import { allocate, isFloat, isWide, store } from "./arrays";

/** ONNX's numbers for element types, as `Cast` names them. */
const dtypeNumbers: Readonly<Record<number, DataType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};

/** The element type that ONNX numbers so; undefined for those that we do not keep (strings, complex, 8-bit floats). */
export function dtypeOfNumber(number: number): DataType | undefined {
  return dtypeNumbers[number];
}

/**
 * The same tensor with another element type. Floats become integers by dropping the fraction, integers wrap, and
 * everything but zero is true.
 */
export function convert(tensor: Tensor, dtype: DataType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const read = readerOf(tensor);
  const data = allocate(dtype, tensor.data.length);
  for (let k = 0; k < data.length; k++) {
    const value = read(k);
    if (dtype === "bool") data[k] = Number(value) === 0 ? 0 : 1;
    else if (dtype === "float16") data[k] = toFloat16(Number(value));
    else if (dtype === "bfloat16") data[k] = toBfloat16(Number(value));
    else if (isFloat(dtype)) data[k] = Number(value);
    else store(data, k, typeof value === "bigint" ? value : wholeOf(value, dtype));
  }
  return { dtype, shape: tensor.shape, data };
}

function readerOf({ dtype, data }: Tensor): (k: number) => number | bigint {
  if (dtype === "float16") return (k) => fromFloat16(Number(data[k]));
  if (dtype === "bfloat16") return (k) => fromBfloat16(Number(data[k]));
  return (k) => data[k]!;
}

function wholeOf(value: number, dtype: DataType): number | bigint {
  if (!Number.isFinite(value)) throw new Error(`${value} has no value as ${dtype}`);
  const whole = Math.trunc(value);
  return isWide(dtype) ? BigInt(whole) : whole;
}
