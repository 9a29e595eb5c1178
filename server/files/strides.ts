import { viewAs, widthOf } from "../graph/elements";
import { sizeOf, type DataType, type Tensor, type TensorData } from "../graph/tensor";

/**
 * A tensor from its elements' little-endian bytes in row-major order, with which it shares memory where it can.
 * @throws Error when they do not fill the shape.
 */
export function tensorOf(dtype: DataType, shape: readonly number[], bytes: Uint8Array<ArrayBuffer>): Tensor {
  if (bytes.length !== sizeOf(shape) * widthOf(dtype)) {
    throw new Error(`${bytes.length} bytes do not fill [${shape.join(", ")}] of ${dtype}.`);
  }
  return { dtype, shape, data: viewAs(dtype, bytes) };
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
 * @param data of `spanOf` elements, from the first one.
 * @param strides in elements, not negative.
 */
export function gather(
  dtype: DataType,
  data: TensorData,
  shape: readonly number[],
  strides: readonly number[],
): TensorData {
  const size = sizeOf(shape);
  const target = viewAs(dtype, new Uint8Array(size * widthOf(dtype)));
  const position = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let i = 0; i < size; i++) {
    target[i] = data[source]!;
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
