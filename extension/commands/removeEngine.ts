import * as vscode from "vscode";
import { RemoveRequest } from "../../server/protocol/install";
import type { Installable } from "../../server/protocol/install";
import type { Command } from "./command";

/** Removes an engine that was installed, with what is left of an unfinished installation. */
export const removeEngine: Command = {
  id: "lossLandscape.removeEngine",
  async run({ worker }) {
    const items: (vscode.QuickPickItem & { readonly engine: Installable })[] = [
      { label: vscode.l10n.t("Native TensorFlow"), engine: "tensorflow" },
      { label: "WebGPU", engine: "webgpu" },
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t("Remove an Installed Engine"),
      placeHolder: vscode.l10n.t("What came with the extension stays"),
    });
    if (picked === undefined) return;
    const result = await worker.request(RemoveRequest, { engine: picked.engine });
    if (result.kind === "problem") throw new Error(`${result.problem.message} ${result.problem.advice}`);
    const message = result.was
      ? vscode.l10n.t("{0} was removed.", picked.label)
      : vscode.l10n.t("{0} is not installed.", picked.label);
    void vscode.window.showInformationMessage(message);
  },
};
