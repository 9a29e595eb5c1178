import { isFloating } from "../../elements";
import { toBfloat16, toFloat16 } from "../../half";
import { numberAt } from "../../differentiate/constants";
import { sizeOf, type DataType, type Tensor, type TensorData } from "../../tensor";

/** Zeros of an element type. */
export function emptyData(dtype: DataType, size: number): TensorData {
  switch (dtype) {
    case "float32":
      return new Float32Array(size);
    case "float64":
      return new Float64Array(size);
    case "int8":
      return new Int8Array(size);
    case "int16":
      return new Int16Array(size);
    case "int32":
      return new Int32Array(size);
    case "uint32":
      return new Uint32Array(size);
    case "int64":
      return new BigInt64Array(size);
    case "uint64":
      return new BigUint64Array(size);
    case "uint8":
    case "bool":
      return new Uint8Array(size);
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint16Array(size);
  }
}

/** Whether arithmetic on the element type is that of whole numbers, which wrap around. */
export function isWhole(dtype: DataType): boolean {
  return !isFloating(dtype) && dtype !== "bool";
}

/** A tensor whose elements are chosen from those of `data`, bit for bit. */
export function selected(
  { dtype, data }: Tensor,
  shape: readonly number[],
  sourceOf: (position: number) => number,
): Tensor {
  const size = sizeOf(shape);
  const chosen = emptyData(dtype, size);
  for (let position = 0; position < size; position++) chosen[position] = data[sourceOf(position)]!;
  return { dtype, shape, data: chosen };
}

/** A tensor of real numbers or truth values, each rounded to the element type. */
export function tensorOfNumbers(
  dtype: DataType,
  shape: readonly number[],
  valueAt: (position: number) => number,
): Tensor {
  const size = sizeOf(shape);
  const data = emptyData(dtype, size) as Exclude<TensorData, BigInt64Array | BigUint64Array>;
  const rounded = dtype === "float16" ? toFloat16 : dtype === "bfloat16" ? toBfloat16 : undefined;
  for (let position = 0; position < size; position++) {
    const value = valueAt(position);
    data[position] = rounded ? rounded(Math.fround(value)) : value;
  }
  return { dtype, shape, data };
}

/** A tensor of whole numbers, each wrapped around into the element type as two's complement does. */
export function tensorOfWholes(
  dtype: DataType,
  shape: readonly number[],
  valueAt: (position: number) => bigint,
): Tensor {
  const size = sizeOf(shape);
  const data = emptyData(dtype, size);
  for (let position = 0; position < size; position++) {
    const value = valueAt(position);
    data[position] = data instanceof BigInt64Array || data instanceof BigUint64Array ? value : wrapped(value, data);
  }
  return { dtype, shape, data };
}

function wrapped(value: bigint, { BYTES_PER_ELEMENT: bytes }: TensorData): number {
  // Typed arrays take the low bits of what they are given; BigInt.asIntN makes sure that a number holds them exactly.
  return Number(BigInt.asIntN(8 * bytes, value));
}

/** A whole number of a tensor, exactly. */
export function wholeAt({ data }: Tensor, position: number): bigint {
  return BigInt(data[position]!);
}

/**
 * The elements in another type: real numbers lose their fraction, anything but 0 is true.
 * @returns undefined where an element has no counterpart (NaN as a whole number).
 */
export function converted(tensor: Tensor, dtype: DataType): Tensor | undefined {
  if (tensor.dtype === dtype) return tensor;
  const { shape } = tensor;
  if (dtype === "bool") return tensorOfNumbers(dtype, shape, (k) => (numberAt(tensor, k) === 0 ? 0 : 1));
  if (isFloating(dtype)) return tensorOfNumbers(dtype, shape, (k) => numberAt(tensor, k));
  if (!isFloating(tensor.dtype)) return tensorOfWholes(dtype, shape, (k) => wholeAt(tensor, k));
  for (let k = 0; k < tensor.data.length; k++) if (!Number.isFinite(numberAt(tensor, k))) return undefined;
  return tensorOfWholes(dtype, shape, (k) => BigInt(Math.trunc(numberAt(tensor, k))));
}
