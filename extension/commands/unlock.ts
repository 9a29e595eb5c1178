import type { Command } from "./command";

/** The panel in front goes with the model or study that is opened. */
export const unlock: Command = {
  id: "lossLandscape.unlock",
  run: ({ panels }) => panels.lock(false),
};
