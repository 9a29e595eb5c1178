import { joined } from "../../files/bytes";
import { dtypeOf, isFloating, tensorFromBytes, widthOf } from "../../graph/elements";
import { tensorFields } from "../../graph/onnxBytes";
import { sizeOf, type DataType, type Tensor } from "../../graph/tensor";
import { fieldsOf, Message, WireError, type Field } from "../../graph/wire";
import type { ExternalData } from "./external";

/** A TensorProto: read, or kept as it is because its element type is none of ours (text, complex, 8-bit floats, …). */
export interface ReadTensor {
  readonly name: string;
  readonly tensor: Tensor | undefined;
  /** The TensorProto with its data inside it; only where `tensor` is undefined. */
  readonly raw: Uint8Array | undefined;
}

const external = 1n;

/**
 * Reads a TensorProto, whichever way its data are kept.
 * @throws WireError when data and shape do not fit; ProblemError when an external data file does not serve.
 */
export function readTensor(bytes: Uint8Array, files: ExternalData): ReadTensor {
  const shape: number[] = [];
  const data: Field[] = [];
  const location = new Map<string, string>();
  let name = "";
  let code = 0;
  let elsewhere = false;
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case tensorFields.dims:
        for (const extent of field.integers()) shape.push(extentOf(extent));
        break;
      case tensorFields.dataType:
        code = field.number53();
        break;
      case tensorFields.name:
        name = field.text();
        break;
      case tensorFields.externalData: {
        const [key, value] = readEntry(field.bytes());
        location.set(key, value);
        break;
      }
      case tensorFields.dataLocation:
        elsewhere = field.integer() === external;
        break;
      case tensorFields.floatData:
      case tensorFields.int32Data:
      case tensorFields.int64Data:
      case tensorFields.rawData:
      case tensorFields.doubleData:
      case tensorFields.uint64Data:
        data.push(field);
        break;
    }
  }
  const dtype = dtypeOf(code);
  if (!dtype)
    return { name, tensor: undefined, raw: elsewhere ? inlined(bytes, files.read(location)) : new Uint8Array(bytes) };
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size)) throw new WireError(`the tensor ${name} has the absurd shape [${shape.join(", ")}]`);
  const content = elsewhere ? files.read(location, size * widthOf(dtype)) : contentOf(data, dtype, size);
  const tensor = content && tensorFromBytes(dtype, shape, content);
  if (!tensor) throw new WireError(`the data of the tensor ${name} do not fill its shape [${shape.join(", ")}]`);
  return { name, tensor, raw: undefined };
}

/**
 * How many real numbers a TensorProto declares to hold, found without reading them; 0 for other elements, and where it
 * is too short for them itself, which reading it tells.
 */
export function declaredFloats(bytes: Uint8Array): number {
  let size = 1;
  let code = 0;
  let elsewhere = false;
  for (const field of fieldsOf(bytes)) {
    if (field.number === tensorFields.dims) for (const extent of field.integers()) size *= extentOf(extent);
    else if (field.number === tensorFields.dataType) code = field.number53();
    else if (field.number === tensorFields.dataLocation) elsewhere = field.integer() === external;
  }
  const dtype = dtypeOf(code);
  return dtype && isFloating(dtype) && (elsewhere || size <= bytes.length) ? size : 0;
}

function extentOf(extent: bigint): number {
  const value = Number(BigInt.asIntN(64, extent));
  if (value < 0 || !Number.isSafeInteger(value)) throw new WireError("a tensor has an absurd extent");
  return value;
}

/** A StringStringEntryProto. */
export function readEntry(bytes: Uint8Array): [string, string] {
  let key = "";
  let value = "";
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = field.text();
  }
  return [key, value];
}

/** The elements as little-endian bytes, or undefined when there are not as many as the shape needs. */
function contentOf(data: readonly Field[], dtype: DataType, size: number): Uint8Array | undefined {
  const raw = data.filter((field) => field.number === tensorFields.rawData);
  if (raw.length > 0) return raw[raw.length - 1]!.bytes();
  const wanted = typedField(dtype);
  const fields = data.filter((field) => field.number === wanted);
  if (wanted === tensorFields.floatData || wanted === tensorFields.doubleData) {
    return joined(fields.map((field) => field.fixed(wanted === tensorFields.floatData ? 4 : 8)));
  }
  const width = widthOf(dtype);
  const parts = fields.map((field) => field.integers());
  let count = 0;
  for (const part of parts) count += part.length;
  if (count !== size) return undefined;
  const target = new Uint8Array(size * width);
  const view = new DataView(target.buffer);
  let at = 0;
  for (const part of parts) {
    for (const value of part) {
      if (width === 8) view.setBigUint64(at, value, true);
      else if (width === 4) view.setUint32(at, Number(value & 0xffffffffn), true);
      else if (width === 2) view.setUint16(at, Number(value & 0xffffn), true);
      else target[at] = Number(value & 0xffn);
      at += width;
    }
  }
  return target;
}

/** In which repeated field ONNX keeps elements of a type when they are not raw. */
function typedField(dtype: DataType): number {
  switch (dtype) {
    case "float32":
      return tensorFields.floatData;
    case "float64":
      return tensorFields.doubleData;
    case "int64":
      return tensorFields.int64Data;
    case "uint32":
    case "uint64":
      return tensorFields.uint64Data;
    default:
      return tensorFields.int32Data;
  }
}

/** A TensorProto with its external data brought inside. */
function inlined(bytes: Uint8Array, data: Uint8Array): Uint8Array {
  const message = new Message();
  for (const field of fieldsOf(bytes)) {
    if (field.number === tensorFields.externalData || field.number === tensorFields.dataLocation) continue;
    message.raw(field.whole());
  }
  message.bytes(tensorFields.rawData, data);
  return message.finish();
}
