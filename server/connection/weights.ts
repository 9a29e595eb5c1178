import path from "node:path";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { CancellationToken, Connection } from "vscode-languageserver/node";
import { toProblem } from "../protocol/problem";
import { WeightsRequest } from "../protocol/requests";
import type { WeightsResult } from "../protocol/requests";
import type { WeightsSelection } from "../protocol/weights";
import { weightsFigure } from "../requests/weights";
import type { HealthReporter } from "./health";
import type { Log } from "./log";

/** Answers how weights are distributed. A question that is taken back ends the process that reads. */
export function registerWeights(connection: Connection, log: Log, health: HealthReporter): void {
  connection.onRequest(WeightsRequest, async (selection: WeightsSelection, token: CancellationToken) => {
    const what = `Reading the weights of ${path.basename(selection.model)}`;
    const done = health.busy(what);
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      const options = { log: (message: string) => log.info(message), signal: abort.signal };
      return { kind: "ready", figure: await weightsFigure(selection, options) } satisfies WeightsResult;
    } catch (error) {
      if (abort.signal.aborted) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      const problem = toProblem(error);
      log.problem(what, problem, error);
      return { kind: "problem", problem } satisfies WeightsResult;
    } finally {
      subscription.dispose();
      done();
    }
  });
}
