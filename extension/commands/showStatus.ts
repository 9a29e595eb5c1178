import * as vscode from "vscode";
import { describeState } from "../client/statusItem";
import type { Command } from "./command";

/** What a click on the status item offers: how the worker is, and what can be done. */
export const showStatus: Command = {
  id: "lossLandscape.showStatus",
  async run({ worker, panels }) {
    const running = panels.running.map((controller) => ({
      label: `$(loading~spin) ${controller.panel.title}`,
      description: vscode.l10n.t("show, pause or cancel"),
      command: undefined,
      show: () => controller.reveal(),
    }));
    const actions = [
      { label: `$(graph) ${vscode.l10n.t("Visualize Loss Landscape…")}`, command: "lossLandscape.visualize" },
      { label: `$(server-process) ${vscode.l10n.t("Show Engines")}`, command: "lossLandscape.showEngines" },
      { label: `$(output) ${vscode.l10n.t("Show Log")}`, command: "lossLandscape.showLog" },
      { label: `$(debug-restart) ${vscode.l10n.t("Restart Worker")}`, command: "lossLandscape.restartWorker" },
    ];
    const picked = await vscode.window.showQuickPick([...running, ...actions], {
      title: vscode.l10n.t("Loss Landscape"),
      placeHolder: describeState(worker.state),
    });
    if (picked === undefined) return;
    if (picked.command === undefined) picked.show();
    else await vscode.commands.executeCommand(picked.command);
  },
};
