import path from "node:path";
import * as vscode from "vscode";
import { exportRun as exportOf, formatsOf } from "../landscapes/exportRun";
import { titleOf } from "../landscapes/words";
import { revealFile } from "../panels/reveal";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Writes a run to a file in a format of the user's choice. */
export const exportRun: Command = {
  id: "lossLandscape.exportRun",
  async run(services, ...args) {
    const [run] = chosenRuns(services, args);
    if (run === undefined) return;
    const items = formatsOf(run).map(([format, label]) => ({ label, description: `.${format}`, format }));
    const title = vscode.l10n.t("Export {0}", titleOf(run));
    const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
    if (picked === undefined) return;
    const file = await exportOf(run, picked.format, services.worker);
    if (file === undefined) return;
    const show = vscode.l10n.t("Show");
    const message = vscode.l10n.t("{0} was written.", path.basename(file));
    if ((await vscode.window.showInformationMessage(message, show)) === show) await revealFile(vscode.Uri.file(file));
  },
};
