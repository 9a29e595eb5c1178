import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import { ProblemError } from "../../server/protocol/problem";
import type { Problem } from "../../server/protocol/problem";
import { ForeseeRequest } from "../../server/protocol/requests";
import type { RunEvent, RunOutcome } from "../../server/protocol/requests";
import type { Study } from "../../server/protocol/study";
import type { ComparingRun, HostMessage } from "../../webview/protocol/messages";
import { WorkerLostError } from "../client/lost";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import { preparingText, problemOf } from "./words";

/** A model whose run is to stand beside the one that a panel shows. */
export interface Rival {
  readonly source: vscode.Uri;
  /** Its study, or why there is none. */
  readonly study: Study | ProblemError;
}

interface Making {
  told: ComparingRun;
  readonly cancellation: vscode.CancellationTokenSource;
}

/** No more often than this is the page told how far runs are, in milliseconds. */
const interval = 200;

/**
 * Runs that are made to be compared with the one that a panel shows. They go on while the panel is hidden, each in its
 * turn; what is measured already is opened and not computed again.
 */
export class ComparedRuns implements vscode.Disposable {
  private readonly makings: Making[] = [];
  private readonly listener: vscode.Disposable;
  /** Whether there is a page that listens. */
  private isLive = false;
  /** What waits for the panel's own run. */
  private waiting: readonly Rival[] = [];
  /** The view is to be brought to the front as soon as there is a page. */
  private isWanted = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly worker: Worker,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listener = panel.onDidChangeViewState(() => {
      if (!panel.visible) this.isLive = false;
    });
  }

  /** Makes runs of models, after the panel's own run has begun: these wait for it in the queue. */
  add(rivals: readonly Rival[], hasRun: boolean): void {
    this.isWanted = true;
    for (const { source } of rivals) this.drop(source.toString());
    for (const { source } of rivals) this.makings.push(makingOf(source));
    this.waiting = rivals;
    this.tellAll();
    if (hasRun) this.begin();
  }

  /** The panel's own run is there: now the others may queue up. */
  begin(): void {
    const rivals = this.waiting;
    this.waiting = [];
    for (const rival of rivals) void this.make(rival);
  }

  /** Gives all runs up: the panel is about something else now. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
    for (const { cancellation } of this.makings.splice(0)) cancellation.cancel();
  }

  dispose(): void {
    this.isLive = false;
    this.clear();
    this.listener.dispose();
  }

  /** Tells a page that has just been loaded, after it has been told what it is about: that forgets all before. */
  greet(): void {
    this.isLive = true;
    this.tellAll();
  }

  private tellAll(): void {
    if (!this.isLive || this.makings.length === 0) return;
    const journals = this.makings.flatMap(({ told }) => told.journal ?? []);
    if (this.isWanted) this.post({ kind: "compare", journals });
    this.isWanted = false;
    this.tell();
  }

  /** Gives a run up that is not wanted any more. */
  stop(source: string): void {
    this.drop(source);
    this.waiting = this.waiting.filter((rival) => rival.source.toString() !== source);
    this.tell();
  }

  private drop(source: string): void {
    const index = this.makings.findIndex(({ told }) => told.source === source);
    if (index >= 0) this.makings.splice(index, 1)[0]!.cancellation.cancel();
  }

  private async make({ source, study }: Rival): Promise<void> {
    const making = this.makings.find(({ told }) => told.source === source.toString());
    if (!making) return;
    try {
      if (study instanceof ProblemError) throw study;
      const { token } = making.cancellation;
      const defaults = studyDefaults(source);
      const found = await this.worker.request(ForeseeRequest, { study, change: {}, defaults }, token);
      if (found.kind === "problem") throw new ProblemError(found.problem);
      const { earlier, evaluations, products } = found;
      if (earlier && evaluations + products === 0) {
        return this.change(making, { state: "done", journal: earlier.journal, message: "" });
      }
      this.concluded(making, await this.execute(making, found.study, source));
    } catch (error) {
      if (making.cancellation.token.isCancellationRequested) return;
      const problem = error instanceof ProblemError ? error.problem : this.problemOf(error, making.told.title);
      this.change(making, { state: "failed", message: problem.title, problem });
    }
  }

  /** Goes on where a lost worker has left off. */
  private async execute(making: Making, study: Study, source: vscode.Uri): Promise<RunOutcome> {
    const cancellation = making.cancellation.token;
    for (;;) {
      const handle = { token: randomUUID(), cancellation, onEvent: (event: RunEvent) => this.follow(making, event) };
      try {
        return await this.worker.run({ study, defaults: studyDefaults(source), mode: "resume" }, handle);
      } catch (error) {
        if (!(error instanceof WorkerLostError) || cancellation.isCancellationRequested) throw error;
        await this.worker.back(error);
      }
    }
  }

  private follow(making: Making, event: RunEvent): void {
    switch (event.kind) {
      case "preparing":
        return this.change(making, { state: "waiting", message: preparingText(event) });
      case "snapshot": {
        const { journal, progress } = event.snapshot;
        const { measured, total } = progress;
        return this.change(making, { state: "running", message: "", journal, measured, total });
      }
      case "points":
      case "extras": {
        const { measured, total } = event.progress;
        return this.change(making, { measured, total }, interval);
      }
    }
  }

  private concluded(making: Making, { status, journal, problem }: RunOutcome): void {
    if (status === "cancelled" && making.told.journal === undefined) return;
    const message = problem?.title ?? "";
    this.change(making, { state: status, message, ...(journal ? { journal } : {}), ...(problem ? { problem } : {}) });
  }

  private change(making: Making, change: Partial<ComparingRun>, later = 0): void {
    making.told = { ...making.told, ...change };
    if (later === 0) return this.tell();
    this.timer ??= setTimeout(() => this.tell(), later);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.post({ kind: "comparing", runs: this.makings.map(({ told }) => told) });
  }

  private problemOf(error: unknown, title: string): Problem {
    this.log.error(error instanceof Error ? error : String(error));
    return problemOf(error, title);
  }

  /** A page that is hidden is told when it comes back. */
  private post(message: HostMessage): void {
    if (this.isLive) void this.panel.webview.postMessage(message);
  }
}

function makingOf(source: vscode.Uri): Making {
  const title = modelFileName(source.fsPath);
  const message = vscode.l10n.t("Waiting for the run that is shown");
  return {
    told: { source: source.toString(), title, state: "waiting", message },
    cancellation: new vscode.CancellationTokenSource(),
  };
}
