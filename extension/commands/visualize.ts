import * as vscode from "vscode";
import { activeModel, findModels, isModelFile } from "../models";
import type { Command } from "./command";
import { uriOf } from "./uri";

/** Opens the landscape of the files of a menu, of the editor in front, or of a file that is asked for. */
export const visualize: Command = {
  id: "lossLandscape.visualize",
  async run({ panels }, clicked, selected) {
    const uris = Array.isArray(selected) ? selected.filter(isUri).filter(isModelFile) : [];
    if (uris.length === 0) {
      const uri = uriOf(clicked) ?? activeModel() ?? (await pickModel());
      if (uri !== undefined) uris.push(uri);
    }
    for (const uri of uris) panels.visualize(uri);
  },
};

function isUri(value: unknown): value is vscode.Uri {
  return value instanceof vscode.Uri;
}

/** Asks for one of the models of the workspace, that of the editor in front first, or any other file. */
async function pickModel(): Promise<vscode.Uri | undefined> {
  // An editor that cannot show a binary file does not tell which one it is, but for its name.
  const label = vscode.window.tabGroups.activeTabGroup.activeTab?.label;
  const models = (await findModels()).map((uri) => ({
    label: uri.path.slice(uri.path.lastIndexOf("/") + 1),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, "..")),
    iconPath: new vscode.ThemeIcon("file"),
    uri,
  }));
  models.sort((a, b) => Number(b.label === label) - Number(a.label === label));
  const browse = { label: vscode.l10n.t("Browse…"), iconPath: new vscode.ThemeIcon("folder-opened"), uri: undefined };
  const picked = await vscode.window.showQuickPick([...models, browse], {
    title: vscode.l10n.t("Visualize Loss Landscape"),
    placeHolder: vscode.l10n.t("Choose a model or a study"),
    matchOnDescription: true,
  });
  if (picked === undefined || picked.uri !== undefined) return picked?.uri;
  const filters = {
    [vscode.l10n.t("Models and Studies")]: [
      "onnx",
      "keras",
      "h5",
      "hdf5",
      "safetensors",
      "pt",
      "pth",
      "ckpt",
      "t7",
      "json",
    ],
  };
  const [file] = (await vscode.window.showOpenDialog({ openLabel: vscode.l10n.t("Visualize"), filters })) ?? [];
  return file;
}
