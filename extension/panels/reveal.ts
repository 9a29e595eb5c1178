import * as vscode from "vscode";

/** Shows a file where it lies: a text in an editor, anything else in the Explorer or the system's file manager. */
export async function revealFile(file: vscode.Uri): Promise<void> {
  if (file.path.endsWith(".json")) await vscode.window.showTextDocument(file);
  else if (vscode.workspace.getWorkspaceFolder(file)) await vscode.commands.executeCommand("revealInExplorer", file);
  else await vscode.commands.executeCommand("revealFileInOS", file);
}
