import { stat } from "node:fs/promises";
import type { Study } from "../protocol/study";
import { fingerprintOf } from "./digest";
import type { FileRole, StudyFile } from "./digest";
import { filesOf } from "./fingerprint";

/**
 * Every file that a study needs, each with its own digest.
 * @param further absolute paths of the files that hold the model's weights, if they are not in the model's own.
 * @param known digests of files that need not be read again.
 * @throws ProblemError that names a file which cannot be read.
 */
export async function contentsOf(
  study: Study,
  further: readonly string[],
  known: Readonly<Record<string, string>>,
): Promise<readonly StudyFile[]> {
  const roles = new Map<string, FileRole>([
    [study.model.path, "model"],
    ...further.map((file) => [file, "model"] as const),
    ...(await filesOf(study)),
  ]);
  const files: StudyFile[] = [];
  for (const [file, role] of roles) {
    // The fingerprint of a model in several files is that of all of them.
    const isKnown = role !== "model" || further.length === 0;
    const digest = (isKnown ? known[file] : undefined) ?? (await fingerprintOf(file, role));
    const found = await stat(file);
    files.push({ path: file, role, size: found.isFile() ? found.size : 0, digest });
  }
  return files;
}
