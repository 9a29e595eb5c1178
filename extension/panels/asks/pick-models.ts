import path from "node:path";
import * as vscode from "vscode";
import type { AskHandler } from "./ask";

/** Files that may hold weights, and folders in which nobody keeps them. */
const pattern = "**/*.{onnx,keras,h5,hdf5,safetensors,pt,pth,ckpt}";
const leftOut = "**/{node_modules,.git,.venv,site-packages}/**";
const mostFiles = 300;
const endings = pattern.slice(pattern.indexOf("{") + 1, -1).split(",");

/** Asks for models and checkpoints whose weights are to be compared with those of the model that is shown. */
export const pickModels: AskHandler<"pick-models"> = {
  read: () => ({}),

  async answer(_, { source, snapshot }) {
    const own = snapshot?.header.study.model;
    const checkpoints = snapshot?.header.study.checkpoints?.files ?? [];
    const found = await vscode.workspace.findFiles(pattern, leftOut, mostFiles);
    const near = path.dirname(source.fsPath);
    const others = found
      .map(({ fsPath }) => fsPath)
      .filter((file) => !checkpoints.includes(file))
      .filter((file) => file !== own?.path && file !== own?.weights)
      .sort(
        (a, b) => Number(isIn(b, near)) - Number(isIn(a, near)) || a.localeCompare(b, undefined, { numeric: true }),
      );
    const items = [...checkpoints, ...others].map((file) => ({
      label: path.basename(file),
      description: vscode.workspace.asRelativePath(path.dirname(file)),
      file,
    }));
    const browse = {
      label: vscode.l10n.t("Browse…"),
      iconPath: new vscode.ThemeIcon("folder-opened"),
      file: undefined,
    };
    const picked = await vscode.window.showQuickPick([...items, browse], {
      title: vscode.l10n.t("Compare Weights"),
      placeHolder: vscode.l10n.t("Choose models and checkpoints of the same architecture"),
      canPickMany: true,
      matchOnDescription: true,
    });
    if (picked === undefined) return [];
    const chosen = picked.flatMap(({ file }) => (file === undefined ? [] : [file]));
    return picked.includes(browse) ? [...chosen, ...(await browsed(source))] : chosen;
  },
};

const isIn = (file: string, folder: string): boolean => file.startsWith(folder + path.sep);

async function browsed(source: vscode.Uri): Promise<readonly string[]> {
  const files = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Compare Weights"),
    openLabel: vscode.l10n.t("Compare"),
    defaultUri: vscode.Uri.joinPath(source, ".."),
    canSelectMany: true,
    filters: { [vscode.l10n.t("Models and checkpoints")]: endings },
  });
  return (files ?? []).map(({ fsPath }) => fsPath);
}
