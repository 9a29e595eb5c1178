import { corrupt } from "../files/faults";
import { swapBytes } from "../files/npy";
import type { Source } from "../files/source";
import { columnMajorStrides, gather, tensorOf } from "../files/strides";
import { viewAs, widthOf } from "../graph/elements";
import { sizeOf, type DataType, type Tensor } from "../graph/tensor";
import { pickColumns, pickRows, readRows } from "./rows";

/** How the elements of an array [samples, …] lie in some content. */
export interface ArrayLayout {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Where they start. */
  readonly offset: number;
  readonly fortranOrder?: boolean;
  readonly bigEndian?: boolean;
}

/** Content that holds an array. */
export interface ArrayContent {
  /** For messages. */
  readonly file: Source;
  /** All of it from its start. @throws ProblemError */
  pieces(): AsyncIterable<Uint8Array>;
  /** Where it starts in the file, when its bytes may be read by position. */
  readonly position?: number;
  /** Whether it has a checksum that is to be verified by reading to its end. */
  readonly checked: boolean;
}

/**
 * The samples with these ascending indices. By position only they are read; otherwise the content goes by once and only
 * the samples asked for are kept.
 * @throws ProblemError that names the file.
 */
export async function* arraySamples(
  content: ArrayContent,
  layout: ArrayLayout,
  indices: Uint32Array,
): AsyncGenerator<Tensor> {
  const { dtype, offset, bigEndian = false } = layout;
  const [rows = 0, ...shape] = layout.shape;
  const width = widthOf(dtype);
  const size = sizeOf(shape);
  const bytes = size * width;
  const columnMajor = layout.fortranOrder === true && size > 1;
  const read = columnMajor
    ? columnMajorRows(content, { start: offset, rows, size, width }, indices)
    : content.position === undefined
      ? pickRows(content.pieces(), { start: offset, bytes }, indices, content.checked)
      : readRows(content.file, { start: content.position + offset, bytes }, indices);
  let count = 0;
  for await (const row of read) {
    if (bigEndian) swapBytes(row, width);
    count += 1;
    yield columnMajor
      ? { dtype, shape, data: gather(dtype, viewAs(dtype, row), shape, columnMajorStrides(shape)) }
      : tensorOf(dtype, shape, row);
  }
  if (count < indices.length) throw corrupt(content.file.path, "is damaged: it ends before its last sample");
}

async function* columnMajorRows(
  content: ArrayContent,
  columns: Parameters<typeof pickColumns>[1],
  indices: Uint32Array,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const bytes = columns.size * columns.width;
  const all = content.file.allocate(indices.length * bytes);
  await pickColumns(content.pieces(), columns, indices, all);
  for (let i = 0; i < indices.length; i++) yield all.slice(i * bytes, (i + 1) * bytes);
}

const pieceBytes = 2 ** 20;

/** A file from `position` on as content of `length` bytes. */
export function plainContent(file: Source, position = 0, length = file.size - position): ArrayContent {
  return {
    file,
    position,
    checked: false,
    async *pieces() {
      for (let done = 0; done < length; done += pieceBytes) {
        yield await file.read(position + done, Math.min(pieceBytes, length - done));
      }
    },
  };
}
