import type { Command } from "./command";

/** The panel in front stays with its model. */
export const lock: Command = {
  id: "lossLandscape.lock",
  run: ({ panels }) => panels.lock(true),
};
