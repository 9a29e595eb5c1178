import type { CancellationToken, Connection } from "vscode-languageserver/node";
import { findSources } from "../engines/install/find";
import { prepareOrder } from "../engines/install/install";
import { installableLabels } from "../engines/install/places";
import { InstallRequest, PlanRequest, RemoveRequest, SourcesRequest } from "../protocol/install";
import type { InstallResult, PlanResult, RemoveResult } from "../protocol/install";
import { toProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import { installEngine, removeEngine } from "../requests/installEngine";
import type { HealthReporter } from "./health";
import type { Log } from "./log";

/** Answers what is asked about installing engines. */
export function registerInstallation(connection: Connection, log: Log, health: HealthReporter): void {
  const told = (what: string, error: unknown): { readonly kind: "problem"; readonly problem: Problem } => {
    const problem = toProblem(error);
    log.problem(what, problem, error);
    return { kind: "problem", problem };
  };
  connection.onRequest(SourcesRequest, (params, token) => findSources({ ...params, signal: signalOf(token) }));
  connection.onRequest(PlanRequest, async (order): Promise<PlanResult> => {
    try {
      return { kind: "plan", sentences: (await prepareOrder(order)).plan.sentences };
    } catch (error) {
      return told(`Planning to install ${installableLabels[order.engine]}`, error);
    }
  });
  connection.onRequest(InstallRequest, async ({ order, workDoneToken }, token): Promise<InstallResult> => {
    const what = `Installing ${installableLabels[order.engine]}`;
    const done = health.busy(what);
    const progress = connection.window.attachWorkDoneProgress(workDoneToken);
    progress.begin(what, 0);
    try {
      const report = await installEngine(order, {
        signal: signalOf(token),
        log: (message) => log.info(message),
        progress: ({ message, fraction }) => progress.report(100 * fraction, message),
      });
      return report === undefined ? { kind: "cancelled" } : { kind: "installed", report };
    } catch (error) {
      return told(what, error);
    } finally {
      progress.done();
      done();
    }
  });
  connection.onRequest(RemoveRequest, async ({ engine }): Promise<RemoveResult> => {
    try {
      return { kind: "removed", was: await removeEngine(engine) };
    } catch (error) {
      return told(`Removing ${installableLabels[engine]}`, error);
    }
  });
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
