import { sizeOf, type DataType, type Tensor } from "../../graph/tensor";
import { bytesOf, widthOf } from "../../graph/elements";
import { corrupt, unsupported } from "../faults";
import { columnMajorStrides, gather, tensorOf } from "../values";

/** What the header of an array says. */
export interface NpyHeader {
  readonly dtype: DataType;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements start. */
  readonly offset: number;
}

/** Enough bytes to hold any header that is accepted. */
export const npyHeadBytes = 2 ** 14;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

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

/**
 * Reads the header of an array in NumPy's own format, versions 1 to 3.
 * @param head its first `npyHeadBytes` bytes, or all of it when it is shorter.
 * @param name of the array, for messages.
 * @throws ProblemError `file-corrupt`; `file-unsupported` for elements that are no plain little-endian numbers.
 */
export function parseNpyHeader(head: Uint8Array, name: string, path: string): NpyHeader {
  const damaged = (found: string): Error => corrupt(path, `is damaged: the array ${name} ${found}`);
  if (head.length < 12 || magic.some((byte, i) => head[i] !== byte)) throw damaged("does not start like an array");
  const version = head[6]!;
  if (version < 1 || version > 3) throw damaged(`has the unknown version ${version}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > head.length) throw damaged(`has a header of ${length} bytes`);
  const text = new TextDecoder().decode(head.subarray(start, start + length));
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|\[)/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) throw damaged("has a header that cannot be understood");
  const type = /^[<|]([biuf][1248])$/.exec(descr[1] ?? "")?.[1];
  const dtype = type === undefined ? undefined : dtypes[type];
  if (!dtype) {
    const found = `holds ${name} as type ${descr[1] ?? "records"}, which is no plain little-endian number`;
    throw unsupported(path, found, "Save the arrays as float32, e.g. array.astype('float32').");
  }
  const extents = shape[1]!.split(",").map((extent) => extent.replace("L", "").trim());
  const numbers = extents.filter((extent) => extent !== "").map(Number);
  if (!numbers.every(Number.isSafeInteger) || !Number.isSafeInteger(sizeOf(numbers) * 8)) {
    throw damaged(`has the absurd shape [${numbers.join(", ")}]`);
  }
  return { dtype, fortranOrder: order[1] === "True", shape: numbers, offset: start + length };
}

/** The array in a whole `.npy`, in row-major order. @throws ProblemError as `parseNpyHeader`, or for a wrong size. */
export function parseNpy(bytes: Uint8Array, name: string, path: string): Tensor {
  const { dtype, fortranOrder, shape, offset } = parseNpyHeader(bytes.subarray(0, npyHeadBytes), name, path);
  const elements = bytes.subarray(offset);
  if (elements.length !== sizeOf(shape) * widthOf(dtype)) {
    const found = `is damaged: the array ${name} of shape [${shape.join(", ")}] has ${elements.length} bytes of ${dtype}`;
    throw corrupt(path, found);
  }
  const plain = fortranOrder ? gather(elements, dtype, shape, columnMajorStrides(shape)) : elements;
  return tensorOf(dtype, shape, plain);
}

/** A float32 array in NumPy's own format, version 1: its header and its elements. */
export function npyParts(tensor: Tensor & { readonly data: Float32Array }): readonly [Uint8Array, Uint8Array] {
  const { shape } = tensor;
  const tuple = shape.length === 1 ? `(${shape.join()},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new Uint8Array(10 + length);
  header.set([...magic, 1, 0, length & 0xff, length >> 8]);
  header.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  return [header, bytesOf(tensor)];
}
