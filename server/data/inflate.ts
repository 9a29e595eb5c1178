import { Gunzip, Inflate } from "fflate";
import { allocate } from "./file";
import type { DataFile } from "./file";

/** DEFLATE cannot expand by more than this; whoever declares more is wrong or means harm. */
export const maximumExpansion = 1032;

// Small enough that the expansion of one chunk, before it is cut to the limit, stays modest.
const chunkBytes = 2 ** 16;

/** Thrown inside to stop a decompressor that has given enough. */
class Enough extends Error {}

/** What came out, and whether there was more than was asked for. */
export interface Inflated {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly more: boolean;
}

/**
 * Decompresses a part of a file up to `limit` bytes, never holding more than that.
 * @param method raw DEFLATE, or gzip with its header
 * @throws what the decompressor throws on damaged input
 */
export async function inflatePart(
  file: DataFile,
  position: number,
  length: number,
  method: "deflate" | "gzip",
  limit: number,
): Promise<Inflated> {
  const bytes = allocate(file.path, limit);
  let filled = 0;
  let more = false;
  const take = (chunk: Uint8Array): void => {
    const room = limit - filled;
    bytes.set(chunk.length > room ? chunk.subarray(0, room) : chunk, filled);
    filled += Math.min(chunk.length, room);
    if (chunk.length > room) {
      more = true;
      throw new Enough();
    }
  };
  const stream = method === "gzip" ? new Gunzip(take) : new Inflate(take);
  try {
    for (let done = 0; done < length || done === 0;) {
      const chunk = await file.read(position + done, Math.min(chunkBytes, length - done));
      done += chunk.length;
      stream.push(chunk, done >= length || chunk.length === 0);
      if (chunk.length === 0) break;
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return { bytes: bytes.subarray(0, filled), more };
}
