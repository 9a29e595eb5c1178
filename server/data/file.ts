import { open } from "node:fs/promises";
import { basename } from "node:path";
import { ProblemError } from "../protocol/problem";
import { tooLarge } from "./problems";

/** No array of a data file may take more than this many bytes. */
export const maximumArrayBytes = 2 ** 32 - 1;

/** A file open for positional reads, so that its size is not limited by memory. */
export interface DataFile {
  readonly path: string;
  readonly size: number;
  /** Bytes from `position`; fewer than `length` only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Opens `path` for as long as `use` takes.
 * @throws ProblemError `data-missing` when it cannot be opened or read
 */
export async function withFile<T>(path: string, use: (file: DataFile) => Promise<T>): Promise<T> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw missing(path, error);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw missing(path, { code: "EISDIR" });
    return await use({
      path,
      size: stat.size,
      async read(position, length) {
        const wanted = Math.max(0, Math.min(length, stat.size - position));
        const bytes = allocate(path, wanted);
        let filled = 0;
        while (filled < wanted) {
          const { bytesRead } = await handle.read(bytes, filled, Math.min(wanted - filled, 2 ** 30), position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      },
    });
  } finally {
    await handle.close();
  }
}

/**
 * A zeroed buffer.
 * @throws ProblemError `too-large` when it is beyond the limit or the machine's memory
 */
export function allocate(path: string, length: number): Uint8Array<ArrayBuffer> {
  const words = `needs ${(length / 2 ** 30).toFixed(1)} GiB of memory for one array`;
  if (length > maximumArrayBytes) throw tooLarge(path, words);
  try {
    return new Uint8Array(length);
  } catch {
    throw tooLarge(path, words);
  }
}

function missing(path: string, error: unknown): ProblemError {
  const code = (error as { code?: string }).code;
  const found =
    code === "ENOENT" || code === "ENOTDIR"
      ? "does not exist"
      : code === "EISDIR"
        ? "is not a file"
        : code === "EACCES" || code === "EPERM"
          ? "may not be read"
          : `could not be opened (${code ?? "unknown error"})`;
  return new ProblemError({
    reason: "data-missing",
    title: "The data file cannot be opened",
    message: `The data file ${basename(path)} ${found}.`,
    advice: "Check the path of the data in the study, or choose another file.",
    file: path,
  });
}
