import type { Command } from "./command";

/** Ends the worker and starts it anew; runs that were going on continue. */
export const restartWorker: Command = {
  id: "lossLandscape.restartWorker",
  run: ({ worker }) => worker.restart(),
};
