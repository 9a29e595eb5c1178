import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import type { ProblemError } from "../../server/protocol/problem";
import type { Study } from "../../server/protocol/study";
import type { ComparingRun, HostMessage } from "../../webview/protocol/messages";
import type { Worker } from "../client/worker";
import { makeRun } from "./making";

/** A model whose run is to stand beside the one that a panel shows. */
export interface Rival {
  readonly source: vscode.Uri;
  /** Its study, or why there is none. */
  readonly study: Study | ProblemError;
}

interface Entry {
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
  private readonly makings: Entry[] = [];
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
    const { worker, log } = this;
    const { told, cancellation } = making;
    await makeRun({
      source,
      name: told.title,
      study,
      worker,
      log,
      cancellation: cancellation.token,
      told: (change, isFrequent) => this.change(making, change, isFrequent ? interval : 0),
    });
  }

  private change(making: Entry, change: Partial<ComparingRun>, later = 0): void {
    making.told = { ...making.told, ...change };
    if (later === 0) return this.tell();
    this.timer ??= setTimeout(() => this.tell(), later);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.post({ kind: "comparing", runs: this.makings.map(({ told }) => told) });
  }

  /** A page that is hidden is told when it comes back. */
  private post(message: HostMessage): void {
    if (this.isLive) void this.panel.webview.postMessage(message);
  }
}

function makingOf(source: vscode.Uri): Entry {
  const title = modelFileName(source.fsPath);
  const message = vscode.l10n.t("Waiting for the run that is shown");
  return {
    told: { source: source.toString(), title, state: "waiting", message },
    cancellation: new vscode.CancellationTokenSource(),
  };
}
