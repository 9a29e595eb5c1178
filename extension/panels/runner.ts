import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import { HurryRequest } from "../../server/protocol/requests";
import type { RunEvent, RunOutcome } from "../../server/protocol/requests";
import type { Study } from "../../server/protocol/study";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import type { Flow } from "./flow";

/** A run that is going on, or waits for its turn, as the list of the status item shows it. */
export interface ListedRun {
  readonly title: string;
  readonly isPaused: boolean;
  show(): void;
  pause(paused: boolean): void;
  cancel(): void;
}

/** The run of a panel, from its start to its end. */
export class Runner {
  private run: { readonly token: string; paused: boolean } | undefined;

  constructor(
    private readonly source: vscode.Uri,
    private readonly worker: Worker,
    private readonly flow: Flow,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Whether a run is going on, or waits for its turn. */
  get isRunning(): boolean {
    return this.run !== undefined;
  }

  get isPaused(): boolean {
    return this.run?.paused === true;
  }

  /**
   * Runs the study to its end. A worker that is lost meanwhile goes on with the same journal when it is back.
   * @throws WorkerStoppedError, or the worker's own refusal.
   */
  async execute(
    study: Study,
    first: "resume" | "fresh",
    cancellation: vscode.CancellationToken,
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    let hasJournal = false;
    try {
      return await this.flow.insist(cancellation, () => {
        // A new name for each attempt, so that nothing late from a lost worker is taken for ours.
        const run = { token: randomUUID(), paused: this.run?.paused ?? false };
        this.run = run;
        const settled = this.worker.run(
          { study, defaults: studyDefaults(this.source), mode: hasJournal ? "resume" : first },
          {
            token: run.token,
            cancellation,
            onEvent: (event) => {
              hasJournal ||= event.kind === "snapshot" && event.snapshot.isProvisional !== true;
              onEvent(event);
            },
          },
        );
        if (run.paused) void this.worker.pause(run.token, true).catch(() => undefined);
        return settled;
      });
    } catch (error) {
      if (cancellation.isCancellationRequested) return { status: "cancelled", checks: [] };
      throw error;
    } finally {
      this.run = undefined;
    }
  }

  /** Stops handing out points, or goes on; false when no run is going on. */
  pause(paused: boolean): boolean {
    if (this.run === undefined) return false;
    this.run.paused = paused;
    // A worker that is lost at this moment learns of it when it is back.
    this.worker.pause(this.run.token, paused).catch((error: unknown) => this.log.warn(String(error)));
    return true;
  }

  /** Computes before the other runs that wait. */
  hurry(): void {
    if (this.run === undefined) return;
    this.worker.request(HurryRequest, { run: this.run.token }).catch((error: unknown) => this.log.warn(String(error)));
  }
}
