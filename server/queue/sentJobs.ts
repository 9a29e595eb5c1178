import { setImmediate as turn } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Job } from "../evaluator/jobs";
import type { Workload } from "../evaluator/workload";
import { ProblemError } from "../protocol/problem";
import { decodeFailed, decodeReturned } from "./answers";
import type { Failed, Returned } from "./answers";
import { Pace } from "./pace";
import { encode } from "./wire";

/** Jobs that go to a worker together, as they are kept in Redis. */
export interface Parcel {
  /** Some `JobCall`. */
  readonly calls: string;
}

export interface SentJobsParts {
  readonly jobs: Queue<Parcel>;
  /** Makes ids that no other session of the run has. */
  readonly session: string;
  readonly workload: Workload;
  /** @param fresh how many of the answers are the first ones to their jobs. */
  readonly onReturned: (returned: Returned, fresh: number) => void;
  /** The run cannot go on. */
  readonly fail: (error: Error) => void;
  readonly log: (message: string) => void;
}

interface Sent {
  /** At least one. */
  readonly content: readonly Job[];
  /** When a worker took it, on the clock of `performance`; undefined while it waits. */
  since: number | undefined;
  /** Whether the jobs were given back meanwhile. An answer counts all the same. */
  givenBack: boolean;
}

/** Workers that may fail with one job before the run does. */
const MOST_FAILURES = 2;

/** A parcel, or what an evaluator here has begun, is late when it takes this many times as long as others, and this long at least, in milliseconds. */
const LATE = { times: 3, least: 2000 };

/**
 * The jobs of a run that are in Redis, in parcels. There are never more than the workers need: half as many wait as they
 * do at once, and one at least. So a new worker finds one, and evaluators here find the rest.
 */
export class SentJobs {
  private readonly sent = new Map<string, Sent>();
  /** Workers that failed with a job. */
  private readonly failures = new Map<Job, Set<string>>();
  private readonly pace = new Pace();
  private count = 0;
  /** How many parcels workers have had at once lately. */
  private most = 0;
  private isFilling = false;
  private isDue = false;
  private durations = { sum: 0, count: 0 };

  /** Parcels that are being withdrawn. */
  private readonly leaving = new Set<string>();
  /** What is being asked of Redis. */
  private readonly pending = new Set<Promise<void>>();

  constructor(private readonly parts: SentJobsParts) {
    parts.workload.onDelivered = () => void this.track(this.withdraw());
  }

  /** Parcels that workers have. */
  get active(): number {
    return [...this.sent.values()].filter(({ since }) => since !== undefined).length;
  }

  /** Sends what the workers need. Never rejects. */
  fill(): Promise<void> {
    return this.track(this.fillUp());
  }

  /** Has evaluators here that wait take what no worker has begun, and else what takes too long. Never rejects. */
  reclaim(): Promise<void> {
    return this.track(this.takeBack());
  }

  /** Resolves when nothing is being asked of Redis any more. Call it when the work has stopped. */
  async settle(): Promise<void> {
    this.parts.workload.onDelivered = undefined;
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private track(action: Promise<void>): Promise<void> {
    this.pending.add(action);
    return action.finally(() => this.pending.delete(action));
  }

  private async fillUp(): Promise<void> {
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

  private async takeBack(): Promise<void> {
    const { workload, jobs } = this.parts;
    const waiting = [...this.sent].filter(([, { since, givenBack }]) => since === undefined && !givenBack).reverse();
    for (const [id, each] of waiting) {
      if (workload.idle === 0) return;
      // It cannot be removed when a worker has just taken it.
      const isRemoved = await jobs.remove(id).catch(() => 0);
      if (isRemoved === 1 && this.sent.delete(id)) this.giveBack(each);
    }
    const { late } = this;
    for (const each of this.sent.values()) {
      if (workload.idle === 0) return;
      const isLate = each.since !== undefined && performance.now() - each.since > late;
      if (isLate && !each.givenBack) this.giveBack(each);
    }
  }

  /** Takes what no worker has begun out of Redis where all of it was delivered meanwhile. Never rejects. */
  private async withdraw(): Promise<void> {
    const { workload, jobs } = this.parts;
    const done = [...this.sent].filter(
      ([id, { content, since }]) =>
        since === undefined && !this.leaving.has(id) && content.every((job) => workload.isDelivered(job)),
    );
    for (const [id] of done) this.leaving.add(id);
    for (const [id] of done) {
      // It cannot be removed when a worker has just taken it; then its answer is passed over.
      if ((await jobs.remove(id).catch(() => 0)) === 1) this.sent.delete(id);
      this.leaving.delete(id);
    }
  }

  /** Gives back all jobs: nobody knows what becomes of them. What is done of them all the same counts. */
  giveBackAll(): void {
    for (const each of this.sent.values()) if (!each.givenBack) this.giveBack(each);
  }

  /** Forgets slowly how many parcels workers have had at once. Call it now and then. */
  forget(): void {
    this.most = Math.max(this.active, this.most - 1);
  }

  /** Brings what is known of the parcels into line with Redis. */
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

  /** A worker has taken the parcel. */
  began(id: string): void {
    const each = this.sent.get(id);
    if (each) each.since ??= performance.now();
  }

  /** The parcel waits again: its worker is gone. */
  waits(id: string): void {
    const each = this.sent.get(id);
    if (!each) return;
    each.since = undefined;
    void this.track(this.withdraw());
  }

  /** A worker has done the parcel. */
  completed(id: string, value: unknown): void {
    const each = this.take(id);
    if (!each) return;
    const { content, since } = each;
    const { workload, onReturned } = this.parts;
    const returned = decodeReturned(value, content);
    if (!returned) {
      this.fault(each, { worker: "a worker", problem: strangeAnswer(content[0]!) });
      return;
    }
    if (since !== undefined) {
      this.durations.sum += performance.now() - since;
      this.durations.count++;
    }
    this.pace.learn(content[0]!.call, content.length, returned.milliseconds);
    onReturned(returned, content.filter((job) => !workload.isDelivered(job)).length);
    content.forEach((job, k) => {
      this.failures.delete(job);
      workload.deliver(job, returned.answers[k]!);
    });
  }

  /** The parcel cannot be done: a worker says so, or one worker after the other was gone. */
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
    const { active } = this;
    this.most = Math.max(this.most, active);
    const wanted = Math.max(1, Math.ceil(1.5 * this.most)) - open.length;
    const batch = new Map<string, Sent>();
    while (batch.size < wanted && workload.idle === 0) {
      const content = this.parcel();
      // What somebody here has begun, and does not come to an end with, is tried elsewhere too.
      const late = content.length === 0 && open.length === active ? workload.takeLate(this.late) : undefined;
      if (late) content.push(late);
      if (content.length === 0) break;
      batch.set(`${session}-${String(this.count++)}`, { content, since: undefined, givenBack: false });
    }
    if (batch.size === 0) return;
    for (const [id, each] of batch) this.sent.set(id, each);
    try {
      await jobs.addBulk(
        [...batch].map(([jobId, { content }]) => ({
          name: content[0]!.call.kind,
          data: { calls: encode(content.map(({ call }) => call)) },
          opts: { jobId },
        })),
      );
    } catch (error) {
      this.parts.log(`the queue takes no jobs: ${error instanceof Error ? error.message : String(error)}`);
      for (const each of batch.values()) if (!each.givenBack) this.giveBack(each);
    }
  }

  /** The next jobs that go to a worker together; what somebody has failed with goes alone. */
  private parcel(): Job[] {
    const { workload } = this.parts;
    const first = workload.take();
    if (!first) return [];
    const content = [first];
    const isAlone = (job: Job): boolean => this.failures.has(job);
    const size = isAlone(first) ? 1 : this.pace.size(first.call, 1 + workload.left, this.most);
    while (content.length < size) {
      const job = workload.take((next) => Pace.areAlike(first.call, next.call) && !isAlone(next));
      if (!job) break;
      content.push(job);
    }
    return content;
  }

  /** After how many milliseconds something takes too long. */
  private get late(): number {
    const { sum, count } = this.durations;
    return count === 0 ? Infinity : Math.max(LATE.least, (LATE.times * sum) / count);
  }

  private take(id: string): Sent | undefined {
    const each = this.sent.get(id);
    this.sent.delete(id);
    return each;
  }

  private giveBack(each: Sent): void {
    each.givenBack = true;
    // What is given back last is the next one.
    for (const job of [...each.content].reverse()) this.parts.workload.giveBack(job);
  }

  private fault(each: Sent, { worker, problem }: Failed): void {
    const { workload, log, fail } = this.parts;
    const open = each.content.filter((job) => !workload.isDelivered(job));
    if (open.length > 0) log(`${worker}: ${problem.message}`);
    for (const job of open) {
      const workers = this.failures.get(job) ?? new Set();
      this.failures.set(job, workers.add(worker));
      // Together with others it need not be the cause.
      if (workers.size >= MOST_FAILURES && each.content.length === 1) fail(new ProblemError(problem));
    }
    if (!each.givenBack) this.giveBack(each);
  }

  private death({ content, givenBack }: Sent, reason: string): void {
    const { workload, log, fail } = this.parts;
    log(`a parcel of the queue failed: ${reason}`);
    if (givenBack) return;
    for (const job of [...content].reverse()) {
      const isAlone = content.length === 1;
      if (!isAlone) this.failures.set(job, this.failures.get(job) ?? new Set());
      try {
        workload.giveBackAfterDeath(job, "the machines that measured it were lost", isAlone);
      } catch (error) {
        fail(error as Error);
      }
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
