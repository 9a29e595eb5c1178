import type { Command } from "./command";

/** Writes what the panel in front shows to a study file. */
export const saveAsStudy: Command = {
  id: "lossLandscape.saveAsStudy",
  run: ({ panels }) => panels.active?.saveAsStudy(),
};
