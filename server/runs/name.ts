import { ProblemError } from "../protocol/problem";
import { readJournal } from "./journal";
import { JournalLock } from "./lock";
import { gone } from "./open";
import { cleanName, headerLine } from "./record";
import { rewriteJournal } from "./rewrite";

/**
 * Gives a run a name, kept in the first line of its journal; an empty one takes it away. The journal is written anew
 * beside itself and takes its own place in one step, so that it is whole at every moment.
 * @param journal absolute path.
 * @throws ProblemError `journal-unwritable` also while somebody is writing it; `file-missing`, `journal-damaged`,
 *   `journal-version`.
 */
export async function nameRun(journal: string, name: string): Promise<void> {
  if (await JournalLock.isHeld(journal)) throw running(journal);
  // Taking the lock would make the folder of a journal that is gone.
  if ((await readJournal(journal)) === undefined) throw gone(journal);
  const lock = await JournalLock.take(journal);
  try {
    const content = await readJournal(journal);
    if (content === undefined) throw gone(journal);
    const cleaned = cleanName(name);
    if (cleaned === (content.name ?? "")) return;
    const line = headerLine(content.header, cleaned === "" ? undefined : cleaned);
    await rewriteJournal(journal, content, { line });
  } finally {
    await lock.release();
  }
}

function running(journal: string): ProblemError {
  return new ProblemError({
    reason: "journal-unwritable",
    title: "The run is still going on",
    message: `The run's journal "${journal}" is being written, and its name is kept in it.`,
    advice: "Name the run when it is done, or pause it for good by cancelling: what is measured is kept.",
    file: journal,
  });
}
