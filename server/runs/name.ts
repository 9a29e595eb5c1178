import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { ProblemError } from "../protocol/problem";
import { readJournal, writing } from "./journal";
import { JournalLock } from "./lock";
import { gone } from "./open";
import { cleanName, headerLine } from "./record";

/**
 * Gives a run a name, kept in the first line of its journal; an empty one takes it away. The journal is written anew
 * beside itself and takes its own place in one step, so that it is whole at every moment.
 * @param journal absolute path.
 * @throws ProblemError `journal-unwritable` also while somebody is writing it; `file-missing`, `journal-damaged`,
 *   `journal-version`.
 */
export async function nameRun(journal: string, name: string): Promise<void> {
  if (await JournalLock.isHeld(journal)) throw running(journal);
  // Taking the lock would make the folder of a journal that is gone.
  if ((await readJournal(journal)) === undefined) throw gone(journal);
  const lock = await JournalLock.take(journal);
  try {
    const content = await readJournal(journal);
    if (content === undefined) throw gone(journal);
    const cleaned = cleanName(name);
    if (cleaned === (content.name ?? "")) return;
    const line = headerLine(content.header, cleaned === "" ? undefined : cleaned);
    await writing(journal, () => replaceFirstLine(journal, line));
  } finally {
    await lock.release();
  }
}

/** @param line with its end. */
async function replaceFirstLine(file: string, line: string): Promise<void> {
  const beside = `${file}.named-${randomUUID()}`;
  const { mode } = await stat(file);
  const handle = await open(beside, "wx", mode);
  try {
    try {
      await write(handle, Buffer.from(line, "utf8"));
      await copyRest(file, handle);
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

/** Copies everything after the first line. */
async function copyRest(file: string, to: FileHandle): Promise<void> {
  let isHead = true;
  for await (const piece of createReadStream(file)) {
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

function running(journal: string): ProblemError {
  return new ProblemError({
    reason: "journal-unwritable",
    title: "The run is still going on",
    message: `The run's journal "${journal}" is being written, and its name is kept in it.`,
    advice: "Name the run when it is done, or pause it for good by cancelling: what is measured is kept.",
    file: journal,
  });
}
