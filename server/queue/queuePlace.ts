import { readFile, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { QueueEvents, Worker } from "bullmq";
import type { Agreement } from "../evaluator/agreement";
import { deferred } from "../evaluator/deferred";
import type { RemotePlace, RemoteReport } from "../evaluator/remote";
import type { Workload } from "../evaluator/workload";
import { isRefused } from "./address";
import type { QueueAddress } from "./address";
import { Board } from "./board";
import { blockingOptions, Connection } from "./connection";
import type { Remark, RunNotice } from "./notice";
import { SentJobs } from "./sentJobs";
import type { Parcel } from "./sentJobs";
import { BEAT, jobsName, LOCK, MOST_DIRECTIONS, MOST_STALLS, prefix, STALLED } from "./settings";

export interface QueuePlaceParts {
  readonly address: QueueAddress;
  readonly notice: Omit<RunNotice, "session" | "study" | "fingerprints" | "directions">;
  readonly log: (message: string) => void;
  /** Receives what a user would want to know, as sentences without an end. */
  readonly tell: (sentence: string) => void;
}

/** How long Redis may take to answer a sign of life, to tell what is new, and to be left, in milliseconds. */
const PATIENCE = { beat: 4000, news: 4000, leaving: 4000, closing: 600 };

/** The state of the jobs is held against Redis every so many beats. */
const RECONCILED = 5;

/** The evaluators that a queue in Redis leads to. A lost connection comes back by itself; until then all work is done here. */
export class QueuePlace implements RemotePlace {
  private readonly session = randomUUID().slice(0, 8);
  private readonly connection: Connection;
  private readonly failure = deferred<undefined>();
  private readonly refused = new Map<string, string>();
  private agreement: Agreement | undefined;
  private workload: Workload | undefined;
  private board: Board | undefined;
  private sent: SentJobs | undefined;
  private events: QueueEvents | undefined;
  private watch: Worker | undefined;
  private arriving: Promise<void> | undefined;
  private beating: Promise<unknown> | undefined;
  private isThere = false;
  private isOver = false;
  /** Whether workers were told to take no jobs; undefined when that is not known. */
  private isHeld: boolean | undefined;
  private readonly ending = new AbortController();
  private beats = 0;
  private read = 0;
  private joined = 0;
  private done = 0;
  private interruptions = 0;

  /** Connects at once. */
  constructor(private readonly parts: QueuePlaceParts) {
    this.connection = new Connection(parts.address, (isReady) => {
      if (isReady) this.arrive();
      else this.lose();
    });
  }

  /** Resolves when it is known whether the queue can be reached. */
  get tried(): Promise<void> {
    return this.connection.tried;
  }

  get problem(): Connection["problem"] {
    return this.connection.problem;
  }

  get isAtWork(): boolean {
    return (this.sent?.active ?? 0) > 0;
  }

  get report(): RemoteReport {
    const { joined, done, interruptions } = this;
    const problem = this.isOver ? undefined : this.problem?.message;
    return {
      label: this.parts.address.label,
      joined,
      done,
      refused: [...new Set(this.refused.values())],
      interruptions,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async serve(workload: Workload, agreement: Agreement): Promise<void> {
    this.workload = workload;
    this.agreement = agreement;
    workload.onIdle = () => {
      if (this.isThere) void this.sent?.reclaim();
    };
    if (this.connection.isReady) this.arrive();
    void this.pulse();
    try {
      while (!workload.stopped) {
        await Promise.race([workload.changed, this.failure.promise]);
        this.hold();
        if (this.isThere) void this.sent?.fill();
      }
    } finally {
      workload.onIdle = undefined;
      this.end();
    }
  }

  async hearOut(): Promise<void> {
    if (this.isThere) await Promise.race([this.listen().catch(this.quietly), patience(PATIENCE.news)]);
  }

  async close(): Promise<void> {
    this.end();
    // Redis may have gone for good.
    await Promise.race([this.leave().catch(this.quietly), patience(PATIENCE.leaving)]);
    const { events, watch } = this;
    await Promise.race([Promise.allSettled([events?.close(), watch?.close(true)]), patience(PATIENCE.closing)]);
    this.connection.close();
  }

  /** Leaves nothing of the run in Redis: whatever would write to it comes to its end first. */
  private async leave(): Promise<void> {
    if (!this.connection.isReady) return;
    await Promise.all([this.arriving, this.beating, this.sent?.settle(), this.watch?.close()]);
    await this.board?.withdraw(this.parts.notice.run, this.digest);
  }

  private get digest(): string | undefined {
    return this.agreement?.call.directions?.digest;
  }

  /** The connection is there, for the first time or again. */
  private arrive(): void {
    if (!this.workload || this.isOver) return;
    this.arriving ??= this.begin()
      .catch((error: unknown) => {
        this.quietly(error);
        // Whatever it was that did not work is tried again.
        if (this.connection.isReady) setTimeout(() => this.connection.reconnect(), BEAT).unref();
      })
      .finally(() => {
        this.arriving = undefined;
      });
  }

  private async begin(): Promise<void> {
    const { run } = this.parts.notice;
    const again = this.sent !== undefined;
    this.board ??= new Board(this.connection);
    if (!again) {
      // An earlier session of this run may have left jobs.
      await this.board.clear(run);
      this.open();
    } else if (await this.board.beat(run, this.beats++)) {
      await this.sent!.reconcile();
    }
    await this.post();
    this.isThere = true;
    this.isHeld = undefined;
    if (again) this.parts.tell(`The queue at ${this.parts.address.label} is there again`);
    this.hold();
    await this.sent!.fill();
  }

  /** Opens what listens to the run's jobs. */
  private open(): void {
    const { address, notice, log } = this.parts;
    const name = jobsName(notice.run);
    const jobs = this.connection.queue<Parcel>(name);
    const sent = new SentJobs({
      jobs,
      session: this.session,
      workload: this.workload!,
      onReturned: ({ difference }, fresh) => {
        this.done += fresh;
        this.agreement!.differ(difference);
      },
      fail: (error) => {
        this.failure.reject(error);
      },
      log,
    });
    this.sent = sent;
    const events = new QueueEvents(name, { connection: blockingOptions(address), prefix, lastEventId: "0-0" });
    const then = (change: () => void): void => {
      change();
      if (this.isThere) void sent.fill();
    };
    events.on("active", ({ jobId }) => then(() => sent.began(jobId)));
    events.on("waiting", ({ jobId, prev }) => {
      if (prev === "active") sent.waits(jobId);
    });
    events.on("completed", ({ jobId, returnvalue }) => then(() => sent.completed(jobId, returnvalue)));
    events.on("failed", ({ jobId, failedReason }) => then(() => sent.failed(jobId, failedReason)));
    events.on("error", () => {});
    // Looks for jobs of dead workers.
    const watch = new Worker(name, undefined, {
      connection: blockingOptions(address),
      prefix,
      autorun: false,
      lockDuration: LOCK,
      stalledInterval: STALLED,
      maxStalledCount: MOST_STALLS,
    });
    watch.on("error", () => {});
    void watch.startStalledCheckTimer();
    this.events = events;
    this.watch = watch;
  }

  private async post(): Promise<void> {
    // Others compute as the first evaluator here does: it has to be known how that is.
    await this.agreement!.settled;
    const { study, fingerprints, directions } = this.agreement!.call;
    const size = directions ? (await stat(directions.path)).size : 0;
    if (directions && size <= MOST_DIRECTIONS) {
      await this.board!.keepDirections(directions.digest, await readFile(directions.path));
    }
    if (this.isOver) return;
    this.read = 0;
    await this.board!.post({
      ...this.parts.notice,
      session: this.session,
      study,
      fingerprints,
      ...(directions ? { directions: { ...directions, size } } : {}),
    });
  }

  private lose(): void {
    if (this.isOver) return;
    const { tell, address } = this.parts;
    if (this.isThere) {
      this.interruptions++;
      tell(`The queue at ${address.label} is lost for the moment; its points are measured by others`);
    }
    this.isThere = false;
    this.sent?.giveBackAll();
  }

  /** Workers take no jobs while the run is paused. */
  private hold(): void {
    const { isPaused } = this.workload!;
    if (!this.isThere || isPaused === this.isHeld) return;
    this.isHeld = isPaused;
    const jobs = this.connection.queue(jobsName(this.parts.notice.run));
    void (isPaused ? jobs.pause() : jobs.resume()).catch(this.quietly);
  }

  /** Shows that this process lives, reads what the others say, and looks after the jobs, until the end. */
  private async pulse(): Promise<void> {
    while (!this.isOver) {
      await sleep(BEAT, undefined, { signal: this.ending.signal }).catch(() => {});
      if (!this.isThere || this.isOver) continue;
      const beat = this.beat()
        .catch(this.quietly)
        .then(() => true);
      this.beating = beat;
      const isAnswered = await Promise.race([beat, patience(PATIENCE.beat)]);
      if (isAnswered !== true && this.connection.isReady) this.connection.reconnect();
    }
  }

  private end(): void {
    this.isOver = true;
    this.ending.abort();
  }

  private async beat(): Promise<void> {
    const { run } = this.parts.notice;
    const board = this.board!;
    const isKnown = await board.beat(run, this.beats++);
    if (this.isOver) return;
    if (!isKnown) {
      // Redis has lost its memory, or this machine has slept for long.
      await this.sent!.reconcile();
      await this.post();
    }
    await this.listen();
    if (this.beats % RECONCILED === 0) await this.sent!.reconcile();
    this.sent!.forget();
    if (this.workload!.idle > 0) await this.sent!.reclaim();
    await this.sent!.fill();
  }

  /** Hears what the others have said meanwhile. */
  private async listen(): Promise<void> {
    const { read } = this;
    const remarks = await this.board!.remarks(this.parts.notice.run, read);
    // Somebody else may have listened at the same time.
    if (this.read !== read) return;
    this.read += remarks.length;
    for (const remark of remarks) this.hear(remark);
  }

  private hear(remark: Remark): void {
    const { tell } = this.parts;
    switch (remark.kind) {
      case "joined": {
        this.joined += remark.evaluators;
        this.agreement!.differ(remark.difference);
        const what = remark.evaluators === 1 ? "1 evaluator" : `${String(remark.evaluators)} evaluators`;
        tell(`${what} of ${remark.worker} joined`);
        break;
      }
      case "left":
        tell(`${remark.worker} left`);
        break;
      case "refused":
        if (this.refused.get(remark.worker) !== remark.why) tell(`${remark.worker} does not take part: ${remark.why}`);
        this.refused.set(remark.worker, remark.why);
        break;
    }
  }

  private readonly quietly = (error: unknown): void => {
    if (this.isOver) return;
    this.parts.log(`queue: ${error instanceof Error ? error.message : String(error)}`);
    // It was here, and is not any more: the nodes of a cluster have changed, or the rights of a user.
    if (error instanceof Error && isRefused(error) && this.connection.isReady) this.connection.reconnect();
  };
}

/** Time that passes without keeping the process alive. */
function patience(milliseconds: number): Promise<unknown> {
  return sleep(milliseconds, undefined, { ref: false });
}
