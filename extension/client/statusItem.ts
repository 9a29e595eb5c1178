import * as vscode from "vscode";
import type { Worker, WorkerState } from "./worker";

/** Shows how the worker is and what computes, from the worker's first start on; a click offers what can be done. */
export class StatusItem implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscription: vscode.Disposable;

  constructor(worker: Worker) {
    this.item = vscode.window.createStatusBarItem("lossLandscape.status", vscode.StatusBarAlignment.Right, 90);
    this.item.name = vscode.l10n.t("Loss Landscape");
    this.item.command = "lossLandscape.showStatus";
    this.subscription = worker.onDidChange((state) => this.show(state));
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private show(state: WorkerState): void {
    if (state.phase === "idle") return;
    const { health } = state;
    const name = vscode.l10n.t("Loss Landscape");
    this.item.text = `$(${iconOf(state)}) ${name}${state.percent === undefined ? "" : ` ${Math.floor(state.percent)} %`}`;
    this.item.backgroundColor =
      health.health === "ok"
        ? undefined
        : new vscode.ThemeColor(`statusBarItem.${health.health === "error" ? "error" : "warning"}Background`);
    const message = describeState(state);
    const engine = health.engine === undefined ? undefined : vscode.l10n.t("Engine: {0}", health.engine);
    this.item.tooltip = [message, engine].filter((line) => line !== undefined).join("\n");
    this.item.accessibilityInformation = { label: `${name}: ${message}` };
    this.item.show();
  }
}

/** One sentence on what the worker is doing. */
export function describeState(state: WorkerState): string {
  switch (state.phase) {
    case "idle":
      return vscode.l10n.t("The worker has not been needed yet.");
    case "starting":
      return vscode.l10n.t("The worker is starting.");
    case "restarting":
      return vscode.l10n.t("The worker is being started again.");
    case "running":
    case "stopped":
      return state.health.message;
  }
}

function iconOf({ phase, health }: WorkerState): string {
  if (health.health === "error") return "error";
  if (health.health === "warning") return "warning";
  if (phase === "starting" || phase === "restarting" || !health.quiescent) return "loading~spin";
  return "graph-line";
}
