import path from "node:path";
import { modelName } from "../protocol/modelName";
import { ProblemError } from "../protocol/problem";
import type { EarlierRun } from "../protocol/requests";
import type { RunHeader } from "../protocol/result";
import type { Study } from "../protocol/study";
import { studyDigest } from "../study/identity";
import { readJournal } from "./journal";
import { hasDirections } from "./plan";
import { amountOf } from "./state";

/** How the names of journals end. */
const JOURNAL_SUFFIX = ".landscape-run.jsonl";

/** Whether a file is the journal of a run, by its name. */
export function isJournalPath(file: string): boolean {
  return file.endsWith(JOURNAL_SUFFIX);
}

/**
 * Where the run of a study keeps its journal: the same path for the same study of the same files, however it is
 * computed (engine, evaluators, batch size).
 * @param fingerprints SHA-256 of the study's files, by absolute path.
 * @param resultsFolder absolute.
 */
export function journalPath(
  study: Study,
  fingerprints: Readonly<Record<string, string>>,
  resultsFolder: string,
): string {
  const digest = studyDigest(study, fingerprints).slice(0, 8);
  return path.join(resultsFolder, `${modelName(study.model.path)}-${digest}${JOURNAL_SUFFIX}`);
}

/** Whether a run of `study` may go on from what `header`'s run measured: all points must come from one engine. */
export function mayResume(study: Study, header: RunHeader): boolean {
  return study.compute.engine === "auto" || study.compute.engine === header.engine.name;
}

/** The run of the same study on the same files that can be resumed or shown; undefined when there is none. */
export async function findEarlier(
  study: Study,
  fingerprints: Readonly<Record<string, string>>,
  resultsFolder: string,
): Promise<EarlierRun | undefined> {
  const journal = journalPath(study, fingerprints, resultsFolder);
  try {
    const content = await readJournal(journal);
    if (content && !(await hasDirections(content.header, journal))) return undefined;
    if (!content || content.points.length === 0 || !mayResume(study, content.header)) return undefined;
    return { journal, ...amountOf(content) };
  } catch (error) {
    // A journal that cannot be read is nothing to offer; the run itself keeps it aside and says so.
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
