import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { partsOf } from "../data/parts";
import { mayHaveParts, openCheckpoint } from "../formats/openCheckpoint";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { fingerprintOf } from "./digest";
import type { FileRole } from "./digest";
import { Kept, stampOf } from "./stamps";

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

/** What holds the tensors of checkpoints that were looked at before. */
const holders = new Kept<readonly string[]>(1000);

/** A checkpoint and the files that hold its tensors, where it is only an index of them. */
async function filesOfCheckpoint(file: string): Promise<readonly string[]> {
  if (!mayHaveParts(file)) return [file];
  const held = await holders
    .of(file, async () => {
      const checkpoint = await openCheckpoint(file);
      await checkpoint.close();
      return { value: [checkpoint.path, ...(checkpoint.files ?? [])] };
    })
    // Whoever reads it tells what is wrong with it.
    .catch(() => []);
  return [...new Set([file, ...held])];
}

/** Every file that a study names beside its model, and what these lead to. */
export async function filesOf(study: Study): Promise<ReadonlyMap<string, FileRole>> {
  const files = new Map<string, FileRole>();
  for (const selection of [study.data, ...(study.splits ?? [])]) {
    for (const part of await partsOf(selection.path)) files.set(part, "data");
    const labels = selection.y === undefined ? undefined : path.resolve(path.dirname(selection.path), selection.y);
    if (labels !== undefined && (await isFile(labels))) files.set(labels, "data");
  }
  const { directions } = study;
  const ends = directions.kind === "to" ? [directions.checkpoint] : [];
  const checkpoints = [
    ...(study.model.weights === undefined ? [] : [study.model.weights]),
    ...(study.checkpoints?.files ?? []),
    ...(directions.kind === "between" ? directions.checkpoints : ends),
  ];
  for (const file of checkpoints) for (const part of await filesOfCheckpoint(file)) files.set(part, "checkpoint");
  // The training log decides where the learning rate dropped.
  if (study.checkpoints?.log !== undefined) files.set(study.checkpoints.log, "checkpoint");
  if (directions.kind === "file") files.set(directions.path, "directions");
  return files;
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
