import * as vscode from "vscode";
import { activeModel, findModels, isModelFile } from "../models";
import type { Command } from "./command";
import { uriOf } from "./uri";

/** As many as stand side by side. */
const most = 6;

/** Shows models beside each other under the settings of the first one. */
export const compareWith: Command = {
  id: "lossLandscape.compareWith",
  async run({ panels }, clicked, selected) {
    const chosen = Array.isArray(selected) ? selected.filter(isUri).filter(isModelFile) : [];
    const models =
      chosen.length > 1 ? chosen : await pickModels(uriOf(clicked) ?? activeModel() ?? panels.active?.source);
    if (models.length < 2) return;
    if (models.length > most) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          "{0} models are selected, and {1} can be compared at a time: the first {1} are.",
          models.length,
          most,
        ),
      );
    }
    await panels.compare(models.slice(0, most));
  },
};

function isUri(value: unknown): value is vscode.Uri {
  return value instanceof vscode.Uri;
}

/** A model and those that are to stand beside it; fewer than two when the user gives up. */
async function pickModels(first: vscode.Uri | undefined): Promise<readonly vscode.Uri[]> {
  const models = (await findModels()).filter((uri) => uri.toString() !== first?.toString());
  const items = models.map((uri) => ({
    label: uri.path.slice(uri.path.lastIndexOf("/") + 1),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, "..")),
    iconPath: new vscode.ThemeIcon("file"),
    uri,
  }));
  const title =
    first === undefined
      ? vscode.l10n.t("Compare Loss Landscapes")
      : vscode.l10n.t("Compare {0} With", vscode.workspace.asRelativePath(first));
  const placeHolder =
    first === undefined
      ? vscode.l10n.t("Choose two to six models")
      : vscode.l10n.t("Choose models to measure under the same settings");
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    canPickMany: true,
    matchOnDescription: true,
  });
  if (picked === undefined) return [];
  return [...(first === undefined ? [] : [first]), ...picked.map(({ uri }) => uri)];
}
