import path from "node:path";
import * as vscode from "vscode";
import { ProblemError } from "../../../server/protocol/problem";
import { SummariesRequest } from "../../../server/protocol/requests";
import type { ExportFormat } from "../../../webview/protocol/asks";
import { exportRun } from "../../landscapes/exportRun";
import { journalSuffix } from "../../landscapes/words";
import { noteSaved } from "../saved";
import type { AskHandler } from "./ask";

const formats: readonly ExportFormat[] = ["csv", "json", "npz", "h5", "vtp", "obj", "html", "svg", "png"];

/** Writes a run's data to a file that the user chooses. */
export const exportData: AskHandler<"export"> = {
  read(params) {
    const { journal, format } = (params ?? {}) as { readonly journal?: unknown; readonly format?: unknown };
    if (typeof journal !== "string" || !path.isAbsolute(journal) || !journal.endsWith(journalSuffix)) return undefined;
    const known = formats.find((name) => name === format);
    return known === undefined ? undefined : { journal, format: known };
  },

  async answer({ journal, format }, { worker }) {
    const [run] = await worker.request(SummariesRequest, { journals: [journal] });
    if (run === undefined)
      throw new ProblemError({
        reason: "file-missing",
        title: vscode.l10n.t("The run file cannot be read"),
        message: vscode.l10n.t("{0} is not there any more, or is damaged.", journal),
        advice: vscode.l10n.t("Run the study again."),
        file: journal,
      });
    const file = await exportRun(run, format, worker);
    if (file === undefined) return {};
    noteSaved(file);
    return { path: file };
  },
};
