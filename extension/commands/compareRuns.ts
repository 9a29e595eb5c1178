import { showRun } from "../landscapes/show";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Shows the first of the runs beside the others. */
export const compareRuns: Command = {
  id: "lossLandscape.compareRuns",
  async run(services, ...args) {
    const { panels } = services;
    const [first, ...others] = chosenRuns(services, args).map(({ journal }) => journal);
    if (first === undefined) return;
    panels.compareRun(first, others);
    await showRun(panels, first);
  },
};
