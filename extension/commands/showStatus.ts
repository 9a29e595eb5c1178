import * as vscode from "vscode";
import { describeState } from "../client/statusItem";
import type { ListedRun } from "../panels/runner";
import type { Command } from "./command";

interface StatusEntry extends vscode.QuickPickItem {
  /** What choosing it does. */
  readonly act: () => unknown;
  readonly run?: ListedRun;
}

const button = (icon: string, tooltip: string): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon(icon),
  tooltip,
});

/** What a click on the status item offers: how the worker is, the runs that are going on, and what can be done. */
export const showStatus: Command = {
  id: "lossLandscape.showStatus",
  run: ({ worker, panels }) => {
    const pick = vscode.window.createQuickPick<StatusEntry>();
    pick.title = vscode.l10n.t("Loss Landscape");
    pick.placeholder = describeState(worker.state);
    const pause = button("debug-pause", vscode.l10n.t("Pause"));
    const resume = button("debug-continue", vscode.l10n.t("Resume"));
    const cancel = button("debug-stop", vscode.l10n.t("Cancel"));
    const list = (): void => {
      const running = panels.running.map(({ listed }): StatusEntry => {
        const { title, isPaused } = listed;
        return {
          label: `$(${isPaused ? "debug-pause" : "loading~spin"}) ${title}`,
          description: isPaused ? vscode.l10n.t("paused") : "",
          buttons: [isPaused ? resume : pause, cancel],
          act: () => listed.show(),
          run: listed,
        };
      });
      pick.items = [...running, ...actions()];
    };
    list();
    pick.onDidTriggerItemButton(({ item: { run }, button: pressed }) => {
      if (pressed === cancel) run?.cancel();
      else run?.pause(pressed === pause);
      list();
    });
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      pick.hide();
      chosen?.act();
    });
    // A run that ends, or has its turn, while the list is open.
    const subscription = worker.onDidChange((state) => {
      pick.placeholder = describeState(state);
      if (pick.items.filter(({ run }) => run).length !== panels.running.length) list();
    });
    pick.onDidHide(() => {
      subscription.dispose();
      pick.dispose();
    });
    pick.show();
  },
};

function actions(): readonly StatusEntry[] {
  const action = (icon: string, text: string, command: string): StatusEntry => ({
    label: `$(${icon}) ${text}`,
    act: () => vscode.commands.executeCommand(command),
  });
  return [
    action("graph", vscode.l10n.t("Visualize Loss Landscape…"), "lossLandscape.visualize"),
    action("server-process", vscode.l10n.t("Show Engines"), "lossLandscape.showEngines"),
    action("output", vscode.l10n.t("Show Log"), "lossLandscape.showLog"),
    action("debug-restart", vscode.l10n.t("Restart Worker"), "lossLandscape.restartWorker"),
  ];
}
