import type * as Ort from "onnxruntime-node";
import { sizeOf, type DataType, type Tensor, type TensorData } from "../../graph/tensor";

/** Element types that ONNX Runtime's JavaScript interface carries; bfloat16 is none of them. */
type CarriedType = Exclude<DataType, "bfloat16">;

const carried: ReadonlySet<string> = new Set<CarriedType>([
  "float32",
  "float64",
  "float16",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bool",
]);

function isCarried(type: string): type is CarriedType {
  return carried.has(type);
}

/** Where the JavaScript engine has `Float16Array`, ONNX Runtime insists on it for float16; we keep the raw bits. */
interface HalfArrayConstructor {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData;
}

function halves(bits: Uint16Array): TensorData {
  const HalfArray = (globalThis as { Float16Array?: HalfArrayConstructor }).Float16Array;
  return HalfArray ? new HalfArray(bits.buffer, bits.byteOffset, bits.length) : bits;
}

/** Hands a tensor to ONNX Runtime without copying its data. */
export function toOrt(ort: typeof Ort, name: string, tensor: Tensor): Ort.Tensor {
  const { dtype, shape, data } = tensor;
  if (!isCarried(dtype)) throw new Error(`ONNX Runtime cannot be fed ${dtype} (${name}).`);
  if (data.length !== sizeOf(shape)) {
    throw new Error(`The feed ${name} has ${data.length} elements for the shape [${shape.join(", ")}].`);
  }
  const elements = dtype === "float16" && data instanceof Uint16Array ? halves(data) : data;
  return new ort.Tensor(dtype, elements as Float32Array, shape);
}

/** A tensor that ONNX Runtime has computed; its data is taken over, not copied. */
export function fromOrt(name: string, tensor: Ort.Tensor): Tensor {
  const { type, dims } = tensor;
  if (!isCarried(type)) throw new Error(`ONNX Runtime answered ${type} for ${name}.`);
  const data = tensor.data as TensorData;
  return {
    dtype: type,
    shape: [...dims],
    data: type === "float16" ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data,
  };
}
