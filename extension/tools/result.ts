import * as vscode from "vscode";

/** Absolute paths of the workspace's folders. */
export function workspaceFolders(): readonly string[] {
  return vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
}

/** A result of one text. */
export function textResult(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
