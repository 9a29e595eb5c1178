import path from "node:path";
import manifest from "../../package.json";
import type { WorkDoneProgressReporter } from "vscode-languageserver/node";
import type { Reserve } from "../evaluator/reserve";
import type { RunEvent, RunOutcome, RunParams } from "../protocol/requests";
import { executionMemoryFile } from "../runs/executionMemory";
import { startRun } from "../runs/run";
import type { Run, RunOptions } from "../runs/run";
import { resolveResultsFolder } from "../study/results";
import type { HealthReporter } from "./health";
import type { Log } from "./log";
import type { Turn, TurnQueue } from "./queue";

/** Of the setting; in the environment, because what goes over the wire may be traced, and it holds a password. */
function queueFromEnvironment(): Pick<RunOptions, "queue"> {
  const url = process.env["LOSS_LANDSCAPE_QUEUE"]?.trim() ?? "";
  return url === "" ? {} : { queue: { url, version: manifest.version } };
}

/** Where a run's events and progress go. */
export interface RunListener {
  event(event: RunEvent): void;
  readonly progress: WorkDoneProgressReporter;
}

export interface QueuedRunParts {
  readonly params: RunParams;
  readonly listener: RunListener;
  readonly queue: TurnQueue;
  /** Where its evaluators come from. */
  readonly reserve: Reserve;
  readonly log: Log;
  readonly health: HealthReporter;
}

/** A run that computes when its turn has come. While it is paused, others have theirs. */
export class QueuedRun {
  private readonly name: string;
  private readonly begun: Promise<void>;
  private begin = (): void => undefined;
  private turn: Turn;
  private run: Run | undefined;
  private paused = false;
  private cancelled = false;
  /** Says that this run computes no longer; there while it does. */
  private rest: (() => void) | undefined;

  constructor(private readonly parts: QueuedRunParts) {
    this.name = path.basename(parts.params.study.model.path);
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.turn = this.queueUp();
  }

  /** Waits for the turn and executes the study. Call it once. */
  async execute(): Promise<RunOutcome> {
    const { params, listener, reserve, log, health } = this.parts;
    listener.progress.begin(`Loss landscape of ${this.name}`, 0, "preparing", true);
    try {
      await this.begun;
      if (this.cancelled) return { status: "cancelled", checks: [] };
      log.info(`Run of ${this.name}: ${params.mode}, ${JSON.stringify(params.study)}`);
      this.run = startRun({
        study: params.study,
        mode: params.mode,
        resultsFolder: resolveResultsFolder(params.study.model.path, params.defaults.resultsFolder),
        source: reserve,
        onEvent: (event) => {
          this.follow(event);
        },
        log: (message) => log.info(message),
        ...queueFromEnvironment(),
        memory: executionMemoryFile(),
      });
      const outcome = await this.run.finished;
      if (outcome.problem !== undefined) {
        log.problem(`Run of ${this.name}`, outcome.problem);
        health.afflicted(outcome.problem);
      }
      log.info(`Run of ${this.name}: ${outcome.status}`);
      // Another one often follows.
      reserve.fill();
      return outcome;
    } finally {
      this.giveWay();
      listener.progress.done();
    }
  }

  /** Stops handing out points and lets the next run compute, or queues up to go on. */
  pause(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) {
      this.run?.pause(true);
      this.giveWay();
    } else {
      this.turn = this.queueUp();
    }
  }

  /** Computes before all others that wait. */
  hurry(): void {
    this.turn.hurry();
  }

  cancel(): void {
    this.cancelled = true;
    this.run?.cancel();
    this.begin();
  }

  private queueUp(): Turn {
    const turn = this.parts.queue.enter(this.name, (ahead) => {
      const names = ahead.join(", ");
      const message =
        ahead.length === 1 ? `Waiting for another run: ${names}` : `Waiting for ${ahead.length} other runs: ${names}`;
      // A run that has begun keeps showing what it has measured.
      if (this.run === undefined) this.parts.listener.event({ kind: "preparing", message, ahead });
      this.parts.listener.progress.report(message);
    });
    void turn.come.then(() => {
      if (this.turn !== turn || this.paused || this.cancelled) return;
      this.rest = this.parts.health.busy(`Computing ${this.name}`);
      this.run?.pause(false);
      this.begin();
    });
    return turn;
  }

  private giveWay(): void {
    this.rest?.();
    this.rest = undefined;
    this.turn.leave();
  }

  private follow(event: RunEvent): void {
    const { listener, health, reserve } = this.parts;
    listener.event(event);
    switch (event.kind) {
      case "preparing":
        listener.progress.report(event.message);
        break;
      case "snapshot":
        health.computing(event.snapshot.header.engine.label);
        // The run has taken what it needs; what is left would only take its memory.
        void reserve.empty();
        break;
      case "points": {
        const { measured, total } = event.progress;
        listener.progress.report((100 * measured) / total, `${measured} of ${total} points`);
        break;
      }
    }
  }
}
