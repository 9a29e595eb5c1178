import { insertCall } from "../code/insert";
import type { Command } from "./command";

/** Puts code that keeps the weights of every epoch into a program. */
export const insertCheckpointCallback: Command = {
  id: "lossLandscape.insertCheckpointCallback",
  run: (_, ...args) => insertCall("checkpoint", args),
};
