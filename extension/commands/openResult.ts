import type { Command } from "./command";
import { uriOf } from "./uri";

/** Shows the result of an earlier run of a study. */
export const openResult: Command = {
  id: "lossLandscape.openResult",
  run({ panels }, study, journal) {
    const uri = uriOf(study);
    if (uri !== undefined && typeof journal === "string") panels.open(uri, journal);
  },
};
