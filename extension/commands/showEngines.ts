import * as vscode from "vscode";
import { EnginesRequest } from "../../server/protocol/requests";
import type { EngineReport } from "../../server/protocol/result";
import type { EngineChoice } from "../../server/protocol/study";
import { chooseEngine } from "../settings";
import type { Command } from "./command";

interface EngineItem extends vscode.QuickPickItem {
  readonly choice?: EngineChoice;
  /** The command that installs this engine, where it is not there and can be. */
  readonly install?: string;
}

/**
 * Lists the engines with the outcome of their self-tests. One that is ready can be chosen for new runs; one that is
 * missing can be installed, where that is possible.
 */
export const showEngines: Command = {
  id: "lossLandscape.showEngines",
  async run({ worker }) {
    const list = vscode.window.createQuickPick<EngineItem>();
    list.title = vscode.l10n.t("Engines on This Machine");
    list.placeholder = vscode.l10n.t("Testing the engines…");
    list.busy = true;
    list.show();
    try {
      const picked = accepted(list);
      const reports = await worker.request(EnginesRequest, {});
      list.items = [automatic(), ...reports.map(itemOf)];
      list.placeholder = vscode.l10n.t("Choose the engine for new runs");
      list.busy = false;
      const { choice, install } = (await picked) ?? {};
      if (choice !== undefined) await chooseEngine(choice);
      if (install !== undefined) await vscode.commands.executeCommand(install);
    } finally {
      list.dispose();
    }
  },
};

function accepted(list: vscode.QuickPick<EngineItem>): Promise<EngineItem | undefined> {
  return new Promise((resolve) => {
    list.onDidAccept(() => resolve(list.selectedItems[0]));
    list.onDidTriggerItemButton(({ item }) => resolve(item));
    list.onDidHide(() => resolve(undefined));
  });
}

function automatic(): EngineItem {
  return {
    label: `$(wand) ${vscode.l10n.t("Automatic")}`,
    detail: vscode.l10n.t("The first engine that passes its self-test and knows the model's operators"),
    choice: "auto",
  };
}

const installers: Partial<Record<EngineReport["name"], string>> = {
  tensorflow: "lossLandscape.installTensorFlow",
  webgpu: "lossLandscape.installWebGpu",
};

function itemOf(report: EngineReport): EngineItem {
  const install = report.state === "ready" ? undefined : installers[report.name];
  const button = { iconPath: new vscode.ThemeIcon("cloud-download"), tooltip: vscode.l10n.t("Install…") };
  const icon = { ready: "pass", missing: "circle-slash", wrong: "error" }[report.state];
  const state = {
    ready: vscode.l10n.t("ready"),
    missing: vscode.l10n.t("not found"),
    wrong: vscode.l10n.t("failed its self-test"),
  }[report.state];
  return {
    label: `$(${icon}) ${[report.label, report.version].filter(Boolean).join(" ")}`,
    description: [report.device, state].filter(Boolean).join(" · "),
    detail: report.detail,
    ...(install === undefined ? {} : { install, buttons: [button] }),
    choice: report.state === "ready" ? report.name : undefined,
  };
}
