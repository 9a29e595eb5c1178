import * as vscode from "vscode";

/** The file that a command was given: by a menu as a URI, by a lens of the worker as its text. */
export function uriOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  return typeof argument === "string" ? vscode.Uri.parse(argument, true) : undefined;
}

/** Saves what an editor has of a file; whether the file now says what the editor shows. */
export async function saved(uri: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  return document === undefined || !document.isDirty || (await document.save());
}
