import { copyCall } from "../code/insert";
import type { Command } from "./command";

/** Copies the call that exports the model of a program. */
export const copyExport: Command = {
  id: "lossLandscape.copyExport",
  run: (_, ...args) => copyCall("export", args),
};
