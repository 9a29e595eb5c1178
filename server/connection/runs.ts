import type { CancellationToken } from "vscode-languageserver/node";
import type { Reserve } from "../evaluator/reserve";
import { toProblem } from "../protocol/problem";
import type { RunOutcome, RunParams } from "../protocol/requests";
import { checkStudy } from "../study/rules";
import type { HealthReporter } from "./health";
import type { Log } from "./log";
import { TurnQueue } from "./queue";
import type { Turn } from "./queue";
import { QueuedRun } from "./queuedRun";
import type { RunListener } from "./queuedRun";

interface Entry {
  readonly run: QueuedRun;
  readonly outcome: Promise<RunOutcome>;
}

/** All runs of this server, by their client's token. One computes at a time; the others wait in order. */
export class Runs {
  private readonly queue = new TurnQueue();
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly log: Log,
    private readonly health: HealthReporter,
    private readonly reserve: Reserve,
  ) {}

  /** Executes a study when its turn has come. Never rejects: what goes wrong is in the outcome. */
  async run(params: RunParams, token: CancellationToken, listener: RunListener): Promise<RunOutcome> {
    const id = params.partialResultToken;
    try {
      if (this.entries.has(id)) throw new Error(`a run with the token ${id} is going on already`);
      checkStudy(params.study);
      const { queue, log, health, reserve } = this;
      const run = new QueuedRun({ params, listener, queue, reserve, log, health });
      const outcome = run.execute();
      this.entries.set(id, { run, outcome });
      const subscription = token.onCancellationRequested(() => run.cancel());
      if (token.isCancellationRequested) run.cancel();
      return await outcome.finally(() => {
        subscription.dispose();
        this.entries.delete(id);
      });
    } catch (error) {
      const problem = toProblem(error);
      this.log.problem("Run", problem, error);
      return { status: "failed", checks: [], problem };
    }
  }

  /** Whether no run computes or waits. */
  get isIdle(): boolean {
    return this.entries.size === 0;
  }

  /**
   * A place among the runs for shorter work, which computes when its turn has come and leaves when it is done.
   * @param name of the model, for those that wait behind it.
   */
  enter(name: string): Turn {
    return this.queue.enter(name, () => undefined);
  }

  /** Stops or goes on with the run of a token; a run that is over is left alone. */
  pause(token: string, paused: boolean): void {
    this.entries.get(token)?.run.pause(paused);
  }

  /** Lets the run of a token compute before all others that wait. */
  hurry(token: string): void {
    this.entries.get(token)?.run.hurry();
  }

  /** Cancels everything and waits until all evaluators are gone, but no longer than `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    const entries = [...this.entries.values()];
    for (const { run } of entries) run.cancel();
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([Promise.allSettled(entries.map(({ outcome }) => outcome)), enough]);
    clearTimeout(timer);
  }
}
