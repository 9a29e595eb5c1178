import * as vscode from "vscode";
import { SummariesRequest } from "../../server/protocol/requests";
import type { RunSummary } from "../../server/protocol/requests";
import type { Worker } from "../client/worker";
import { findJournals, watchJournals } from "./journals";

/** Milliseconds for further changes to come before a change is told. */
const settled = 300;
/** A list that takes long to make is made less often, so that a run which grows does not keep the worker busy. */
const share = 10;

/** The runs of the workspace, read again whenever their files change. */
export class RunList implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly altered = new vscode.EventEmitter<readonly string[]>();
  /** Runs that came, went, or whose writing has begun or ended, since that was told. */
  private readonly journals = new Set<string>();
  private watcher = this.watch();
  private readonly subscriptions: readonly vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  /** How long it took to read the list, in milliseconds. */
  private cost = 0;

  /** Tells that the list may be another one now. */
  readonly onDidChange = this.changed.event;

  /** Tells of the journals that are not any more what they were; of one that grows when that has ended. */
  readonly onDidAlter = this.altered.event;

  constructor(private readonly worker: Worker) {
    const watchAgain = (): void => {
      this.watcher.dispose();
      this.watcher = this.watch();
      this.refresh();
    };
    this.subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(watchAgain),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("lossLandscape.resultsFolder")) watchAgain();
      }),
    ];
  }

  /** All runs, in no order. The worker is asked only when there is something to ask about. */
  async load(): Promise<readonly RunSummary[]> {
    const journals = await findJournals();
    if (journals.length === 0) return [];
    const begun = performance.now();
    const runs = await this.worker.request(SummariesRequest, { journals });
    this.cost = performance.now() - begun;
    return runs;
  }

  /** What is known of one run; undefined when its file cannot be read. */
  async summaryOf(journal: string): Promise<RunSummary | undefined> {
    const [summary] = await this.worker.request(SummariesRequest, { journals: [journal] });
    return summary;
  }

  refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changed.fire();
    const journals = [...this.journals];
    this.journals.clear();
    if (journals.length > 0) this.altered.fire(journals);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.watcher.dispose();
    this.changed.dispose();
    this.altered.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private watch(): vscode.Disposable {
    return watchJournals((grown, journal) => {
      if (!grown) this.journals.add(journal);
      this.schedule(grown);
    });
  }

  private schedule(grown: boolean): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => this.refresh(), grown ? Math.max(3 * settled, share * this.cost) : settled);
  }
}
