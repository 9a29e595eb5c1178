import * as vscode from "vscode";
import { InstallRequest, PlanRequest, SourcesRequest } from "../../server/protocol/install";
import type { FoundSource, InstallOrder } from "../../server/protocol/install";
import { chooseEngine } from "../settings";
import type { Services } from "./command";

/** Where the native library can be taken from; undefined when the user no longer wants to know. */
export function lookForSources(
  { worker }: Services,
  gpu: boolean,
  pythons: readonly string[],
): Thenable<readonly FoundSource[] | undefined> {
  const title = vscode.l10n.t("Looking for a native library of TensorFlow…");
  return inProgress(title, (_, token) => worker.request(SourcesRequest, { gpu, pythons }, token));
}

/** Installs what is ordered, after the user has agreed to what that downloads, builds and writes. */
export async function installOrdered({ worker, log }: Services, order: InstallOrder): Promise<void> {
  const planned = await worker.request(PlanRequest, order);
  if (planned.kind === "problem") throw new Error(`${planned.problem.message} ${planned.problem.advice}`);
  const label = order.engine === "webgpu" ? "WebGPU" : vscode.l10n.t("native TensorFlow");
  const install = vscode.l10n.t("Install");
  const question = vscode.l10n.t("Install {0}?", label);
  const detail = planned.sentences.join("\n\n");
  if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, install)) !== install) return;

  const title = vscode.l10n.t("Installing {0}", label);
  const result = await inProgress(title, (progress, token) => {
    let shown = 0;
    return worker.requestWork(InstallRequest, { order }, token, ({ message, percentage = 0 }) => {
      progress.report({ message, increment: percentage - shown });
      shown = percentage;
    });
  });
  if (result === undefined || result.kind === "cancelled") {
    const message = vscode.l10n.t("What was done is kept: installing {0} again goes on with it.", label);
    void vscode.window.showInformationMessage(message);
    return;
  }
  if (result.kind === "problem") throw new Error(`${result.problem.message} ${result.problem.advice}`);
  const { report } = result;
  log.info(`Installed ${report.label} ${report.version ?? ""} in ${report.folder ?? ""}`);
  const use = vscode.l10n.t("Use for New Runs");
  const message = vscode.l10n.t("{0} is installed and has passed its self-test.", report.label);
  if ((await vscode.window.showInformationMessage(message, use)) === use) await chooseEngine(report.name);
}

/** What `work` resolves with; undefined as soon as the user cancels it. */
async function inProgress<T>(
  title: string,
  work: (
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    token: vscode.CancellationToken,
  ) => Thenable<T>,
): Promise<T | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    try {
      return await work(progress, token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  });
}
