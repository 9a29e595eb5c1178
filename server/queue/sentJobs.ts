import { setImmediate as turn } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Job } from "../evaluator/jobs";
import type { Workload } from "../evaluator/workload";
import { ProblemError } from "../protocol/problem";
import { decodeFailed, decodeReturned } from "./answers";
import type { Failed, Returned } from "./answers";
import { encode } from "./wire";

/** A job as it is kept in Redis. */
export interface QueuedJob {
  /** A `JobCall`. */
  readonly call: string;
}

export interface SentJobsParts {
  readonly jobs: Queue<QueuedJob>;
  /** Makes ids that no other session of the run has. */
  readonly session: string;
  readonly workload: Workload;
  readonly onReturned: (returned: Returned) => void;
  /** The run cannot go on. */
  readonly fail: (error: Error) => void;
  readonly log: (message: string) => void;
}

interface Sent {
  readonly job: Job;
  /** When a worker took it, on the clock of `performance`; undefined while it waits. */
  since: number | undefined;
  /** Whether the job was given back meanwhile. An answer counts all the same. */
  givenBack: boolean;
}

/** Workers that may fail with one job before the run does. */
const MOST_FAILURES = 2;

/** A job is late when it takes this many times as long as others, and this long at least, in milliseconds. */
const LATE = { times: 3, least: 2000 };

/**
 * The jobs of a run that are in Redis. There are never more than the workers need: as many wait as are being done, and
 * one while none is. So a new worker finds one, and evaluators here find the rest.
 */
export class SentJobs {
  private readonly sent = new Map<string, Sent>();
  private readonly failures = new Map<Job, Set<string>>();
  private count = 0;
  private isFilling = false;
  private isDue = false;
  private durations = { sum: 0, count: 0 };

  constructor(private readonly parts: SentJobsParts) {}

  /** Jobs that workers are doing. */
  get active(): number {
    return [...this.sent.values()].filter(({ since }) => since !== undefined).length;
  }

  /** Sends what the workers need. Never rejects. */
  async fill(): Promise<void> {
    this.isDue = true;
    if (this.isFilling) return;
    this.isFilling = true;
    try {
      while (this.isDue) {
        this.isDue = false;
        // Evaluators that wait here take first.
        await turn();
        await this.send();
      }
    } finally {
      this.isFilling = false;
    }
  }

  /** Has evaluators here that wait take what no worker has begun, and else what takes too long. Never rejects. */
  async reclaim(): Promise<void> {
    const { workload, jobs } = this.parts;
    const waiting = [...this.sent].filter(([, { since, givenBack }]) => since === undefined && !givenBack).reverse();
    for (const [id, each] of waiting) {
      if (workload.idle === 0) return;
      // It cannot be removed when a worker has just taken it.
      const isRemoved = await jobs.remove(id).catch(() => 0);
      if (isRemoved === 1 && this.sent.delete(id)) workload.giveBack(each.job);
    }
    const { sum, count } = this.durations;
    const late = count === 0 ? Infinity : Math.max(LATE.least, (LATE.times * sum) / count);
    for (const each of this.sent.values()) {
      if (workload.idle === 0) return;
      const isLate = each.since !== undefined && performance.now() - each.since > late;
      if (isLate && !each.givenBack) this.giveBack(each);
    }
  }

  /** Gives back all jobs: nobody knows what becomes of them. What is done of them all the same counts. */
  giveBackAll(): void {
    for (const each of this.sent.values()) if (!each.givenBack) this.giveBack(each);
  }

  /** Brings what is known of the jobs into line with Redis. */
  async reconcile(): Promise<void> {
    const { jobs } = this.parts;
    for (const [id, each] of [...this.sent]) {
      const found = await jobs.getJob(id);
      const state = found === undefined ? "unknown" : await found.getState();
      if (this.sent.get(id) !== each) continue;
      if (state === "completed") this.completed(id, found!.returnvalue);
      else if (state === "failed") this.failed(id, found!.failedReason);
      else if (state === "active") this.began(id);
      else if (state === "unknown") {
        this.sent.delete(id);
        if (!each.givenBack) this.giveBack(each);
      } else {
        each.since = undefined;
        if (each.givenBack && (await jobs.remove(id)) === 1) this.sent.delete(id);
      }
    }
  }

  /** A worker has taken the job. */
  began(id: string): void {
    const each = this.sent.get(id);
    if (each) each.since ??= performance.now();
  }

  /** The job waits again: its worker is gone. */
  waits(id: string): void {
    const each = this.sent.get(id);
    if (each) each.since = undefined;
  }

  /** A worker has done the job. */
  completed(id: string, value: unknown): void {
    const each = this.take(id);
    if (!each) return;
    const { workload, onReturned } = this.parts;
    const returned = decodeReturned(value, each.job);
    if (!returned) {
      this.fault(each, { worker: "a worker", problem: strangeAnswer(each.job) });
      return;
    }
    if (each.since !== undefined) {
      this.durations.sum += performance.now() - each.since;
      this.durations.count++;
    }
    onReturned(returned);
    this.failures.delete(each.job);
    workload.deliver(each.job, returned.answer);
  }

  /** The job cannot be done: a worker says so, or one worker after the other was gone. */
  failed(id: string, reason: string): void {
    const each = this.take(id);
    if (!each) return;
    const failed = decodeFailed(reason);
    if (failed) this.fault(each, failed);
    else this.death(each, reason);
  }

  private async send(): Promise<void> {
    const { jobs, session, workload } = this.parts;
    const open = [...this.sent.values()].filter(({ givenBack, since }) => !givenBack || since !== undefined);
    const active = open.filter(({ since }) => since !== undefined).length;
    const wanted = Math.max(1, active) - (open.length - active);
    const batch = new Map<string, Sent>();
    while (batch.size < wanted && workload.idle === 0) {
      const job = workload.take();
      if (!job) break;
      batch.set(`${session}-${String(this.count++)}`, { job, since: undefined, givenBack: false });
    }
    if (batch.size === 0) return;
    for (const [id, each] of batch) this.sent.set(id, each);
    try {
      await jobs.addBulk(
        [...batch].map(([jobId, { job }]) => ({
          name: job.call.kind,
          data: { call: encode(job.call) },
          opts: { jobId },
        })),
      );
    } catch (error) {
      this.parts.log(`the queue takes no jobs: ${error instanceof Error ? error.message : String(error)}`);
      for (const each of batch.values()) if (!each.givenBack) this.giveBack(each);
    }
  }

  private take(id: string): Sent | undefined {
    const each = this.sent.get(id);
    this.sent.delete(id);
    return each;
  }

  private giveBack(each: Sent): void {
    each.givenBack = true;
    this.parts.workload.giveBack(each.job);
  }

  private fault({ job, givenBack }: Sent, { worker, problem }: Failed): void {
    const { workload, log, fail } = this.parts;
    if (workload.isDelivered(job)) return;
    log(`${worker}: ${problem.message}`);
    const workers = this.failures.get(job) ?? new Set();
    this.failures.set(job, workers.add(worker));
    if (workers.size >= MOST_FAILURES) fail(new ProblemError(problem));
    else if (!givenBack) workload.giveBack(job);
  }

  private death({ job, givenBack }: Sent, reason: string): void {
    const { workload, log, fail } = this.parts;
    log(`a job of the queue failed: ${reason}`);
    if (givenBack) return;
    try {
      workload.giveBackAfterDeath(job, "the machines that measured it were lost", true);
    } catch (error) {
      fail(error as Error);
    }
  }
}

function strangeAnswer(job: Job): ProblemError["problem"] {
  return {
    reason: "internal",
    title: "An answer of the queue is not one",
    message: `${job.what} came back from the queue in a form that is not understood.`,
    advice: "Use one version of Loss Landscape on all machines, and a Redis database that nothing else writes to.",
  };
}
