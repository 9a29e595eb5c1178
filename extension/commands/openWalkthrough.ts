import * as vscode from "vscode";
import type { Command } from "./command";

/** Shows the first steps. */
export const openWalkthrough: Command = {
  id: "lossLandscape.openWalkthrough",
  async run() {
    const category = "loss-landscape.loss-landscape#start";
    await vscode.commands.executeCommand("workbench.action.openWalkthrough", { category }, false);
  },
};
