import type { Command } from "./command";
import { saved, uriOf } from "./uri";

/** Runs a study anew as its editor shows it, beside the text. An earlier result is kept aside. */
export const runStudy: Command = {
  id: "lossLandscape.runStudy",
  async run({ panels }, study) {
    const uri = uriOf(study);
    if (uri !== undefined && (await saved(uri))) panels.run(uri, "fresh");
  },
};
