import * as vscode from "vscode";
import { sideFiles, titleOf } from "../landscapes/words";
import type { Command } from "./command";
import { chosenRuns } from "./runs";

/** Moves runs to the trash, with the files that belong to them. */
export const deleteRun: Command = {
  id: "lossLandscape.deleteRun",
  async run(services, ...args) {
    const runs = chosenRuns(services, args).filter(({ status }) => status !== "running");
    const [first] = runs;
    if (first === undefined) return;
    const remove = vscode.l10n.t("Delete");
    const question =
      runs.length === 1
        ? vscode.l10n.t('Delete the landscape "{0}" of {1}?', titleOf(first), first.model.name)
        : vscode.l10n.t("Delete {0} landscapes?", runs.length);
    const detail = vscode.l10n.t("What was measured goes to the trash; models and data are not touched.");
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
    // A run may have been gone on with while the question stood there.
    for (const { journal } of runs) {
      if ((await services.runs.summaryOf(journal))?.status === "running")
        throw new Error(vscode.l10n.t("{0} is running and was not deleted.", titleOf(first)));
      await closeTabs(journal);
      const files = [journal, ...sideFiles(journal)].map((file) => vscode.Uri.file(file));
      for (const file of files) if (!(await discard(file))) return;
    }
    services.runs.refresh();
  },
};

async function closeTabs(journal: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const isOfRun = ({ input }: vscode.Tab): boolean =>
    (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) && input.uri.fsPath === journal;
  await vscode.window.tabGroups.close(tabs.filter(isOfRun));
}

/** Moves a file to the trash if it is there; false when the user keeps it because there is no trash. */
async function discard(file: vscode.Uri): Promise<boolean> {
  const { fs } = vscode.workspace;
  try {
    await fs.stat(file);
  } catch {
    return true;
  }
  try {
    await fs.delete(file, { useTrash: true });
    return true;
  } catch {
    const forGood = vscode.l10n.t("Delete Permanently");
    const question = vscode.l10n.t("{0} cannot be moved to the trash.", vscode.workspace.asRelativePath(file));
    const detail = vscode.l10n.t("The machine that it is on has none. It can be deleted for good instead.");
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, forGood)) !== forGood) return false;
    await fs.delete(file);
    return true;
  }
}
