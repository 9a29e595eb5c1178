import { copyCall } from "../code/insert";
import type { Command } from "./command";

/** Copies code that keeps the weights of every epoch. */
export const copyCheckpointCallback: Command = {
  id: "lossLandscape.copyCheckpointCallback",
  run: (_, ...args) => copyCall("checkpoint", args),
};
