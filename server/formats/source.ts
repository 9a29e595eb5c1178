import { open } from "node:fs/promises";
import { ProblemError } from "../protocol/problem";
import { corrupt, tooLarge, unreadable } from "./faults";

/** No single read may take more than this many bytes. */
export const largestRead = 2 ** 32 - 1;

/** A file open for reads by position, so that its size is not limited by memory. Close it. */
export interface Source {
  readonly path: string;
  readonly size: number;
  /**
   * Exactly `length` bytes from `position`.
   * @throws ProblemError `file-corrupt` when the file ends before them, `too-large` beyond `largestRead`.
   */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** @throws ProblemError `file-missing` when there is no such file or it cannot be read. */
export async function openSource(file: string): Promise<Source> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw unreadable(file, { code: "EISDIR" });
    const { size } = status;
    return {
      path: file,
      size,
      async read(position, length) {
        if (!(position >= 0 && length >= 0 && position + length <= size)) {
          throw corrupt(file, `should hold ${length} bytes at ${position} but ends at ${size}`);
        }
        const bytes = allocate(file, length);
        for (let done = 0; done < length;) {
          const part = Math.min(length - done, 2 ** 30);
          const { bytesRead } = await handle.read(bytes, done, part, position + done);
          if (bytesRead === 0) throw corrupt(file, "became shorter while it was read");
          done += bytesRead;
        }
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error instanceof ProblemError ? error : unreadable(file, error);
  }
}

/** Opens a file for as long as `use` takes. @throws ProblemError as `openSource`, and what `use` throws. */
export async function withSource<T>(file: string, use: (source: Source) => Promise<T>): Promise<T> {
  const source = await openSource(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** The first bytes of a file, at most `length`. @throws ProblemError `file-missing`. */
export function readHead(file: string, length: number): Promise<Uint8Array> {
  return withSource(file, (source) => source.read(0, Math.min(length, source.size)));
}

/** A zeroed buffer. @throws ProblemError `too-large` beyond the limit or the machine's memory. */
export function allocate(file: string, length: number): Uint8Array<ArrayBuffer> {
  const words = `needs ${(length / 2 ** 30).toFixed(1)} GiB of memory for one tensor`;
  const advice = "Use a smaller model, or save its weights in half precision.";
  if (length > largestRead) throw tooLarge(file, words, advice);
  try {
    return new Uint8Array(length);
  } catch {
    throw tooLarge(file, words, advice);
  }
}
