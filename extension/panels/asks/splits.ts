import { SplitsRequest } from "../../../server/protocol/requests";
import type { AskHandler } from "./ask";

/** The splits that a run of the study that is shown might measure. */
export const splits: AskHandler<"splits"> = {
  read: (params) => (typeof params === "object" && params !== null ? {} : undefined),
  async answer(_params, { worker, study }) {
    if (study === undefined) throw new Error("There is no study yet");
    return worker.request(SplitsRequest, { study });
  },
};
