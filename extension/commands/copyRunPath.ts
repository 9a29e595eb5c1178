import * as vscode from "vscode";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Copies the paths of runs, one a line. */
export const copyRunPath: Command = {
  id: "lossLandscape.copyRunPath",
  async run(services, ...args) {
    const paths = chosenRuns(services, args).map(({ journal }) => journal);
    if (paths.length > 0) await vscode.env.clipboard.writeText(paths.join("\n"));
  },
};
