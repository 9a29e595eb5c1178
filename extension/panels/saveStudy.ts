import * as vscode from "vscode";
import { modelName } from "../../server/protocol/modelName";
import { StudyTextRequest } from "../../server/protocol/requests";
import type { Origins } from "../../server/protocol/requests";
import type { Study } from "../../server/protocol/study";
import type { Worker } from "../client/worker";
import { studySuffix } from "../models";
import { studyDefaults } from "../settings";

/** A study, and where it comes from. */
export interface SavedStudy {
  readonly study: Study;
  readonly origins: Origins;
  readonly source: vscode.Uri;
  readonly worker: Worker;
  /** Of the panel. */
  readonly column: vscode.ViewColumn | undefined;
}

/** Writes a study to a file, never over another one unasked, and opens it beside the panel. */
export async function saveStudy({ study, origins, source, worker, column }: SavedStudy): Promise<void> {
  const target = await studyTarget(source);
  if (target === undefined) return;
  const uri = target.toString();
  const { text } = await worker.request(StudyTextRequest, { uri, study, origins, defaults: studyDefaults(source) });
  await writeStudy(target, text, column);
}

/**
 * Where to write the study of a model: beside it under its own name, or, where something is called so already, wherever the
 * user says; undefined when the user leaves it open.
 */
async function studyTarget(source: vscode.Uri): Promise<vscode.Uri | undefined> {
  const name = modelName(source.path).replace(/\.(landscape|weights)$/i, "");
  const target = vscode.Uri.joinPath(source, "..", name + studySuffix);
  if (!(await exists(target))) return target;
  // The dialog asks before anything is replaced.
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t("Save as Study"),
    defaultUri: target,
    filters: { [vscode.l10n.t("Studies")]: [studySuffix.slice(1)] },
  });
}

/** Writes a study and opens it beside the panel that is in `column`. */
async function writeStudy(target: vscode.Uri, text: string, column: vscode.ViewColumn | undefined): Promise<void> {
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const viewColumn = column === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  await vscode.window.showTextDocument(target, { viewColumn, preview: false });
}

function exists(uri: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}
