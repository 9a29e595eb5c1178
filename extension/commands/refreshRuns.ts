import type { Command } from "./command";

/** Looks for runs again. */
export const refreshRuns: Command = {
  id: "lossLandscape.refreshRuns",
  run: ({ runs }) => runs.refresh(),
};
