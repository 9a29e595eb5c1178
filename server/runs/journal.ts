import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { Point, RunHeader } from "../protocol/result";
import type { ExtraRecord } from "./extras";
import { damaged, endLine, extraLine, headerLine, JournalParser, pointLine } from "./record";
import type { EndRecord, JournalContent } from "./record";

/** A million points of several splits take less. */
const largestJournal = 2 ** 29;

/** How many earlier results of the same study are kept aside when it is run afresh. */
const KEPT_OLD = 3;

/**
 * A journal open for writing. Everything is on the disk when a call resolves.
 * One writer at a time: hold the journal's lock.
 */
export class Journal {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    /** Bytes known to be whole. */
    private length: number,
  ) {}

  /**
   * Begins a journal with its header and what is measured already. There must be no file yet.
   * @throws ProblemError `journal-unwritable`.
   */
  static async create(
    file: string,
    header: RunHeader,
    { points = [], extras = [] }: Partial<Pick<JournalContent, "points" | "extras">> = {},
  ): Promise<Journal> {
    const journal = await writing(file, async () => {
      await mkdir(path.dirname(file), { recursive: true });
      return new Journal(file, await open(file, "wx"), 0);
    });
    try {
      await journal.append([headerLine(header), ...points.map(pointLine), ...extras.map(extraLine)].join(""));
    } catch (error) {
      // Without its header the file is of no use, and would be taken for a damaged one.
      await journal.close();
      await rm(file, { force: true });
      throw error;
    }
    return journal;
  }

  /**
   * Goes on with a journal; a half-written last line is cut off.
   * @throws ProblemError `journal-unwritable`.
   */
  static async resume(file: string, content: JournalContent): Promise<Journal> {
    return writing(file, async () => {
      const handle = await open(file, "r+");
      await handle.truncate(content.length);
      return new Journal(file, handle, content.length);
    });
  }

  /** Appends the points, flushed. @throws ProblemError `journal-unwritable`; what was there before stays. */
  appendPoints(points: readonly Point[]): Promise<void> {
    return this.append(points.map(pointLine).join(""));
  }

  /** Appends what was measured beside the grid, flushed. @throws ProblemError `journal-unwritable`. */
  appendExtras(records: readonly ExtraRecord[]): Promise<void> {
    return this.append(records.map(extraLine).join(""));
  }

  /** Appends the end of a session, flushed. @throws ProblemError `journal-unwritable`. */
  appendEnd(end: EndRecord): Promise<void> {
    return this.append(endLine(end));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async append(text: string): Promise<void> {
    const bytes = Buffer.from(text, "utf8");
    await writing(this.path, async () => {
      try {
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.length + done);
          done += bytesWritten;
        }
        await this.handle.datasync();
        this.length += bytes.length;
      } catch (error) {
        // A full disk leaves half of the text; without it the file ends with a whole line.
        await this.handle.truncate(this.length).catch(() => {});
        throw error;
      }
    });
  }
}

/**
 * The first line of a journal; undefined when there is no file.
 * @throws ProblemError `journal-damaged`, `journal-version`.
 */
export async function readHeader(file: string): Promise<RunHeader | undefined> {
  const parser = new JournalParser(file);
  return reading(file, async () => {
    for await (const piece of createReadStream(file)) {
      const bytes = piece as Uint8Array;
      const end = bytes.indexOf(0x0a);
      parser.take(end < 0 ? bytes : bytes.subarray(0, end + 1));
      if (end >= 0) break;
    }
    return parser.content().header;
  });
}

/**
 * The content of a journal; undefined when there is no file. It is read in pieces, so that others have their turn in
 * between.
 * @throws ProblemError `journal-damaged`, `journal-version`.
 */
export async function readJournal(file: string): Promise<JournalContent | undefined> {
  const parser = new JournalParser(file);
  return reading(file, async () => {
    const { size } = await stat(file);
    if (size > largestJournal) throw damaged(file, `it has ${String(size)} bytes, more than any run writes`);
    for await (const bytes of createReadStream(file)) parser.take(bytes as Uint8Array);
    return parser.content();
  });
}

/** Runs `action`; undefined when there is no file, and what the file system refuses becomes a problem that names it. */
async function reading<T>(file: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (codeOf(error) === "ENOENT") return undefined;
    throw new ProblemError({
      reason: "journal-damaged",
      title: "The saved results cannot be read",
      message: `The run's journal "${file}" cannot be read: ${describeCode(error)}.`,
      advice: "Check the file's permissions, or run the study again with another results folder.",
      file,
    });
  }
}

/**
 * Keeps a journal aside as `….old-1` or `….damaged-1`, with the next free number, and returns its new path.
 * Of the old ones only the last few are kept; damaged ones are never deleted.
 * @throws ProblemError `journal-unwritable`.
 */
export function keepAside(file: string, why: "old" | "damaged"): Promise<string> {
  return writing(file, async () => {
    const prefix = `${path.basename(file)}.${why}-`;
    const numbers = (await readdir(path.dirname(file)))
      .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
      .map((name) => Number(name.slice(prefix.length)))
      .sort((a, b) => a - b);
    const target = `${file}.${why}-${String((numbers.at(-1) ?? 0) + 1)}`;
    await rename(file, target);
    const surplus = why === "old" ? numbers.slice(0, Math.max(0, numbers.length + 1 - KEPT_OLD)) : [];
    for (const number of surplus) await rm(`${file}.${why}-${String(number)}`, { force: true });
    return target;
  });
}

/** Runs `action`; what the file system refuses becomes a problem that names the folder. */
export async function writing<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    const folder = path.dirname(file);
    throw new ProblemError({
      reason: "journal-unwritable",
      title: "The results cannot be saved",
      message: `The folder "${folder}" does not take the run's journal "${path.basename(file)}": ${describeCode(error)}.`,
      advice: "Free some space or choose another results folder in the settings, then run again.",
      file,
    });
  }
}

/** The system's code of an error of the file system, e.g. `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

function describeCode(error: unknown): string {
  const code = codeOf(error) ?? "unknown error";
  const known: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EFBIG: "the file would become larger than the system allows",
    EROFS: "the disk is read-only",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    ENOTDIR: "a part of its path is a file",
    EEXIST: "a file is in its place",
    EISDIR: "a folder is in its place",
    EIO: "the disk reported an error",
  };
  return known[code] ? `${known[code]} (${code})` : code;
}
