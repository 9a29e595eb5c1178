import type { Source } from "../files/source";

/** Samples that lie one after the other, each of equal size. */
export interface Rows {
  /** Where the first one starts. */
  readonly start: number;
  readonly bytes: number;
}

/** Rows that lie closer together than this are read at once, up to a piece's size. */
const smallestGap = 2 ** 14;
const pieceBytes = 2 ** 22;

/** The rows with these ascending indices, read by position. @throws ProblemError as `Source.read`. */
export async function* readRows(
  source: Source,
  { start, bytes }: Rows,
  indices: Uint32Array,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let first = 0; first < indices.length;) {
    const from = indices[first]!;
    let next = first + 1;
    while (next < indices.length) {
      const gap = (indices[next]! - indices[next - 1]! - 1) * bytes;
      if (gap > smallestGap || (indices[next]! + 1 - from) * bytes > pieceBytes) break;
      next += 1;
    }
    const piece = await source.read(start + from * bytes, (indices[next - 1]! + 1 - from) * bytes);
    for (; first < next; first++) {
      const at = (indices[first]! - from) * bytes;
      yield piece.slice(at, at + bytes);
    }
  }
}

/**
 * The rows with these ascending indices, picked from content that can only be read from its start.
 * @param whole goes on to the end of the content after the last of them, which is where checksums are compared.
 */
export async function* pickRows(
  content: AsyncIterable<Uint8Array>,
  { start, bytes }: Rows,
  indices: Uint32Array,
  whole: boolean,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let position = 0;
  let next = 0;
  let row: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  for await (const piece of content) {
    const end = position + piece.length;
    while (next < indices.length) {
      const at = start + indices[next]! * bytes + filled;
      if (at >= end && bytes > 0) break;
      row ??= new Uint8Array(bytes);
      const part = piece.subarray(at - position, at - position + bytes - filled);
      row.set(part, filled);
      filled += part.length;
      if (filled < bytes) break;
      yield row;
      row = undefined;
      filled = 0;
      next += 1;
    }
    position = end;
    if (next === indices.length && !whole) return;
  }
}

/** Elements of a column-major array [rows, …], in which the elements of a row lie far apart. */
export interface Columns {
  readonly start: number;
  readonly rows: number;
  /** Elements of a row. */
  readonly size: number;
  /** Bytes of an element. */
  readonly width: number;
}

/**
 * The rows with these ascending indices of a column-major array, each with its own axes still column-major. All of the
 * content goes by once; only the rows asked for are kept.
 * @param target zeroed, of indices.length × size × width bytes
 */
export async function pickColumns(
  content: AsyncIterable<Uint8Array>,
  { start, rows, size, width }: Columns,
  indices: Uint32Array,
  target: Uint8Array,
): Promise<void> {
  const columnBytes = rows * width;
  let position = 0;
  for await (const piece of content) {
    const end = position + piece.length;
    const firstColumn = Math.max(0, Math.floor((position - start) / columnBytes));
    const lastColumn = Math.min(size - 1, Math.floor((end - 1 - start) / columnBytes));
    for (let column = firstColumn; column <= lastColumn; column++) {
      indices.forEach((index, i) => {
        const at = start + column * columnBytes + index * width - position;
        const to = (i * size + column) * width;
        for (let byte = Math.max(0, -at); byte < width && at + byte < piece.length; byte++) {
          target[to + byte] = piece[at + byte]!;
        }
      });
    }
    position = end;
  }
}
