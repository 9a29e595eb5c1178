import path from "node:path";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { Connection } from "vscode-languageserver/node";
import { toProblem } from "../protocol/problem";
import { FollowRequest } from "../protocol/requests";
import type { OpenResult } from "../protocol/requests";
import { followRun } from "../runs/follow";
import type { HealthReporter } from "./health";
import type { Log } from "./log";
import type { Runs } from "./runs";

/** Adds new checkpoints to the paths of runs, each when its turn to compute has come. */
export function registerFollowing(connection: Connection, log: Log, health: HealthReporter, runs: Runs): void {
  connection.onRequest(FollowRequest, async ({ journal, checkpoints }, token): Promise<OpenResult> => {
    const what = `Measuring new checkpoints of ${path.basename(journal)}`;
    const abort = new AbortController();
    const turn = runs.enter(path.basename(journal).replace(/-[0-9a-f]{8}\.landscape-run\.jsonl$/, ""));
    const subscription = token.onCancellationRequested(() => {
      abort.abort();
      turn.leave();
    });
    try {
      await Promise.race([turn.come, aborted(abort.signal)]);
      const done = health.busy(what);
      try {
        const snapshot = await followRun({
          journal,
          checkpoints,
          log: (message) => log.info(message),
          signal: abort.signal,
        });
        return { kind: "run", snapshot };
      } finally {
        done();
      }
    } catch (error) {
      if (abort.signal.aborted) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      const problem = toProblem(error);
      log.problem(what, problem, error);
      return { kind: "problem", problem };
    } finally {
      subscription.dispose();
      turn.leave();
    }
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(new Error("nobody waits any more"));
    if (signal.aborted) refuse();
    else signal.addEventListener("abort", refuse, { once: true });
  });
}
