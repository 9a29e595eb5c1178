import { createGunzip, createInflateRaw } from "node:zlib";
import type { Source } from "./source";

/** DEFLATE cannot expand by more than this; whoever declares more is wrong or means harm. */
export const largestExpansion = 1032;

const chunkBytes = 2 ** 16;

/** What came out, and whether there was more than was asked for. */
export interface Inflated {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly more: boolean;
}

/**
 * Unpacks a part of a file piece by piece, holding no more than a chunk of either side.
 * @param method raw DEFLATE, or gzip with its header and checksum (several in a row are one content)
 * @throws ProblemError of the source (cut short), else what the decompressor throws on damaged input.
 */
export async function* inflatedPieces(
  source: Source,
  position: number,
  length: number,
  method: "deflate" | "gzip",
): AsyncGenerator<Uint8Array> {
  const inflater =
    method === "gzip" ? createGunzip({ chunkSize: chunkBytes }) : createInflateRaw({ chunkSize: chunkBytes });
  // Errors reach the reading loop; this is for those that come when nobody reads any more.
  inflater.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => inflater.once("close", resolve));
  const feed = async (): Promise<void> => {
    for (let done = 0; done < length && !inflater.destroyed; done += chunkBytes) {
      const chunk = await source.read(position + done, Math.min(chunkBytes, length - done));
      // Closed early (damage, enough, its content's end), it never takes the chunk, so closing must wake the feeder too.
      await Promise.race([new Promise<void>((resolve) => inflater.write(chunk, () => resolve())), closed]);
    }
    inflater.end();
  };
  const fed = feed().catch((error: unknown) => void inflater.destroy(error as Error));
  try {
    yield* inflater as AsyncIterable<Uint8Array>;
  } finally {
    inflater.destroy();
    await fed;
  }
}

/**
 * Unpacks a part of a file up to `limit` bytes.
 * @throws as `inflatedPieces`, and ProblemError `too-large`.
 */
export async function inflatePart(
  source: Source,
  position: number,
  length: number,
  method: "deflate" | "gzip",
  limit: number,
): Promise<Inflated> {
  const bytes = source.allocate(limit);
  let filled = 0;
  for await (const part of inflatedPieces(source, position, length, method)) {
    const room = limit - filled;
    bytes.set(part.length > room ? part.subarray(0, room) : part, filled);
    filled += Math.min(part.length, room);
    if (part.length > room) return { bytes, more: true };
  }
  return { bytes: bytes.subarray(0, filled), more: false };
}
