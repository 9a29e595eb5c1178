import path from "node:path";
import * as vscode from "vscode";
import type { Question } from "../../webview/protocol/messages";

/**
 * Asks which of the files that fit to take, or any other; undefined when the user leaves it open.
 * @param token closes the list when the answer has come in another way.
 */
export async function pickFile(
  question: Question,
  candidates: readonly string[],
  title: string,
  beside: vscode.Uri,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  const files = candidates.map((file) => ({
    label: path.basename(file),
    description: vscode.workspace.asRelativePath(path.dirname(file)),
    iconPath: new vscode.ThemeIcon("file"),
    file,
    folder: false,
  }));
  const open = new vscode.ThemeIcon("folder-opened");
  const browse = { label: vscode.l10n.t("Browse…"), iconPath: open, file: undefined, folder: false };
  const browseFolder = { label: vscode.l10n.t("Browse Folder…"), iconPath: open, file: undefined, folder: true };
  // Data may be a folder of pictures.
  const dialogs = question === "choose-data" ? [browse, browseFolder] : [browse];
  const placeHolder =
    question === "choose-data"
      ? vscode.l10n.t("Choose the data to measure the loss on")
      : vscode.l10n.t("Choose the model that the weights belong to");
  // A page that opens meanwhile takes the focus, which is no answer.
  const options = { title, placeHolder, ignoreFocusOut: true };
  const picked = await vscode.window.showQuickPick([...files, ...dialogs], options, token);
  if (picked === undefined) return undefined;
  return picked.file ?? browseFile(question, title, beside, picked.folder);
}

/** Asks for a file in the file dialog, or for a folder: most systems have no dialog for both. */
export async function browseFile(
  question: Question,
  title: string,
  beside: vscode.Uri,
  folder = false,
): Promise<string | undefined> {
  const openLabel = question === "choose-data" ? vscode.l10n.t("Use Data") : vscode.l10n.t("Use Model");
  const options = { title, openLabel, defaultUri: beside, canSelectFiles: !folder, canSelectFolders: folder };
  const [uri] = (await vscode.window.showOpenDialog(options)) ?? [];
  return uri?.fsPath;
}
