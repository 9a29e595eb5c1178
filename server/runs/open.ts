import { ProblemError } from "../protocol/problem";
import type { RunHeader, RunSnapshot } from "../protocol/result";
import { readJournal } from "./journal";
import type { EndRecord, JournalContent } from "./record";
import { RunState } from "./state";

/**
 * A run as its journal has it; computes no loss. The estimate is made again from what is measured.
 * @param journal absolute path.
 * @throws ProblemError `file-missing`, `journal-damaged`, `journal-version`.
 */
export async function openRun(journal: string): Promise<RunSnapshot> {
  const content = await readJournal(journal);
  if (!content) throw gone(journal);
  return snapshotOf(content, content.header, journal);
}

/** The problem of a journal that is not there. */
export function gone(journal: string): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "The saved results are gone",
    message: `The run's journal "${journal}" is not there any more.`,
    advice: "Run the study again.",
    file: journal,
  });
}

/**
 * The snapshot of a run that is not going on: done when its journal says so and every point is there.
 * @param header the journal's own, or with the paths that its files have now.
 */
export function snapshotOf(content: JournalContent, header: RunHeader, journal: string): RunSnapshot {
  const state = new RunState(header, content);
  const end = endOf(content, state);
  return {
    ...state.picture(),
    status: end ? "done" : "cancelled",
    checks: end ? [...header.checks, ...end.checks] : header.checks,
    journal,
  };
}

/** The end of a run that is done: its journal says so and every point is there; undefined for any other. */
export function endOf({ ends }: JournalContent, state: RunState): EndRecord | undefined {
  const end = ends.at(-1);
  return end?.end === "done" && state.isComplete ? end : undefined;
}
