import type { Command } from "./command";
import { saved, uriOf } from "./uri";

/** Goes on with the unfinished run of a study. */
export const resumeStudy: Command = {
  id: "lossLandscape.resumeStudy",
  async run({ panels }, study) {
    const uri = uriOf(study);
    if (uri !== undefined && (await saved(uri))) panels.run(uri, "resume");
  },
};
