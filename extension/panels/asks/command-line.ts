import { ProblemError } from "../../../server/protocol/problem";
import { ForeseeRequest } from "../../../server/protocol/requests";
import { studyDefaults } from "../../settings";
import type { AskHandler } from "./ask";

/** The command line that makes the run that is shown. */
export const commandLine: AskHandler<"command-line"> = {
  read: (params) => (typeof params === "object" && params !== null ? {} : undefined),
  async answer(_params, { source, worker, study }) {
    if (study === undefined) throw new Error("There is no study yet");
    const found = await worker.request(ForeseeRequest, { study, change: {}, defaults: studyDefaults(source) });
    if (found.kind === "problem") throw new ProblemError(found.problem);
    return { text: found.command };
  },
};
