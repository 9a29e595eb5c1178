import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { writing } from "./journal";
import type { JournalContent } from "./record";

/** What is different in a journal that is written anew; all in between stays as it is. */
export interface Rewriting {
  /** The first line, with its end. */
  readonly line: string;
  /** Further lines after the last one, each with its end. */
  readonly tail?: string;
}

/**
 * Gives a journal another first line, and more lines at its end. It is written anew beside itself and takes its own place
 * in one step, so that it is whole at every moment. Hold its lock.
 * @param content what was read from it: a half-written last line is left out.
 * @throws ProblemError `journal-unwritable`.
 */
export function rewriteJournal(
  file: string,
  { length }: Pick<JournalContent, "length">,
  { line, tail = "" }: Rewriting,
): Promise<void> {
  return writing(file, () => rewrite(file, length, line, tail));
}

async function rewrite(file: string, length: number, line: string, tail: string): Promise<void> {
  const beside = `${file}.new-${randomUUID()}`;
  const { mode } = await stat(file);
  const handle = await open(beside, "wx", mode);
  try {
    try {
      await write(handle, Buffer.from(line, "utf8"));
      await copyRest(file, length, handle);
      await write(handle, Buffer.from(tail, "utf8"));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Copies everything after the first line, up to `length` bytes of the file. */
async function copyRest(file: string, length: number, to: FileHandle): Promise<void> {
  let isHead = true;
  for await (const piece of createReadStream(file, { end: length - 1 })) {
    const bytes = piece as Uint8Array;
    const end = isHead ? bytes.indexOf(0x0a) : -1;
    if (isHead && end < 0) continue;
    isHead = false;
    await write(to, bytes.subarray(end + 1));
  }
}

async function write(to: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await to.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}
