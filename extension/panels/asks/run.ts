import { ProblemError } from "../../../server/protocol/problem";
import { OpenRequest } from "../../../server/protocol/requests";
import { isJournal } from "../../landscapes/words";
import type { AskHandler } from "./ask";

/** A run as its file has it, to be shown beside another one; computes nothing. */
export const run: AskHandler<"run"> = {
  read(params) {
    if (typeof params !== "object" || params === null) return undefined;
    const { journal } = params as { readonly journal?: unknown };
    return isJournal(journal) ? { journal } : undefined;
  },

  async answer({ journal }, { worker }) {
    const result = await worker.request(OpenRequest, { journal });
    if (result.kind === "problem") throw new ProblemError(result.problem);
    return result.snapshot;
  },
};
