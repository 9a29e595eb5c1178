import { corrupt, tooLarge, unsupported } from "./faults";
import { parseJson } from "./json";
import type { Source } from "./source";
import { widthOf } from "../graph/elements";
import { sizeOf, type DataType } from "../graph/tensor";

/** A tensor and where in the file its bytes are. */
export interface StoredTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly position: number;
  readonly length: number;
}

/** Largest header that is read; it has about 100 bytes for each tensor. */
const largestHeader = 2 ** 25;
/** The header is an object of objects with lists; anything deeper is none. */
const deepest = 3;

export const safetensorsTypes: Readonly<Record<string, DataType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
};

/**
 * Reads what a safetensors file declares: eight bytes of length, a header in JSON, then the tensors' bytes.
 * @throws ProblemError `file-corrupt`, `file-unsupported` for elements of other types, `too-large`.
 */
export async function readHeader(source: Source): Promise<ReadonlyMap<string, StoredTensor>> {
  const { path, size } = source;
  if (size < 8) throw corrupt(path, `is no safetensors file: it has ${size} bytes`);
  const wide = new DataView((await source.read(0, 8)).buffer).getBigUint64(0, true);
  if (wide > BigInt(size - 8)) {
    throw corrupt(path, `is cut short or no safetensors file: a header of ${wide} bytes does not fit ${size}`);
  }
  const length = Number(wide);
  if (length > largestHeader) {
    throw tooLarge(path, `has a header of ${length} bytes`, "Save the weights alone, without further metadata.");
  }
  const header = parse(await source.read(8, length), path);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") tensors.set(name, readEntry(name, entry, 8 + length, source));
  }
  return tensors;
}

function parse(bytes: Uint8Array, path: string): Record<string, unknown> {
  const header = parseJson(bytes, deepest);
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw corrupt(path, "is no safetensors file: its header is not a JSON object of tensors");
  }
  return header as Record<string, unknown>;
}

function readEntry(name: string, entry: unknown, base: number, source: Source): StoredTensor {
  const { path, size } = source;
  const { dtype: code, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const damaged = (): Error => corrupt(path, `is damaged: what its header says of ${name} makes no sense`);
  if (typeof code !== "string" || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) throw damaged();
  const dtype = safetensorsTypes[code];
  if (!dtype) {
    const found = `stores ${name} as ${code}, which is not read`;
    throw unsupported(path, found, "Save the weights as F32, F16 or BF16; quantised weights have no loss landscape.");
  }
  const [from, to] = offsets as [number, number];
  const length = to - from;
  if (length !== sizeOf(shape) * widthOf(dtype)) throw damaged();
  if (base + to > size) throw corrupt(path, `is cut short: ${name} should end at ${base + to}, the file at ${size}`);
  return { dtype, shape, position: base + from, length };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
}
