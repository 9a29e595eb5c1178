import { fromBfloat16, fromFloat16 } from "./half";
import { sizeOf, type DataType, type Tensor, type TensorData } from "./tensor";

/** How ONNX numbers an element type, and how its elements lie in memory. */
interface ElementType {
  /** Number in ONNX's TensorProto.DataType. */
  readonly code: number;
  /** Bytes per element. */
  readonly width: number;
  readonly view: (buffer: ArrayBufferLike, offset: number, length: number) => TensorData;
}

const elementTypes: Readonly<Record<DataType, ElementType>> = {
  float32: { code: 1, width: 4, view: (buffer, at, n) => new Float32Array(buffer, at, n) },
  uint8: { code: 2, width: 1, view: (buffer, at, n) => new Uint8Array(buffer, at, n) },
  int8: { code: 3, width: 1, view: (buffer, at, n) => new Int8Array(buffer, at, n) },
  uint16: { code: 4, width: 2, view: (buffer, at, n) => new Uint16Array(buffer, at, n) },
  int16: { code: 5, width: 2, view: (buffer, at, n) => new Int16Array(buffer, at, n) },
  int32: { code: 6, width: 4, view: (buffer, at, n) => new Int32Array(buffer, at, n) },
  int64: { code: 7, width: 8, view: (buffer, at, n) => new BigInt64Array(buffer, at, n) },
  bool: { code: 9, width: 1, view: (buffer, at, n) => new Uint8Array(buffer, at, n) },
  float16: { code: 10, width: 2, view: (buffer, at, n) => new Uint16Array(buffer, at, n) },
  float64: { code: 11, width: 8, view: (buffer, at, n) => new Float64Array(buffer, at, n) },
  uint32: { code: 12, width: 4, view: (buffer, at, n) => new Uint32Array(buffer, at, n) },
  uint64: { code: 13, width: 8, view: (buffer, at, n) => new BigUint64Array(buffer, at, n) },
  bfloat16: { code: 16, width: 2, view: (buffer, at, n) => new Uint16Array(buffer, at, n) },
};

const byCode = new Map<number, DataType>(
  Object.entries(elementTypes).map(([dtype, { code }]) => [code, dtype as DataType]),
);

/** ONNX's number for an element type. */
export function codeOf(dtype: DataType): number {
  return elementTypes[dtype].code;
}

/** The element type with ONNX's number, or undefined for one that we do not keep (text, complex, 8-bit floats, …). */
export function dtypeOf(code: number): DataType | undefined {
  return byCode.get(code);
}

/** Bytes per element. */
export function widthOf(dtype: DataType): number {
  return elementTypes[dtype].width;
}

/** Whether the elements stand for real numbers. */
export function isFloating(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

/**
 * Little-endian bytes as elements of their type; shares memory with them where they are aligned.
 * @throws RangeError when they are no whole number of elements.
 */
export function viewAs(dtype: DataType, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const { width, view } = elementTypes[dtype];
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  if (aligned.byteLength % width !== 0) throw new RangeError(`${aligned.byteLength} bytes are no whole ${dtype}.`);
  return view(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
}

/**
 * A tensor from its elements' little-endian bytes, which are copied.
 * @returns undefined when the number of bytes is not that of the shape.
 */
export function tensorFromBytes(dtype: DataType, shape: readonly number[], bytes: Uint8Array): Tensor | undefined {
  const size = sizeOf(shape);
  if (bytes.length !== size * widthOf(dtype)) return undefined;
  // Not `slice`: what looks like a Uint8Array may be a Buffer, whose slice is a view.
  return { dtype, shape, data: elementTypes[dtype].view(new Uint8Array(bytes).buffer, 0, size) };
}

/** The elements of a tensor as little-endian bytes; a view, not a copy. */
export function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The values of a tensor as float32, in its own layout. Exact for float32 (the tensor's own array is returned, not a
 * copy), float16, bfloat16 and integers below 2²⁴; rounded to nearest for all others.
 */
export function toFloat32({ data, dtype }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  if (dtype === "float16") return Float32Array.from(data, fromFloat16);
  if (dtype === "bfloat16") return Float32Array.from(data, fromBfloat16);
  return Float32Array.from(data);
}

/**
 * A whole number as int64 holds it. Integer attributes are numbers, of which 2⁶³ stands for the largest int64, 2⁶³ − 1:
 * "up to the end" of a slice, which must not become the smallest.
 */
export function toInt64(value: number | bigint): bigint {
  const exact = BigInt(value);
  return exact >= 1n << 63n ? (1n << 63n) - 1n : exact;
}
