import * as vscode from "vscode";
import { revealFile } from "../panels/reveal";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Shows the file of a run in the Explorer, or in the system's file manager when it is not in the workspace. */
export const revealRun: Command = {
  id: "lossLandscape.revealRun",
  async run(services, ...args) {
    const [run] = chosenRuns(services, args);
    if (run !== undefined) await revealFile(vscode.Uri.file(run.journal));
  },
};
