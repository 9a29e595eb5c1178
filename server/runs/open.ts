import { ProblemError } from "../protocol/problem";
import type { RunHeader, RunSnapshot } from "../protocol/result";
import { readJournal } from "./journal";
import type { JournalContent } from "./record";
import { RunState } from "./state";

/**
 * A run as its journal has it; computes no loss. The estimate is made again from what is measured.
 * @param journal absolute path.
 * @throws ProblemError `file-missing`, `journal-damaged`, `journal-version`.
 */
export async function openRun(journal: string): Promise<RunSnapshot> {
  const content = await readJournal(journal);
  if (!content) {
    throw new ProblemError({
      reason: "file-missing",
      title: "The saved results are gone",
      message: `The run's journal "${journal}" is not there any more.`,
      advice: "Run the study again.",
      file: journal,
    });
  }
  return snapshotOf(content, content.header, journal);
}

/**
 * The snapshot of a run that is not going on: done when its journal says so and every point is there.
 * @param header the journal's own, or with the paths that its files have now.
 */
export function snapshotOf(content: JournalContent, header: RunHeader, journal: string): RunSnapshot {
  const state = new RunState(header, content);
  const end = content.ends.at(-1);
  const isDone = end?.end === "done" && state.isComplete;
  return {
    ...state.picture(),
    status: isDone ? "done" : "cancelled",
    checks: isDone ? [...header.checks, ...end.checks] : header.checks,
    journal,
  };
}
