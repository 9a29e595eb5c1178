import { ForeseeRequest } from "../../../server/protocol/requests";
import { studyDefaults } from "../../settings";
import type { AskHandler } from "./ask";

/** What the model's run in another plane would cost. */
export const foreseePlane: AskHandler<"foresee-plane"> = {
  read(params) {
    const { plane } = (params ?? {}) as { readonly plane?: unknown };
    return plane === "path" || plane === "random" ? { plane } : undefined;
  },

  async answer({ plane }, { source, worker, propose }) {
    const found = await propose(plane);
    if (found.kind === "problem") return found;
    if (found.kind !== "ready") throw new Error(`The plane cannot be foreseen: ${found.reason}`);
    return worker.request(ForeseeRequest, { study: found.study, change: {}, defaults: studyDefaults(source) });
  },
};
