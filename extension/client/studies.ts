import * as vscode from "vscode";
import type { Worker } from "./worker";

/** Language of study files, as the manifest has it. */
export const studyLanguage = "loss-landscape-study";

/** The worker answers for study files: it starts with the first one that is open. */
export function startWithStudies(worker: Worker, log: vscode.LogOutputChannel): vscode.Disposable {
  const start = (document: vscode.TextDocument): void => {
    if (document.languageId !== studyLanguage || document.uri.scheme !== "file" || worker.state.phase !== "idle")
      return;
    worker.start().catch((error: unknown) => log.error(String(error)));
  };
  vscode.workspace.textDocuments.forEach(start);
  return vscode.workspace.onDidOpenTextDocument(start);
}
