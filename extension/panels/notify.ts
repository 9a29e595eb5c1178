import * as vscode from "vscode";
import type { RunOutcome } from "../../server/protocol/requests";

/** Tells of the end of a run that nobody is looking at; one that was cancelled is known to have ended. */
export function notifyEnd(name: string, { status, problem }: RunOutcome, show: () => void): void {
  if (status === "cancelled") return;
  const button = vscode.l10n.t("Show");
  const told =
    status === "done"
      ? vscode.window.showInformationMessage(vscode.l10n.t("The loss landscape of {0} is ready.", name), button)
      : vscode.window.showWarningMessage(
          vscode.l10n.t("The loss landscape of {0} failed: {1}.", name, problem?.title ?? status),
          button,
        );
  void told.then((pressed) => {
    if (pressed === button) show();
  });
}
