import { ForeseeRequest } from "../../../server/protocol/requests";
import { studyDefaults } from "../../settings";
import { readChange } from "../change";
import type { AskHandler } from "./ask";

/** What the study that is shown would cost with something different about it. */
export const foresee: AskHandler<"foresee"> = {
  read: readChange,
  async answer(change, { source, worker, study }) {
    if (study === undefined) throw new Error("There is no study yet");
    return worker.request(ForeseeRequest, { study, change, defaults: studyDefaults(source) });
  },
};
