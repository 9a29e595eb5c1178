import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import { ProblemError } from "../../server/protocol/problem";
import { ForeseeRequest } from "../../server/protocol/requests";
import type { RunEvent, RunOutcome, StudyChange } from "../../server/protocol/requests";
import type { Study } from "../../server/protocol/study";
import type { MadeRun } from "../../webview/protocol/messages";
import { WorkerLostError } from "../client/lost";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import { preparingText, problemOf } from "./words";

/** A run that is made while another one is shown. */
export interface Making {
  readonly source: vscode.Uri;
  /** What its model is called in problems. */
  readonly name: string;
  /** Its study, or why there is none. */
  readonly study: Study | ProblemError;
  /** What is different about it. */
  readonly change?: StudyChange;
  readonly worker: Worker;
  readonly log: vscode.LogOutputChannel;
  readonly cancellation: vscode.CancellationToken;
  /** Told how far it is; `isFrequent` when there will soon be more to tell. */
  readonly told: (change: Partial<MadeRun>, isFrequent?: boolean) => void;
}

/**
 * Makes a run in its turn: what is measured already is opened and not computed again, and where a lost worker has left off
 * it goes on. Never rejects: what goes wrong is told, unless the run is not wanted any more.
 */
export async function makeRun(making: Making): Promise<void> {
  const { source, study, change = {}, worker, cancellation, told } = making;
  try {
    if (study instanceof ProblemError) throw study;
    const found = await worker.request(
      ForeseeRequest,
      { study, change, defaults: studyDefaults(source) },
      cancellation,
    );
    if (found.kind === "problem") throw new ProblemError(found.problem);
    const { earlier, evaluations, products } = found;
    if (earlier && evaluations + products === 0) {
      return told({ state: "done", journal: earlier.journal, message: "" });
    }
    concluded(await execute(making, found.study), told);
  } catch (error) {
    if (cancellation.isCancellationRequested) return;
    if (!(error instanceof ProblemError)) making.log.error(error instanceof Error ? error : String(error));
    const problem = error instanceof ProblemError ? error.problem : problemOf(error, making.name);
    told({ state: "failed", message: problem.title, problem });
  }
}

async function execute({ source, worker, cancellation, told }: Making, study: Study): Promise<RunOutcome> {
  for (;;) {
    const handle = { token: randomUUID(), cancellation, onEvent: (event: RunEvent) => follow(event, told) };
    try {
      return await worker.run({ study, defaults: studyDefaults(source), mode: "resume" }, handle);
    } catch (error) {
      if (!(error instanceof WorkerLostError) || cancellation.isCancellationRequested) throw error;
      await worker.back(error);
    }
  }
}

function follow(event: RunEvent, told: Making["told"]): void {
  switch (event.kind) {
    case "preparing":
      return told({ state: "waiting", message: preparingText(event) });
    case "snapshot": {
      const { journal, progress, isProvisional } = event.snapshot;
      const { measured, total } = progress;
      return told({ state: "running", message: "", ...(isProvisional ? {} : { journal }), measured, total });
    }
    case "points":
    case "extras": {
      const { measured, total } = event.progress;
      return told({ measured, total }, true);
    }
  }
}

function concluded({ status, journal, problem }: RunOutcome, told: Making["told"]): void {
  // Given up before there was anything of it.
  if (status === "cancelled" && journal === undefined) return;
  const message = problem?.title ?? "";
  told({ state: status, message, ...(journal ? { journal } : {}), ...(problem ? { problem } : {}) });
}
