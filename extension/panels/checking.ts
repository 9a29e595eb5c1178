import * as vscode from "vscode";
import type { RunSnapshot } from "../../server/protocol/result";
import type { CheckRun, HostMessage, MadeRun } from "../../webview/protocol/messages";
import type { Worker } from "../client/worker";
import { makeRun } from "./making";

/** No more often than this is the page told how far runs are, in milliseconds. */
const interval = 200;

export interface CheckingParts {
  readonly source: vscode.Uri;
  /** What the model is called in problems. */
  readonly name: string;
  readonly worker: Worker;
  readonly log: vscode.LogOutputChannel;
  readonly post: (message: HostMessage) => void;
}

type Told = MadeRun & Pick<CheckRun, "checks">;

/** Runs that are made for checks of the run that a panel shows, one after another, while that one stays in sight. */
export class CheckRuns implements vscode.Disposable {
  private journal = "";
  private told: Told[] = [];
  private cancellation: vscode.CancellationTokenSource | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: CheckingParts) {}

  /** What a page is told that has just been loaded. */
  get message(): HostMessage {
    return { kind: "checking", journal: this.journal, runs: this.told };
  }

  /** Makes runs of a study with something different about each; those that were being made are given up. */
  async start({ journal, header }: RunSnapshot, runs: readonly CheckRun[]): Promise<void> {
    this.stop();
    const cancellation = new vscode.CancellationTokenSource();
    this.cancellation = cancellation;
    this.journal = journal;
    this.told = runs.map(({ checks }) => ({ checks, state: "waiting", message: "" }));
    this.tell();
    const { source, name, worker, log } = this.parts;
    for (const [index, { change }] of runs.entries()) {
      if (cancellation.token.isCancellationRequested) return;
      const told = (more: Partial<MadeRun>, isFrequent = false): void => {
        if (this.cancellation !== cancellation) return;
        this.told = this.told.map((each, k) => (k === index ? { ...each, ...more } : each));
        if (isFrequent) this.timer ??= setTimeout(() => this.tell(), interval);
        else this.tell();
      };
      const { study } = header;
      await makeRun({ source, name, study, change, worker, log, cancellation: cancellation.token, told });
    }
  }

  /** Gives up what is not done. */
  stop(): void {
    this.cancellation?.cancel();
    this.cancellation = undefined;
    const hadRuns = this.told.length > 0;
    this.told = this.told.filter(({ state }) => state === "done");
    if (hadRuns) this.tell();
  }

  dispose(): void {
    this.cancellation?.cancel();
    this.cancellation = undefined;
    clearTimeout(this.timer);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.parts.post(this.message);
  }
}
