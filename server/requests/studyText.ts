import path from "node:path";
import { checkpointsBeside } from "../formats/series/beside";
import type { Study } from "../protocol/study";
import { studyText } from "../study/write";
import type { WriteOptions } from "../study/write";

/**
 * The text of a study file, its checkpoints as a pattern where one stands for exactly them.
 * @throws ProblemError as `studyText`.
 */
export async function textOfStudy(study: Study, options: WriteOptions): Promise<string> {
  const pattern = await patternOf(study);
  return studyText(study, { ...options, ...(pattern === undefined ? {} : { pattern }) });
}

async function patternOf({ model, checkpoints }: Study): Promise<string | undefined> {
  if (!checkpoints) return undefined;
  const series = await checkpointsBeside(model.path);
  const same = series.find(({ files }) => JSON.stringify(files) === JSON.stringify(checkpoints.files));
  return typeof same?.written === "string" ? path.resolve(path.dirname(model.path), same.written) : undefined;
}
