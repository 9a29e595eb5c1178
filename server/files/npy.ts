import { bytesOf, widthOf } from "../graph/elements";
import { sizeOf, type DataType, type Tensor } from "../graph/tensor";
import { corrupt, unsupported } from "./faults";
import { columnMajorStrides, gather, isRowMajor, tensorOf } from "./strides";

/** What the header of an array says. */
export interface NpyHeader {
  /** NumPy's own type string, e.g. `<f4`, or the text of a structured type. */
  readonly descr: string;
  /** Undefined for elements that are no plain numbers: objects, text, records. */
  readonly dtype: DataType | undefined;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements start. */
  readonly offset: number;
}

/** Enough bytes to hold any header that `parseNpyHeader` accepts. */
export const npyHeadBytes = 12 + 2 ** 16;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const dtypes = {
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
} as const satisfies Readonly<Record<string, DataType>>;

/** The element type of a NumPy type string, or undefined for one that is no plain number (objects, text, records). */
export function dtypeOf(descr: string): DataType | undefined {
  return /^[<>=|][biuf][1248]$/.test(descr) ? (dtypes as Record<string, DataType>)[descr.slice(1)] : undefined;
}

/**
 * Reads the header of an array in NumPy's own format, versions 1 to 3.
 * @param head its first `npyHeadBytes` bytes, or all of it when it is shorter.
 * @param name of the array, for messages.
 * @throws ProblemError `file-corrupt`.
 */
export function parseNpyHeader(head: Uint8Array, name: string, path: string): NpyHeader {
  const damaged = (found: string): Error => corrupt(path, `is damaged: ${found}`);
  if (head.length < 10 || magic.some((byte, i) => head[i] !== byte)) {
    throw damaged(`${name} does not start like an array`);
  }
  const version = head[6]!;
  if (version < 1 || version > 3) throw damaged(`${name} has the unknown format version ${version}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = version === 1 ? 10 : 12;
  if (head.length < start) throw damaged(`${name} ends within its header`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > Math.min(head.length, npyHeadBytes)) {
    throw damaged(`the header of ${name} claims ${length} bytes`);
  }
  const text = new TextDecoder().decode(head.subarray(start, start + length));
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[[\s\S]*\]))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const tuple = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !tuple) throw damaged(`the header of ${name} cannot be understood`);
  const extents = tuple[1]!.split(",").map((extent) => extent.replace("L", "").trim());
  const shape = extents.filter((extent) => extent !== "").map(Number);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(sizeOf(shape) * 8)) {
    throw damaged(`${name} has the absurd shape [${shape.join(", ")}]`);
  }
  const type = descr[1] ?? descr[2]!;
  return { descr: type, dtype: dtypeOf(type), fortranOrder: order[1] === "True", shape, offset: start + length };
}

/** The element type of an array of plain numbers. @throws ProblemError `file-unsupported` for any other. */
export function numberType({ descr, dtype }: NpyHeader, name: string, path: string): DataType {
  if (dtype) return dtype;
  const type = descr.startsWith("[") || descr.length > 20 ? "records" : `type ${descr}`;
  throw unsupported(
    path,
    `holds ${name} as ${type}, which is not an array of plain numbers`,
    "Save it with a numeric type, e.g. array.astype('float32') for weights and samples and 'int64' for labels.",
  );
}

/**
 * The array in a whole `.npy`, row-major and little-endian.
 * @param bytes shared with the result where they can be, and turned round in place where they are big-endian.
 * @throws ProblemError `file-corrupt`, also when the size disagrees with the shape; `file-unsupported` for elements that
 *   are no plain numbers.
 */
export function parseNpy(bytes: Uint8Array<ArrayBuffer>, name: string, path: string): Tensor {
  const header = parseNpyHeader(bytes.subarray(0, npyHeadBytes), name, path);
  const dtype = numberType(header, name, path);
  const { shape, fortranOrder, offset } = header;
  const elements = bytes.subarray(offset);
  const width = widthOf(dtype);
  if (elements.length !== sizeOf(shape) * width) {
    const expected = `[${shape.join(", ")}] of ${dtype}`;
    throw corrupt(path, `is damaged: ${name} should hold ${expected} but has ${elements.length} bytes`);
  }
  if (header.descr.startsWith(">")) swapBytes(elements, width);
  const tensor = tensorOf(dtype, shape, elements);
  const strides = columnMajorStrides(shape);
  if (!fortranOrder || isRowMajor(shape, strides)) return tensor;
  return { dtype, shape, data: gather(dtype, tensor.data, shape, strides) };
}

/** Reverses the bytes of every element in place: big to little endian. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

const descrs = new Map<DataType, string>(
  Object.entries(dtypes).map(([code, dtype]) => [dtype, `${code.endsWith("1") ? "|" : "<"}${code}`]),
);

/**
 * An array in NumPy's own format, version 1: its header, which ends at a multiple of 64 bytes as NumPy's own does, and its
 * elements, which are the tensor's memory.
 * @throws Error for bfloat16, which NumPy does not have.
 */
export function npyParts(tensor: Tensor): readonly [header: Uint8Array, elements: Uint8Array] {
  const { dtype, shape } = tensor;
  const descr = descrs.get(dtype);
  if (descr === undefined) throw new Error(`NumPy has no ${dtype}.`);
  const tuple = shape.length === 1 ? `(${shape.join()},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new Uint8Array(10 + length);
  header.set([...magic, 1, 0, length & 0xff, length >> 8]);
  header.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  return [header, bytesOf(tensor)];
}
