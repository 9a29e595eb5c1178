import * as vscode from "vscode";
import { runEditorType } from "../landscapes/editor";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Shows runs: in the panel that has one already, otherwise in an editor of its own. */
export const openRun: Command = {
  id: "lossLandscape.openRun",
  async run(services, ...args) {
    const { panels } = services;
    const runs = chosenRuns(services, args);
    for (const { journal } of runs) {
      if (panels.reveal(journal)) continue;
      // Beside nothing there would be an empty group.
      const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
      const viewColumn = isEmpty ? vscode.ViewColumn.Active : panels.column();
      const options = { viewColumn, preview: runs.length === 1 };
      await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(journal), runEditorType, options);
    }
  },
};
