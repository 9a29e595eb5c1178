import { ProblemError } from "../protocol/problem";
import { deferred } from "./deferred";
import type { Deferred } from "./deferred";
import type { Job, JobAnswer } from "./jobs";

/** The work was cancelled or closed before it was done. */
export class PoolCancelledError extends Error {
  constructor() {
    super("the evaluators were cancelled");
    this.name = "PoolCancelledError";
  }
}

/** Evaluators that one job may end before it is taken for the cause. */
const MAX_DEATHS_OF_JOB = 2;

interface Batch {
  readonly finished: Deferred<undefined>;
  remaining: number;
}

/**
 * Jobs that several places share. Each is delivered once, whoever does it and however often; a job that is given back
 * is the next one to be handed out.
 */
export class Workload {
  /** Called when a place finds no job: whoever holds jobs that nobody has begun may give them back. */
  onIdle: (() => void) | undefined;
  /** Called when a job is delivered: whoever holds it a second time may take that back. */
  onDelivered: (() => void) | undefined;
  /** Jobs not handed out, the next one last. */
  private waiting: Job[] = [];
  /** Of jobs that are not delivered. */
  private readonly batches = new Map<Job, Batch>();
  private readonly deaths = new Map<Job, number>();
  /** When somebody who had waited for a job began with it, on the clock of `performance`. */
  private readonly begun = new Map<Job, number>();
  private change = deferred<undefined>();
  private paused = false;
  private idlers = 0;
  private ended: Error | undefined;

  /** How many places wait for a job. */
  get idle(): number {
    return this.idlers;
  }

  /** Whether no more jobs are handed out, now or later. */
  get stopped(): boolean {
    return this.ended !== undefined;
  }

  /** Why the work has failed; undefined while it has not, and when it was only stopped. */
  get failure(): Error | undefined {
    return this.ended instanceof PoolCancelledError ? undefined : this.ended;
  }

  /** Resolves when there may be something new to do: jobs were added or given back, or the work paused or stopped. */
  get changed(): Promise<unknown> {
    return this.change.promise;
  }

  /** Whether jobs are held back. */
  get isPaused(): boolean {
    return this.paused;
  }

  /**
   * Adds jobs, to be handed out in their order, and resolves when the last one is delivered.
   * @throws whatever the work has failed with; PoolCancelledError.
   */
  add(jobs: readonly Job[]): Promise<void> {
    const finished = deferred<undefined>();
    if (this.ended) finished.reject(this.ended);
    else if (jobs.length === 0) finished.resolve(undefined);
    else {
      const batch = { finished, remaining: jobs.length };
      for (const job of jobs) this.batches.set(job, batch);
      this.waiting = [...jobs].reverse().concat(this.waiting);
      this.rouse();
    }
    return finished.promise;
  }

  /** How many jobs are not handed out. */
  get left(): number {
    return this.waiting.length;
  }

  /**
   * The next job; undefined when there is none to be handed out at the moment.
   * @param suits whether the next job is wanted; any when absent.
   */
  take(suits?: (job: Job) => boolean): Job | undefined {
    while (!this.paused && !this.stopped) {
      const job = this.waiting.at(-1);
      if (job && !this.isDelivered(job) && suits?.(job) === false) return undefined;
      this.waiting.pop();
      if (!job || !this.isDelivered(job)) return job;
    }
    return undefined;
  }

  /** A job that was handed out by `next` more than so many milliseconds ago, to be done twice; each is given once. */
  takeLate(milliseconds: number): Job | undefined {
    if (this.paused || this.stopped) return undefined;
    for (const [job, since] of this.begun) {
      if (performance.now() - since <= milliseconds) continue;
      this.begun.delete(job);
      return job;
    }
    return undefined;
  }

  /** The next job, as soon as there is one; undefined when the work has stopped. */
  async next(): Promise<Job | undefined> {
    while (!this.stopped) {
      const job = this.take();
      if (job) {
        this.begun.set(job, performance.now());
        return job;
      }
      await this.waitIdly();
    }
    return undefined;
  }

  /** Whether the job's answer has come, from whomever. */
  isDelivered(job: Job): boolean {
    return !this.batches.has(job);
  }

  /** Delivers the answer of a job; one that comes again is passed over. */
  deliver(job: Job, answer: JobAnswer): void {
    const batch = this.batches.get(job);
    if (!batch) return;
    this.batches.delete(job);
    this.deaths.delete(job);
    this.begun.delete(job);
    job.deliver(answer);
    this.onDelivered?.();
    if (--batch.remaining === 0) batch.finished.resolve(undefined);
  }

  /** Puts a job back as the next one. */
  giveBack(job: Job): void {
    if (this.stopped || this.isDelivered(job)) return;
    this.begun.delete(job);
    this.waiting.push(job);
    this.rouse();
  }

  /**
   * Puts back a job during which an evaluator stopped.
   * @param likelyCause why it stopped, as the end of a sentence.
   * @param isItsFault false where the evaluator had stopped before the job reached it.
   * @throws ProblemError `evaluator-lost` when the job ends one evaluator after the other.
   */
  giveBackAfterDeath(job: Job, likelyCause: string, isItsFault: boolean): void {
    if (this.stopped || this.isDelivered(job)) return;
    const deaths = (this.deaths.get(job) ?? 0) + (isItsFault ? 1 : 0);
    this.deaths.set(job, deaths);
    if (deaths >= MAX_DEATHS_OF_JOB) {
      throw new ProblemError({
        reason: "evaluator-lost",
        title: "A point could not be measured",
        message: `${job.what} stopped ${String(deaths)} evaluators in a row: ${likelyCause}.`,
        advice: "Close other programs, use a smaller batch or fewer evaluators, and resume: what was measured is kept.",
      });
    }
    this.giveBack(job);
  }

  /** Hands out no jobs, or goes on. */
  pause(paused: boolean): void {
    this.paused = paused;
    this.rouse();
  }

  /** Hands out no more jobs. What is in flight may still be delivered, until `end`. */
  stop(failure: Error = new PoolCancelledError()): void {
    this.ended ??= failure;
    this.rouse();
  }

  /** Stops, and tells so those who wait for jobs that are not delivered. */
  end(failure?: Error): void {
    this.stop(failure);
    for (const { finished } of this.batches.values()) finished.reject(this.ended);
  }

  private async waitIdly(): Promise<void> {
    const { change } = this;
    this.idlers++;
    if (this.onIdle && !this.paused) this.onIdle();
    await change.promise;
    this.idlers--;
  }

  private rouse(): void {
    const { change } = this;
    this.change = deferred<undefined>();
    change.resolve(undefined);
  }
}
