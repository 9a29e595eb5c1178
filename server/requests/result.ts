import type { RunResult } from "../protocol/result";
import { toResult } from "../runs/export/json";
import { readJournal } from "../runs/journal";
import { openRun } from "../runs/open";

/**
 * The result of a run as its journal has it, finished or not.
 *
 * @param journal absolute path.
 * @throws ProblemError `file-missing`, `journal-damaged`, `journal-version`.
 */
export async function resultOf(journal: string): Promise<RunResult> {
  return toResult(await openRun(journal), await secondsOf(journal));
}

/** How long all sessions of a run took together, as far as they were ended rather than killed. */
export async function secondsOf(journal: string): Promise<number> {
  const content = await readJournal(journal);
  return (content?.ends ?? []).reduce((sum, { seconds }) => sum + seconds, 0);
}
