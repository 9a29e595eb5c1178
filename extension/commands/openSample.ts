import * as vscode from "vscode";
import type { Command } from "./command";

const sampleName = "fashion-resnet8";

/** Copies the sample to a folder of the user's choice, never over anything, and shows it. */
export const openSample: Command = {
  id: "lossLandscape.openSample",
  async run({ extension }) {
    const [parent] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t("Choose a Folder for the Sample"),
        openLabel: vscode.l10n.t("Copy Sample Here"),
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
      })) ?? [];
    if (parent === undefined) return;
    const target = vscode.Uri.joinPath(parent, sampleName);
    if (await exists(target)) {
      const message = vscode.l10n.t("{0} exists already and was left as it is.", target.fsPath);
      return offer(target, message);
    }
    const source = vscode.Uri.joinPath(extension, "media", "samples", sampleName);
    await vscode.workspace.fs.copy(source, target, { overwrite: false });
    if (vscode.workspace.getWorkspaceFolder(target) === undefined)
      return offer(target, vscode.l10n.t("The sample was copied to {0}.", target.fsPath));
    await vscode.commands.executeCommand("revealInExplorer", vscode.Uri.joinPath(target, `${sampleName}.onnx`));
  },
};

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

async function offer(folder: vscode.Uri, message: string): Promise<void> {
  const open = vscode.l10n.t("Open Folder");
  const pressed = await vscode.window.showInformationMessage(message, open);
  if (pressed !== open) return;
  const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
  await vscode.commands.executeCommand("vscode.openFolder", folder, { forceNewWindow });
}
