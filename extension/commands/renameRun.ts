import * as vscode from "vscode";
import { NameRequest } from "../../server/protocol/requests";
import { titleOf } from "../landscapes/words";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Gives a run a name of the user's own; without one it is called by what it is. */
export const renameRun: Command = {
  id: "lossLandscape.renameRun",
  async run(services, ...args) {
    const [run] = chosenRuns(services, args);
    if (run === undefined) return;
    const name = await vscode.window.showInputBox({
      title: vscode.l10n.t("Rename Landscape"),
      prompt: vscode.l10n.t("Leave it empty to call the run by what it measures."),
      value: run.name ?? "",
      // A click on the run has opened its picture, which may take the focus while it loads.
      ignoreFocusOut: true,
      placeHolder: titleOf({ what: run.what, directions: run.directions }),
    });
    if (name === undefined) return;
    await services.worker.request(NameRequest, { journal: run.journal, name });
    services.runs.refresh();
  },
};
