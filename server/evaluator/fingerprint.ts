import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { partsOf } from "../data/parts";
import { pictureStamps } from "../data/pictureFiles";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { Kept, stampOf } from "./stamps";

/** What a file is to a study. */
export type FileRole = "model" | "data" | "checkpoint" | "directions";

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

/**
 * Fingerprint of a model: of its file, or of its file and the files that hold its weights, in their order.
 * @param further absolute paths of the files that hold its weights, if they are not in the model's own.
 */
export async function fingerprintModel(file: string, further: readonly string[] = []): Promise<string> {
  const own = await fingerprintOf(file, "model");
  if (further.length === 0) return own;
  const all = createHash("sha256").update(own);
  for (const part of further) all.update(await fingerprintOf(part, "model"));
  return all.digest("hex");
}

/**
 * Fingerprints of what a study names, by absolute path: model, weights beside it, data of every split, a file of labels when a split's `y`
 * names one, checkpoints and files of directions.
 * @param further files that hold the model's weights, see `fingerprintModel`.
 */
export async function fingerprintStudy(
  study: Study,
  further: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const fingerprints: Record<string, string> = {};
  fingerprints[study.model.path] = await fingerprintModel(study.model.path, further);
  for (const [file, role] of await filesOf(study)) fingerprints[file] ??= await fingerprintOf(file, role);
  return fingerprints;
}

/** Every file that a study names beside its model. */
export async function filesOf(study: Study): Promise<ReadonlyMap<string, FileRole>> {
  const files = new Map<string, FileRole>();
  for (const selection of [study.data, ...(study.splits ?? [])]) {
    for (const part of await partsOf(selection.path)) files.set(part, "data");
    const labels = selection.y === undefined ? undefined : path.resolve(path.dirname(selection.path), selection.y);
    if (labels !== undefined && (await isFile(labels))) files.set(labels, "data");
  }
  if (study.model.weights !== undefined) files.set(study.model.weights, "checkpoint");
  for (const file of study.checkpoints?.files ?? []) files.set(file, "checkpoint");
  // The training log decides where the learning rate dropped.
  if (study.checkpoints?.log !== undefined) files.set(study.checkpoints.log, "checkpoint");
  const { directions } = study;
  if (directions.kind === "to") files.set(directions.checkpoint, "checkpoint");
  if (directions.kind === "between") for (const file of directions.checkpoints) files.set(file, "checkpoint");
  if (directions.kind === "file") files.set(directions.path, "directions");
  return files;
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** `data.y` is the name of an array more often than that of a file. */
async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * Reads the files of a study with `read` and returns what it returns, with their fingerprints.
 * @param expected fingerprints that the files must have.
 * @throws ProblemError `file-changed` when they have others, or change while they are read.
 */
export async function reading<T extends { readonly files: readonly string[] }>(
  study: Study,
  expected: Readonly<Record<string, string>> | undefined,
  read: () => Promise<T>,
): Promise<{ readonly content: T; readonly fingerprints: Readonly<Record<string, string>> }> {
  const files = [study.model.path, ...(await filesOf(study)).keys()];
  const before = await textsOf(files);
  const content = await read();
  const fingerprints = await fingerprintStudy(study, content.files);
  const after = await textsOf(files);
  const changed = files.find((file, i) => before[i] !== after[i] || isOther(fingerprints[file], expected?.[file]));
  if (changed !== undefined) throw fileChanged(changed);
  return { content, fingerprints };
}

function isOther(fingerprint: string | undefined, expected: string | undefined): boolean {
  return expected !== undefined && expected !== fingerprint;
}

async function textsOf(files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(files.map(async (file) => (await stampOf(file)).text));
}

/** The problem of a file that is not what it was when the run began. */
export function fileChanged(file: string): ProblemError {
  return new ProblemError({
    reason: "file-changed",
    title: "A file changed during the run",
    message: `"${file}" was changed after the run began, so its remaining points would belong to another surface.`,
    advice: "Run the study again; what was measured before the change is kept with the earlier results.",
    file,
  });
}
