import { sizeOf } from "../graph/tensor";
import type { DataType, Tensor, TensorData } from "../graph/tensor";
import { swapBytes, viewAs } from "./bytes";
import { corrupt, unsupported } from "./problems";

/** What the header of a `.npy` says. */
export interface NpyHeader {
  /** NumPy's own type string, e.g. `<f4`, or the text of a structured type. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements start. */
  readonly offset: number;
}

/** Enough bytes to hold any header that `parseNpyHeader` accepts. */
export const npyHeadBytes = 12 + 2 ** 16;

const dtypes: Readonly<Record<string, DataType>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** The element type of a NumPy type string, or undefined for one that is no plain number (objects, text, records). */
export function dtypeOf(descr: string): DataType | undefined {
  return /^[<>=|][biuf][1248]$/.test(descr) ? dtypes[descr.slice(1)] : undefined;
}

/**
 * Reads the header of a `.npy` (format versions 1 to 3).
 * @param head the file's first `npyHeadBytes` bytes, or all of it when it is shorter
 * @param name of the array, for messages
 * @throws ProblemError `file-corrupt`
 */
export function parseNpyHeader(head: Uint8Array, name: string, path: string): NpyHeader {
  const magic = "\x93NUMPY";
  const matches = head.length >= 10 && [...magic].every((character, i) => head[i] === character.charCodeAt(0));
  if (!matches) throw corrupt(path, "NumPy", `${name} does not start like an array`);
  const version = head[6]!;
  if (version < 1 || version > 3) throw corrupt(path, "NumPy", `${name} has the unknown format version ${version}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : head.length >= 12 ? view.getUint32(8, true) : Infinity;
  if (start + length > Math.min(head.length, npyHeadBytes)) {
    throw corrupt(path, "NumPy", `the header of ${name} claims ${length} bytes`);
  }
  const text = new TextDecoder().decode(head.subarray(start, start + length));
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[[\s\S]*\]))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) throw corrupt(path, "NumPy", `the header of ${name} cannot be understood`);
  const extents = shape[1]!.split(",").map((extent) => extent.replace("L", "").trim());
  return {
    descr: descr[1] ?? descr[2]!,
    fortranOrder: order[1] === "True",
    shape: extents.filter((extent) => extent !== "").map(Number),
    offset: start + length,
  };
}

/**
 * The array in a whole `.npy`, row-major and in this machine's byte order. Shares memory with `bytes` where it can.
 * @throws ProblemError `file-corrupt` when the size disagrees with the shape, `file-unsupported` for a type that is no
 *   plain number
 */
export function parseNpy(bytes: Uint8Array<ArrayBuffer>, name: string, path: string): Tensor {
  const header = parseNpyHeader(bytes, name, path);
  const dtype = dtypeOf(header.descr);
  if (!dtype) {
    throw unsupported(
      path,
      `holds ${name} as ${header.descr.length > 20 ? "records" : `type ${header.descr}`}, which is not an array of plain numbers`,
      "Save the array with a numeric type, e.g. array.astype('float32') for samples and 'int64' for labels.",
    );
  }
  const width = Number(header.descr.slice(-1));
  const size = sizeOf(header.shape);
  const available = bytes.length - header.offset;
  if (!Number.isSafeInteger(size * width) || size * width !== available) {
    const expected = `[${header.shape.join(", ")}] of ${dtype}`;
    throw corrupt(path, "NumPy", `${name} should hold ${expected} but has ${available} bytes`);
  }
  const elements = bytes.subarray(header.offset);
  if (header.descr.startsWith(">")) swapBytes(elements, width);
  const data = viewAs(dtype, elements);
  const shape = header.shape;
  return { dtype, shape, data: header.fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data };
}

/** Copies an array whose first index runs fastest into one whose last index does. */
function toRowMajor(data: TensorData, shape: readonly number[]): TensorData {
  const result = data.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const position = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]! += 1;
      source += strides[axis]!;
      if (position[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
