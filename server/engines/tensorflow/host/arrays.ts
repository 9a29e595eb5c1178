import { toInt64 } from "../../../graph/elements";
import { sizeOf, type DataType, type Tensor, type TensorData } from "../../../graph/tensor";

/** Tensors on the host: element types, conversion and movement without arithmetic. */

const makers: Readonly<Record<DataType, (size: number) => TensorData>> = {
  float32: (size) => new Float32Array(size),
  float64: (size) => new Float64Array(size),
  float16: (size) => new Uint16Array(size),
  bfloat16: (size) => new Uint16Array(size),
  int8: (size) => new Int8Array(size),
  uint8: (size) => new Uint8Array(size),
  int16: (size) => new Int16Array(size),
  uint16: (size) => new Uint16Array(size),
  int32: (size) => new Int32Array(size),
  uint32: (size) => new Uint32Array(size),
  int64: (size) => new BigInt64Array(size),
  uint64: (size) => new BigUint64Array(size),
  bool: (size) => new Uint8Array(size),
};

export function allocate(dtype: DataType, size: number): TensorData {
  return makers[dtype](size);
}

export function isFloat(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

export function isInteger(dtype: DataType): boolean {
  return !isFloat(dtype) && dtype !== "bool";
}

export function isWide(dtype: DataType): boolean {
  return dtype === "int64" || dtype === "uint64";
}

/** A tensor whose elements are stored from numbers or bigints; integers wrap as they do in C. */
export function tensorOf(dtype: DataType, shape: readonly number[], values: Iterable<number | bigint>): Tensor {
  const data = allocate(dtype, sizeOf(shape));
  let k = 0;
  for (const value of values) store(data, k++, value);
  return { dtype, shape, data };
}

/** int64, ONNX's type for shapes and indices. */
export function int64(shape: readonly number[], values: readonly (number | bigint)[]): Tensor {
  return tensorOf("int64", shape, values.map(toInt64));
}

export function bools(shape: readonly number[], values: Iterable<boolean>): Tensor {
  return { dtype: "bool", shape, data: Uint8Array.from(values, Number) };
}

export function store(data: TensorData, position: number, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[position] = BigInt(value);
  else if (typeof value === "number") data[position] = value;
  else data[position] = isFloatArray(data) ? Number(value) : Number(BigInt.asIntN(64, value) & 0xffffffffn);
}

function isFloatArray(data: TensorData): boolean {
  return data instanceof Float32Array || data instanceof Float64Array;
}

/** The elements at `positions` in a tensor of the given shape; works for every element type. */
export function pick(tensor: Tensor, shape: readonly number[], positions: ArrayLike<number>): Tensor {
  const source = tensor.data;
  const data = allocate(tensor.dtype, positions.length);
  for (let k = 0; k < positions.length; k++) data[k] = source[positions[k]!]!;
  return { dtype: tensor.dtype, shape, data };
}

export function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(shape) !== tensor.data.length) {
    throw new Error(`${tensor.data.length} elements do not fill the shape [${shape.join(", ")}]`);
  }
  return { dtype: tensor.dtype, shape, data: tensor.data };
}

/** The only element of a tensor. */
export function scalarOf(tensor: Tensor): number | bigint {
  const value = tensor.data[0];
  if (value === undefined || tensor.data.length !== 1) throw new Error("a single number was expected");
  return value;
}
