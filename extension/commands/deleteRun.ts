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
    const discard = discarding();
    for (const run of runs) {
      const { journal } = run;
      // It may have been gone on with while the question stood there.
      if ((await services.runs.summaryOf(journal))?.status === "running")
        throw new Error(vscode.l10n.t("{0} is running and was not deleted.", titleOf(run)));
      await closeTabs(journal);
      for (const file of [journal, ...sideFiles(journal)]) if (!(await discard(vscode.Uri.file(file)))) return;
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

/**
 * What moves files to the trash, if they are there. Where there is no trash it asks once whether to delete them for good,
 * and is false when the user keeps them.
 */
function discarding(): (file: vscode.Uri) => Promise<boolean> {
  const { fs } = vscode.workspace;
  let isForGood = false;
  return async (file) => {
    if (!(await isThere(file))) return true;
    if (!isForGood) {
      try {
        await fs.delete(file, { useTrash: true });
        return true;
      } catch {
        isForGood = await confirmForGood(file);
        if (!isForGood) return false;
      }
    }
    await fs.delete(file);
    return true;
  };
}

async function confirmForGood(file: vscode.Uri): Promise<boolean> {
  const forGood = vscode.l10n.t("Delete Permanently");
  const question = vscode.l10n.t("{0} cannot be moved to the trash.", vscode.workspace.asRelativePath(file));
  const detail = vscode.l10n.t("The machine that it is on has none. It can be deleted for good instead.");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, forGood)) === forGood;
}

function isThere(file: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(file)).then(
    () => true,
    () => false,
  );
}
