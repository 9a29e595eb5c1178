import * as vscode from "vscode";
import type { Panels } from "../panels/panels";
import { runEditorType } from "./editor";

/** Shows a run: in the panel that has it already, otherwise in an editor of its own beside what is open. */
export async function showRun(panels: Panels, journal: string, preview = false): Promise<void> {
  if (panels.reveal(journal)) return;
  // Beside nothing there would be an empty group.
  const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
  const viewColumn = isEmpty ? vscode.ViewColumn.Active : panels.column();
  const options = { viewColumn, preview };
  await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(journal), runEditorType, options);
}
