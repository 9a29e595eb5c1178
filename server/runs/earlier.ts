import { ProblemError } from "../protocol/problem";
import type { Check } from "../protocol/result";
import { journalCheck } from "./checks";
import { mayResume } from "./find";
import { keepAside, readJournal } from "./journal";
import { hasDirections } from "./plan";
import type { JournalContent } from "./record";
import type { RunOptions } from "./run";

/** What there is at a run's journal before the run begins. */
export interface Earlier {
  /** What the run goes on with. */
  readonly content?: JournalContent;
  /** Keeps what it does not go on with, once there is a new journal, and tells what is to be said of it. */
  readonly aside: () => Promise<readonly Check[]>;
}

const nothing = (): Promise<readonly Check[]> => Promise.resolve([]);

/**
 * The journal to go on with, or how one is kept aside that is not gone on with: it is damaged, was measured in a way that
 * is not to be continued, or the run is wanted afresh.
 * @param file absolute.
 */
export async function earlierJournal(
  file: string,
  { study, mode, log }: Pick<RunOptions, "study" | "mode" | "log">,
): Promise<Earlier> {
  let content: JournalContent | undefined;
  try {
    content = await readJournal(file);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    return {
      aside: async () => {
        const check = journalCheck(problem, await keepAside(file, "damaged"));
        log(check.message);
        return [check];
      },
    };
  }
  if (!content) return { aside: nothing };
  const resumes = mode === "resume" && mayResume(study, content.header);
  if (resumes && (await hasDirections(content.header, file))) return { content, aside: nothing };
  return {
    aside: async () => {
      log(`the earlier results are kept as "${await keepAside(file, "old")}"`);
      return [];
    },
  };
}
