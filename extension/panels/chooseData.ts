import path from "node:path";
import * as vscode from "vscode";

/** Asks which of the files that fit to measure on, or any other; undefined when the user leaves it open. */
export async function pickData(candidates: readonly string[], title: string): Promise<string | undefined> {
  const files = candidates.map((file) => ({
    label: path.basename(file),
    description: vscode.workspace.asRelativePath(path.dirname(file)),
    iconPath: new vscode.ThemeIcon("file"),
    file,
  }));
  const browse = { label: vscode.l10n.t("Browse…"), iconPath: new vscode.ThemeIcon("folder-opened"), file: undefined };
  const placeHolder = vscode.l10n.t("Choose the data to measure the loss on");
  const picked = await vscode.window.showQuickPick([...files, browse], { title, placeHolder });
  if (picked === undefined) return undefined;
  return picked.file ?? browseData(title);
}

/** Asks for a data file in the file dialog. */
export async function browseData(title: string, beside?: vscode.Uri): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: vscode.l10n.t("Use Data"),
      defaultUri: beside,
    })) ?? [];
  return uri?.fsPath;
}
