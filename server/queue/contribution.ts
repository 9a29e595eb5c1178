import { setTimeout as sleep } from "node:timers/promises";
import { WaitingError, Worker } from "bullmq";
import type { Job as BullJob } from "bullmq";
import { relativeDifference } from "../evaluator/agreement";
import { deferred } from "../evaluator/deferred";
import { jobOf } from "../evaluator/jobs";
import type { JobAnswer, JobCall } from "../evaluator/jobs";
import type { PointSums, Prepared } from "../evaluator/messages";
import { EvaluatorPool } from "../evaluator/pool";
import { PoolCancelledError } from "../evaluator/workload";
import { exactTolerance } from "../landscape/checks";
import { ProblemError, toProblem } from "../protocol/problem";
import type { Study } from "../protocol/study";
import type { QueueAddress } from "./address";
import { encodeReturned } from "./answers";
import { blockingOptions } from "./connection";
import { locate } from "./located";
import type { Located, LocateOptions } from "./located";
import type { RunNotice } from "./notice";
import type { Parcel } from "./sentJobs";
import { BEAT, jobsName, LOCK, MOST_STALLS, prefix } from "./settings";
import { decode, encode } from "./wire";

export interface ContributionParts extends LocateOptions {
  readonly address: QueueAddress;
  readonly notice: RunNotice;
  /** What this machine is called. */
  readonly worker: string;
  readonly evaluatorPath: string;
  /** How many evaluators this machine has for a study whose model has so many weights. */
  readonly evaluatorsFor: (study: Study, parameters: number) => Promise<number>;
  readonly log: (message: string) => void;
}

/** How many answers are kept in Redis, in case that the coordinator has to look again. */
const KEPT = { count: 500 };

/** A parcel is short when an evaluator does it within so many milliseconds. */
const SHORT = 250;

/** How long jobs in flight have to be given back, in milliseconds. */
const LEAVING = 3000;

/** What evaluators of this machine do for one run. */
export class Contribution {
  private readonly failure = deferred<undefined>();
  private queue: Worker<Parcel, string> | undefined;
  private prepared: Prepared | undefined;
  /** Of the model itself, as the first evaluator here that was free measured it. */
  private own: PointSums | undefined;
  private isOver = false;
  /** When the last parcel was done, on the clock of `performance`. */
  private lastDone = 0;
  /** How long an evaluator is at work for a parcel, in milliseconds; fading. */
  private span = Infinity;

  private constructor(
    private readonly parts: ContributionParts,
    private readonly located: Located,
    private readonly pool: EvaluatorPool,
    /** How many evaluators there are. */
    readonly evaluators: number,
  ) {}

  /**
   * Finds the run's files and prepares evaluators; `begin` has them take jobs.
   * @throws ProblemError why this machine cannot take part; PoolCancelledError when `signal` is aborted.
   */
  static async join(parts: ContributionParts, signal: AbortSignal): Promise<Contribution> {
    const located = await locate(parts.notice, parts);
    let joined: Contribution | undefined;
    const abort = (): void => void joined?.leave();
    try {
      if (signal.aborted) throw new PoolCancelledError();
      const { evaluatorPath, log, notice } = parts;
      const evaluators = await parts.evaluatorsFor(located.study, notice.parameters);
      const pool = new EvaluatorPool({ evaluatorPath, evaluators, log });
      joined = new Contribution(parts, located, pool, evaluators);
      signal.addEventListener("abort", abort);
      await joined.prepare();
      return joined;
    } catch (error) {
      await (joined ? joined.leave() : located.release());
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Rejects with the ProblemError that keeps this machine from taking part any longer. */
  get failed(): Promise<unknown> {
    return this.failure.promise;
  }

  /** Largest relative difference of an evaluator here from the run's first one, at the centre. */
  get difference(): number {
    const own = relativeDifference(this.own!.lossSum, this.parts.notice.centre.lossSum);
    return Math.max(own, this.pool.report.disagreement);
  }

  /** Takes no more jobs, or goes on. */
  hold(isHeld: boolean): void {
    if (!this.queue || this.isOver || this.queue.isPaused() === isHeld) return;
    if (isHeld) void this.queue.pause(true);
    else void this.queue.resume();
  }

  /**
   * Takes as many parcels at once as there are evaluators that are ready, and where they are short one more, so that nobody
   * waits for the next one. Call it now and then.
   */
  adapt(): void {
    if (!this.queue || this.isOver) return;
    const wanted = Math.max(1, this.pool.ready) + (this.span < SHORT ? 1 : 0);
    if (this.queue.concurrency !== wanted) this.queue.concurrency = wanted;
  }

  /** Gives jobs in flight back, unless they are done in a moment, and ends the evaluators. */
  async leave(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const closing = this.queue?.close();
    await this.pool.cancel();
    const isPolite = await Promise.race([
      closing?.then(
        () => true,
        () => false,
      ) ?? true,
      sleep(LEAVING, false, { ref: false }),
    ]);
    if (!isPolite) this.queue?.disconnect().catch(() => {});
    await this.located.release();
  }

  /** Begins to take jobs. */
  begin(): void {
    if (this.isOver) return;
    const { notice, address, worker, log } = this.parts;
    const queue = new Worker<Parcel, string>(jobsName(notice.run), (job, token) => this.perform(job, token), {
      connection: blockingOptions(address),
      prefix,
      name: worker,
      lockDuration: LOCK,
      // The coordinator looks for jobs of dead workers: a look leaves keys that nobody removes when the run is over.
      skipStalledCheck: true,
      maxStalledCount: MOST_STALLS,
      runRetryDelay: BEAT,
      drainDelay: 1,
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
    });
    // A lost connection comes back; a job that was given to another one meanwhile is none of ours any more.
    queue.on("error", (error) => log(`queue: ${error.message}`));
    this.queue = queue;
  }

  private async prepare(): Promise<void> {
    const { located, pool } = this;
    this.prepared = await pool.prepare(located.study, located.fingerprints, located.directions);
    this.requireEngine(this.prepared);
    // Another machine may differ in what one batch does not show.
    await pool.performTasks([{ kind: "centre" }], (answer) => {
      if (answer.kind === "centre") this.own = answer.centre.sums[0];
    });
    this.requireAgreement();
  }

  private requireEngine({ engine }: Prepared): void {
    const { notice } = this.parts;
    if (engine.name === notice.engine.name) return;
    throw refusal(`the run uses ${notice.engine.label}, and this machine came to ${engine.label}`);
  }

  private requireAgreement(): void {
    const { engine } = this.prepared!;
    const { difference } = this;
    if (!(difference <= exactTolerance)) {
      const size = Number.isFinite(difference) ? `by ${difference.toExponential(1)} of it` : "and is not finite in one";
      throw refusal(`the loss at the centre, as measured here with ${engine.label} ${engine.version}, differs ${size}`);
    }
  }

  private async perform(job: BullJob<Parcel, string>, token: string | undefined): Promise<string> {
    try {
      const received = performance.now();
      const answers = await this.measure(decode(job.data.calls) as readonly JobCall[]);
      const milliseconds = this.spent(received);
      this.requireAgreement();
      const { difference } = this;
      return encodeReturned({ worker: this.parts.worker, difference, milliseconds, answers });
    } catch (error) {
      if (error instanceof PoolCancelledError || this.isOver) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      this.failure.reject(error);
      // What BullMQ keeps of an error is its message.
      throw new Error(encode({ worker: this.parts.worker, problem: toProblem(error) }), { cause: error });
    }
  }

  /** In the order of the calls. */
  private async measure(calls: readonly JobCall[]): Promise<readonly JobAnswer[]> {
    const answers: JobAnswer[] = [];
    await this.pool.perform(
      calls.map((call, k) =>
        jobOf(call, (answer) => {
          answers[k] = answer;
        }),
      ),
    );
    return answers;
  }

  /**
   * How long an evaluator was at work for a parcel that is done now. Parcels are done one after the other, by all
   * evaluators together.
   */
  private spent(received: number): number {
    const now = performance.now();
    const milliseconds = (now - Math.max(received, this.lastDone)) * Math.max(1, this.pool.ready);
    this.lastDone = now;
    this.span = Number.isFinite(this.span) ? 0.7 * this.span + 0.3 * milliseconds : milliseconds;
    this.adapt();
    return milliseconds;
  }
}

function refusal(what: string): ProblemError {
  return new ProblemError({
    reason: "engine-wrong",
    title: "This machine does not measure the same",
    message: `This machine cannot take part: ${what}.`,
    advice: "Install the same version of the engine as at the coordinator.",
  });
}
