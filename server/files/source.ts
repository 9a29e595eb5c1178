import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ProblemError } from "../protocol/problem";
import { corrupt, tooLarge } from "./faults";

/** No single read, and no array, may take more than this many bytes. */
export const largestRead = 2 ** 32 - 1;

/** Without waiting for a writer, as opening a named pipe would; Windows knows neither. */
export const openAtOnce = constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0);

/** What files are for, which decides what is said of those that are missing or too large. */
export interface FileKind {
  /** The problem of a file that cannot be opened or read; `error` is the operating system's. */
  unreadable(file: string, error: unknown): ProblemError;
  /** What to do when an array of the file does not fit into memory. */
  readonly tooLargeAdvice: string;
}

/** A file open for reads by position, so that its size is not limited by memory. Close it. */
export interface Source {
  readonly path: string;
  readonly size: number;
  /**
   * Exactly `length` bytes from `position`, which are the caller's to keep and to write.
   * @throws ProblemError `file-corrupt` when the file ends before them, `too-large` beyond `largestRead`.
   */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A zeroed buffer. @throws ProblemError `too-large` beyond `largestRead` or the machine's memory. */
  allocate(length: number): Uint8Array<ArrayBuffer>;
  close(): Promise<void>;
}

/** @throws ProblemError of the kind's own when there is no such file or it cannot be read. */
export async function openSource(file: string, kind: FileKind): Promise<Source> {
  const handle = await open(file, openAtOnce).catch((error: unknown) => {
    throw kind.unreadable(file, error);
  });
  try {
    const status = await handle.stat();
    if (status.isDirectory()) throw kind.unreadable(file, { code: "EISDIR" });
    if (!status.isFile()) throw kind.unreadable(file, new Error("it is no ordinary file"));
    const { size } = status;
    const allocate = (length: number): Uint8Array<ArrayBuffer> => allocateFor(file, kind, length);
    return {
      path: file,
      size,
      allocate,
      async read(position, length) {
        if (!(position >= 0 && length >= 0 && position + length <= size)) {
          throw corrupt(file, `should hold ${length} bytes at ${position} but ends at ${size}`);
        }
        const bytes = allocate(length);
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
    throw error instanceof ProblemError ? error : kind.unreadable(file, error);
  }
}

/** Opens a file for as long as `use` takes. @throws ProblemError as `openSource`, and what `use` throws. */
export async function withSource<T>(file: string, kind: FileKind, use: (source: Source) => Promise<T>): Promise<T> {
  const source = await openSource(file, kind);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** The first bytes, `length` of them or all that there are. @throws ProblemError as `Source.read`. */
export function headOf(source: Source, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, Math.min(length, source.size));
}

function allocateFor(file: string, kind: FileKind, length: number): Uint8Array<ArrayBuffer> {
  const words = `needs ${(length / 2 ** 30).toFixed(1)} GiB of memory for one array`;
  if (length > largestRead) throw tooLarge(file, words, kind.tooLargeAdvice);
  try {
    return new Uint8Array(length);
  } catch {
    throw tooLarge(file, words, kind.tooLargeAdvice);
  }
}
