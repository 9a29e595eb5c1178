import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pictureStamps } from "../data/pictureFiles";
import { ProblemError } from "../protocol/problem";
import { Kept } from "./stamps";

/** What a file is to a study. */
export type FileRole = "model" | "data" | "checkpoint" | "directions";

/** A file that a study needs, so that it can be found elsewhere by what it holds. */
export interface StudyFile {
  /** Absolute. */
  readonly path: string;
  readonly role: FileRole;
  /** In bytes; 0 for a folder. */
  readonly size: number;
  /** SHA-256 of its bytes; of a folder of pictures that of their names, sizes and times of change. */
  readonly digest: string;
}

const roleNames: Readonly<Record<FileRole, string>> = {
  model: "model",
  data: "data file",
  checkpoint: "checkpoint",
  directions: "file of directions",
};

/** Digests of files that were read before; of a folder none. */
const digests = new Kept<string>(1000);

/**
 * SHA-256 of a file's bytes, in hexadecimal; read in pieces, so that its size does not matter. Of a folder of pictures it
 * is that of their names, sizes and times of change. A file that is the same as before is not read again.
 * @param role what the file is to the study, for messages.
 * @throws ProblemError `file-missing` or `data-missing` when it cannot be read.
 */
export async function fingerprintOf(file: string, role: FileRole): Promise<string> {
  try {
    if (role === "data" && (await isFolder(file))) return await digestOf(pictureStamps(file));
    return await digests.of(file, async () => ({ value: await digestOf(createReadStream(file)) }));
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const what = roleNames[role];
    throw new ProblemError({
      reason: role === "data" ? "data-missing" : "file-missing",
      title: `The ${role === "data" ? "data" : what} cannot be read`,
      message:
        code === "ENOENT" ? `The ${what} "${file}" does not exist.` : `The ${what} "${file}" cannot be read (${code}).`,
      advice: "Check the path and the file's permissions, or choose another file.",
      file,
    });
  }
}

async function digestOf(pieces: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of pieces) hash.update(piece as Uint8Array | string);
  return hash.digest("hex");
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
