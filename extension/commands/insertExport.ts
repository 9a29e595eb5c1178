import { insertCall } from "../code/insert";
import type { Command } from "./command";

/** Puts the call that exports the model into a program. */
export const insertExport: Command = {
  id: "lossLandscape.insertExport",
  run: (_, ...args) => insertCall("export", args),
};
