import * as vscode from "vscode";
import { WorkerLostError, WorkerStoppedError } from "../client/lost";
import type { Command, Services } from "./command";
import { compareRuns } from "./compareRuns";
import { compareWith } from "./compareWith";
import { copyCheckpointCallback } from "./copyCheckpointCallback";
import { copyExport } from "./copyExport";
import { copyRunPath } from "./copyRunPath";
import { copyText } from "./copyText";
import { deleteRun } from "./deleteRun";
import { exportRun } from "./exportRun";
import { insertCheckpointCallback } from "./insertCheckpointCallback";
import { insertExport } from "./insertExport";
import { installTensorFlow } from "./installTensorFlow";
import { installWebGpu } from "./installWebGpu";
import { lock } from "./lock";
import { openResult } from "./openResult";
import { openRun } from "./openRun";
import { openSample } from "./openSample";
import { openWalkthrough } from "./openWalkthrough";
import { refreshRuns } from "./refreshRuns";
import { removeEngine } from "./removeEngine";
import { renameRun } from "./renameRun";
import { restartWorker } from "./restartWorker";
import { resumeStudy } from "./resumeStudy";
import { revealRun } from "./revealRun";
import { runStudy } from "./runStudy";
import { saveAsStudy } from "./saveAsStudy";
import { showEngines } from "./showEngines";
import { showLog } from "./showLog";
import { showStatus } from "./showStatus";
import { unlock } from "./unlock";
import { visualize } from "./visualize";

/** Every command of the manifest. */
export const commands: readonly Command[] = [
  visualize,
  compareWith,
  runStudy,
  resumeStudy,
  openResult,
  saveAsStudy,
  showEngines,
  installTensorFlow,
  installWebGpu,
  removeEngine,
  showLog,
  restartWorker,
  openSample,
  showStatus,
  copyText,
  insertExport,
  insertCheckpointCallback,
  copyExport,
  copyCheckpointCallback,
  openRun,
  compareRuns,
  renameRun,
  exportRun,
  deleteRun,
  revealRun,
  copyRunPath,
  refreshRuns,
  lock,
  unlock,
  openWalkthrough,
];

/** Registers all commands. What goes wrong in one has no panel to be shown in, so that a message says it. */
export function registerCommands(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, async (...args: unknown[]) => {
        try {
          await command.run(services, ...args);
        } catch (error) {
          services.log.error(error instanceof Error ? error : String(error));
          const showLogLabel = vscode.l10n.t("Show Log");
          const pressed = await vscode.window.showErrorMessage(sentenceOf(error), showLogLabel);
          if (pressed === showLogLabel) services.log.show();
        }
      }),
    ),
  );
}

function sentenceOf(error: unknown): string {
  if (error instanceof WorkerLostError) return vscode.l10n.t("The worker ended before it could answer. Try again.");
  if (error instanceof WorkerStoppedError)
    return vscode.l10n.t('The worker is not running. Choose "Restart Worker" in the status bar.');
  return error instanceof Error ? error.message : String(error);
}
