import { showRun } from "../landscapes/show";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Shows runs: each in the panel that has it already, otherwise in an editor of its own. */
export const openRun: Command = {
  id: "lossLandscape.openRun",
  async run(services, ...args) {
    const runs = chosenRuns(services, args);
    for (const { journal } of runs) await showRun(services.panels, journal, runs.length === 1);
  },
};
