import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const zstdMagic = 0xfd2fb528;
/** Most that a block of Zstandard unpacks to. */
const zstdBlock = 2 ** 17;

/**
 * Decompressors of pages that never make much more than the page claims, which itself may be no more than `most` bytes.
 * The library's own, but for gzip and Brotli, for which Node has faster ones with a limit.
 */
export function boundedCompressors(most: number): Compressors {
  const bounded: Compressors = {
    ...compressors,
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
    ZSTD: (input, length) => {
      checkZstd(input, length);
      return compressors.ZSTD!(input, length);
    },
  };
  return Object.fromEntries(
    Object.entries(bounded).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (!(length <= most)) throw new Error(`a page claims ${length} bytes`);
        return unpack(input, length);
      },
    ]),
  );
}

/**
 * Walks through the blocks of a frame of Zstandard without unpacking them. Blocks that repeat one byte say how long they
 * get; those with sequences may get 128 KiB long, and writers fill most of them.
 * @throws Error when they would come to more than the page claims
 */
export function checkZstd(input: Uint8Array, length: number): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== zstdMagic) throw new Error("a page is no frame of Zstandard");
  const descriptor = input[4]!;
  const single = (descriptor & 0x20) !== 0;
  const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  let at = 5 + (single ? 0 : 1) + dictionary + contentSize;
  let exact = 0;
  let packed = 0;
  for (let last = false; !last;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    const size = header >> 3;
    const type = (header >> 1) & 3;
    if (type === 2) packed += 1;
    else exact += size;
    at += 3 + (type === 1 ? 1 : size);
    if (exact > length || packed * zstdBlock > 32 * length + 2 ** 22) {
      throw new Error(`a page of ${length} bytes would unpack to more`);
    }
  }
}
