import { SummariesRequest } from "../../../server/protocol/requests";
import { findJournals } from "../../landscapes/journals";
import type { AskHandler } from "./ask";

/** All runs of the workspace, the newest first. */
export const runs: AskHandler<"runs"> = {
  read: () => ({}),

  async answer(_, { worker }) {
    const journals = await findJournals();
    if (journals.length === 0) return [];
    const summaries = await worker.request(SummariesRequest, { journals });
    return [...summaries].sort((a, b) => (a.started < b.started ? 1 : -1));
  },
};
