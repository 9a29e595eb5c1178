import { isFloating, tensorFromBytes, widthOf } from "../graph/elements";
import { fromBfloat16, fromFloat16 } from "../graph/half";
import { sizeOf, type DataType, type Tensor } from "../graph/tensor";

/** A tensor from its elements' little-endian bytes in row-major order. @throws Error when they do not fill the shape. */
export function tensorOf(dtype: DataType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const tensor = tensorFromBytes(dtype, shape, bytes);
  if (!tensor) throw new Error(`${bytes.length} bytes do not fill [${shape.join(", ")}] of ${dtype}.`);
  return tensor;
}

/**
 * The values of a floating-point tensor as float32: exact for float32, float16 and bfloat16, rounded to nearest for
 * float64. Undefined for a tensor of integers or truth values.
 */
export function toFloat32(tensor: Tensor): Float32Array | undefined {
  const { data, dtype } = tensor;
  if (!isFloating(dtype) || data instanceof BigInt64Array || data instanceof BigUint64Array) return undefined;
  if (data instanceof Float32Array) return data;
  if (dtype === "float16") return Float32Array.from(data, fromFloat16);
  if (dtype === "bfloat16") return Float32Array.from(data, fromBfloat16);
  return Float32Array.from(data);
}

/** Strides, in elements, of a row-major tensor. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Strides, in elements, of a column-major (Fortran) tensor. */
export function columnMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = 1; axis < shape.length; axis++) strides[axis] = strides[axis - 1]! * shape[axis - 1]!;
  return strides;
}

/** Whether elements with these strides lie one after the other in row-major order. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const plain = rowMajorStrides(shape);
  return shape.every((extent, axis) => extent <= 1 || strides[axis] === plain[axis]) || sizeOf(shape) <= 1;
}

/** How many elements lie from the first to the last of a strided tensor, both included; 0 for an empty one. */
export function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (sizeOf(shape) === 0) return 0;
  let span = 1;
  for (const [axis, extent] of shape.entries()) span += (extent - 1) * strides[axis]!;
  return span;
}

/**
 * Copies a strided tensor into row-major order.
 * @param bytes of `spanOf` elements, from the first one.
 * @param strides in elements, not negative.
 */
export function gather(
  bytes: Uint8Array,
  dtype: DataType,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const width = widthOf(dtype);
  const size = sizeOf(shape);
  const target = new Uint8Array(size * width);
  const position = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let i = 0; i < size; i++) {
    for (let b = 0; b < width; b++) target[i * width + b] = bytes[source * width + b]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]! += 1;
      source += strides[axis]!;
      if (position[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return target;
}
