import * as vscode from "vscode";
import type { Command } from "./command";

/** Copies a text that a quick fix offers. */
export const copyText: Command = {
  id: "lossLandscape.copyText",
  async run(_services, text) {
    if (typeof text !== "string") return;
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(vscode.l10n.t("The code was copied."), 5000);
  },
};
