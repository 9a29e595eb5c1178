import * as vscode from "vscode";
import { WorkerLostError } from "../client/lost";
import type { Worker } from "../client/worker";

/** What a flow tells its panel. */
export interface FlowEvents {
  /** The worker is gone and being started again, or back. */
  worker(state: "lost" | "back"): void;
  /** Work ended with an error that is its own, not that of work which took its place. */
  failed(error: unknown, isCancelled: boolean): void;
}

/** The work of a panel: one thing at a time, each waits for the one before, which it cancels. */
export class Flow {
  isWorkerLost = false;
  isClosed = false;
  private tail: Promise<void> = Promise.resolve();
  private cancellation = new vscode.CancellationTokenSource();

  constructor(
    private readonly worker: Worker,
    private readonly events: FlowEvents,
  ) {}

  /** Does `work` when what is going on has ended, which it is told to. */
  perform(work: (cancellation: vscode.CancellationToken) => Promise<void>): void {
    this.cancellation.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    this.cancellation = cancellation;
    this.tail = this.tail.then(async () => {
      if (this.isClosed) return;
      try {
        await work(cancellation.token);
      } catch (error) {
        // What takes its place will say what there is to see.
        if (this.cancellation === cancellation) this.events.failed(error, cancellation.token.isCancellationRequested);
      } finally {
        cancellation.dispose();
      }
    });
  }

  cancel(): void {
    this.cancellation.cancel();
  }

  /** Cancels what is going on; nothing is done any more. */
  close(): void {
    this.isClosed = true;
    this.cancellation.cancel();
  }

  /** Repeats `attempt` whenever the worker was lost and is back. */
  async insist<T>(cancellation: vscode.CancellationToken, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof WorkerLostError) || cancellation.isCancellationRequested) throw error;
        this.isWorkerLost = true;
        this.events.worker("lost");
        try {
          await this.worker.back(error);
        } finally {
          this.isWorkerLost = false;
          this.events.worker("back");
        }
        if (cancellation.isCancellationRequested) throw error;
      }
    }
  }
}
