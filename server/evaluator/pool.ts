import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import type { DirectionsFile, Planned, PointSums, Prepared, Task, TaskAnswer } from "./messages";
import { deferred } from "./deferred";
import type { Deferred } from "./deferred";
import { taskText } from "./jobs";
import type { Job } from "./jobs";
import { EvaluatorLostError, EvaluatorProcess, lostProblem } from "./process";

/** A point of the plane to be measured; `index` is the caller's name for it. */
export interface PoolPoint {
  readonly index: number;
  readonly alpha: number;
  readonly beta: number;
}

export interface PoolOptions {
  readonly evaluatorPath: string;
  /** How many evaluators share the points. */
  readonly evaluators: number;
  readonly log: (message: string) => void;
}

/** How the evaluators have fared, for the run's checks. */
export interface PoolReport {
  /** Evaluators that were prepared at least once. */
  readonly prepared: number;
  /** Places that were given up because their evaluators kept stopping. */
  readonly retired: number;
  /** Evaluators that stopped and were replaced. */
  readonly lost: number;
  /** Largest relative difference of an evaluator's loss at the centre from the first one's; 0 is to the last bit. */
  readonly disagreement: number;
}

/** The pool was cancelled or closed before the work was done. */
export class PoolCancelledError extends Error {
  constructor() {
    super("the evaluators were cancelled");
    this.name = "PoolCancelledError";
  }
}

/** Deaths in a row, without a point between them, after which a place is given up. */
const MAX_DEATHS = 3;
/** Evaluators that one job may end before it is taken for the cause. */
const MAX_DEATHS_OF_JOB = 2;
/** How long points in flight may go on after a cancel, in milliseconds. */
const GRACE = 400;

interface Place {
  process: EvaluatorProcess | undefined;
  deaths: number;
  retired: boolean;
}

interface Batch {
  /** Jobs not yet handed out, the next one last. */
  readonly queue: Job[];
  readonly finished: Deferred<undefined>;
  remaining: number;
}

/**
 * Evaluator processes that share points. A process that ends gives its point back and is replaced; the values do not
 * depend on which process measures what, because all hold the same files, the same engine and the same batches.
 */
export class EvaluatorPool {
  private readonly places: Place[];
  private readonly deathsOfJob = new Map<Job, number>();
  private readonly first = deferred<Prepared>();
  private batch: Batch | undefined;
  private wake = deferred<undefined>();
  private study: Study | undefined;
  private expected: Readonly<Record<string, string>> | undefined;
  private directions: DirectionsFile | undefined;
  /** What the first evaluator that was ready told: the others are held against it. */
  private reference: Prepared | undefined;
  private loops: Promise<void>[] = [];
  private inFlight = 0;
  private paused = false;
  private stopping = false;
  private failure: Error | undefined;
  private preparedCount = 0;
  private lostCount = 0;
  private disagreement = 0;
  private read = 0;

  /** Starts the processes at once, so that they load while the caller does something else. */
  constructor(private readonly options: PoolOptions) {
    this.places = Array.from({ length: Math.max(1, options.evaluators) }, () => ({
      process: this.start(),
      deaths: 0,
      retired: false,
    }));
  }

  /** Process ids of the evaluators that are alive. */
  get pids(): readonly number[] {
    return this.places.flatMap(({ process }) => process?.pid ?? []);
  }

  get report(): PoolReport {
    return {
      prepared: this.preparedCount,
      retired: this.places.filter(({ retired }) => retired).length,
      lost: this.lostCount,
      disagreement: this.disagreement,
    };
  }

  /**
   * SHA-256 of the files that the study names, by absolute path.
   * @throws ProblemError that names the file; PoolCancelledError.
   */
  fingerprints(study: Study): Promise<Readonly<Record<string, string>>> {
    return this.askFirst("it had read the files", async (evaluator) => {
      const { fingerprints, parameters } = await evaluator.request({ kind: "fingerprint", study });
      this.read = parameters;
      return fingerprints;
    });
  }

  /** How many weights the model has; known when `fingerprints` has resolved, 0 before. */
  get parameters(): number {
    return this.read;
  }

  /** Gives up all evaluators but the first `count`, before `prepare`: their memory would not suffice. */
  async keep(count: number): Promise<void> {
    const others = this.places.splice(Math.max(1, count));
    await Promise.all(others.flatMap(({ process }) => process?.kill() ?? []));
  }

  /**
   * Finds the directions and the trajectory of a study. Call it before `prepare`.
   * @param file where to write the directions; they are not written when absent.
   * @throws ProblemError; PoolCancelledError.
   */
  plan(study: Study, file?: string): Promise<Planned> {
    return this.askFirst("it had found the directions", async (evaluator) => {
      return (await evaluator.request({ kind: "plan", study, ...(file === undefined ? {} : { file }) })).planned;
    });
  }

  /** Asks the first evaluator, again if it ends. */
  private async askFirst<T>(what: string, ask: (evaluator: EvaluatorProcess) => Promise<T>): Promise<T> {
    const place = this.places[0]!;
    for (;;) {
      if (this.stopping) throw this.failure ?? new PoolCancelledError();
      place.process ??= this.start();
      try {
        const answer = await ask(place.process);
        place.deaths = 0;
        return answer;
      } catch (error) {
        if (this.stopping) throw this.failure ?? new PoolCancelledError();
        if (!(error instanceof EvaluatorLostError)) throw error;
        if (!this.bury(place, error)) throw lostProblem(error, what);
      }
    }
  }

  /**
   * Has every evaluator load engine, model and data, and resolves as soon as the first one has. The others must come to
   * the same engine, otherwise they are started again with it.
   * @param fingerprints what the files must be; ProblemError `file-changed` when they are not.
   * @param directions where the directions are, unless they follow from the study alone.
   * @throws ProblemError; PoolCancelledError.
   */
  prepare(
    study: Study,
    fingerprints: Readonly<Record<string, string>>,
    directions?: DirectionsFile,
  ): Promise<Prepared> {
    this.study = study;
    this.expected = fingerprints;
    this.directions = directions;
    this.loops = this.places.map((place) =>
      this.serve(place).catch((error: unknown) => {
        this.fail(error instanceof Error ? error : new Error(String(error)));
      }),
    );
    return this.first.promise;
  }

  /**
   * Measures the points, handed out in their order, and resolves when the last one is delivered.
   * @param deliver is called once for each point, in the order of completion; `further` has the sums of further splits.
   * @throws ProblemError; PoolCancelledError, after the last delivery, when cancelled.
   */
  measure(
    points: readonly PoolPoint[],
    deliver: (point: PoolPoint, sums: PointSums, further: readonly PointSums[] | undefined) => void,
  ): Promise<void> {
    return this.perform(
      points.map((point) => ({
        what: `The evaluation of the point α = ${String(point.alpha)}, β = ${String(point.beta)}`,
        run: async (evaluator) => {
          const { sums, further } = await evaluator.request({
            kind: "evaluate",
            alpha: point.alpha,
            beta: point.beta,
          });
          return () => {
            deliver(point, sums, further);
          };
        },
      })),
    );
  }

  /** Does the tasks, handed out in their order. Otherwise as `measure`. */
  performTasks(tasks: readonly Task[], deliver: (answer: TaskAnswer) => void): Promise<void> {
    return this.perform(
      tasks.map((task) => ({
        what: taskText(task),
        run: async (evaluator) => {
          const { answer } = await evaluator.request({ kind: "task", task });
          return () => {
            deliver(answer);
          };
        },
      })),
    );
  }

  private perform(jobs: Job[]): Promise<void> {
    const finished = deferred<undefined>();
    if (this.failure) finished.reject(this.failure);
    else if (this.stopping) finished.reject(new PoolCancelledError());
    else if (jobs.length === 0) finished.resolve(undefined);
    else {
      this.batch = { queue: jobs.reverse(), finished, remaining: jobs.length };
      this.rouse();
    }
    return finished.promise;
  }

  /** Stops handing out points, or goes on. Points in flight are finished. */
  pause(paused: boolean): void {
    this.paused = paused;
    this.rouse();
  }

  /** Stops handing out points, gives those in flight a moment to finish, and ends the processes. */
  async cancel(): Promise<void> {
    this.stopping = true;
    this.rouse();
    const until = Date.now() + GRACE;
    while (this.inFlight > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.close();
  }

  /** Ends the processes now. */
  async close(): Promise<void> {
    this.stopping = true;
    this.rouse();
    await Promise.all(this.places.flatMap(({ process }) => process?.kill() ?? []));
    await Promise.all(this.loops);
    const error = this.failure ?? new PoolCancelledError();
    this.first.reject(error);
    this.batch?.finished.reject(error);
  }

  private start(): EvaluatorProcess {
    return new EvaluatorProcess(this.options.evaluatorPath, this.options.log);
  }

  /** Prepares the place's evaluator and lets it measure until the pool stops; replaces it when it ends. */
  private async serve(place: Place): Promise<void> {
    while (!this.stopping) {
      place.process ??= this.start();
      try {
        if (await this.prepareOne(place, place.process)) await this.work(place, place.process);
      } catch (error) {
        if (this.stopping) return;
        if (!(error instanceof EvaluatorLostError)) throw error;
        if (!this.bury(place, error)) {
          this.retire(place, error);
          return;
        }
      }
    }
  }

  /** Whether the evaluator is ready to work; false when it must be started again with the first one's engine. */
  private async prepareOne(place: Place, evaluator: EvaluatorProcess): Promise<boolean> {
    const { study, expected: fingerprints, directions } = this;
    const compute = { ...study!.compute, engine: this.reference?.engine.name ?? study!.compute.engine };
    const { prepared } = await evaluator.request({
      kind: "prepare",
      study: { ...study!, compute },
      fingerprints,
      ...(directions ? { directions } : {}),
    });
    this.reference ??= prepared;
    if (this.reference.engine.name !== prepared.engine.name) {
      this.options.log(`an evaluator chose ${prepared.engine.name}: started again with ${this.reference.engine.name}`);
      place.process = undefined;
      await evaluator.kill();
      return false;
    }
    this.preparedCount++;
    const difference = relativeDifference(this.reference.centre.lossSum, prepared.centre.lossSum);
    this.disagreement = Math.max(this.disagreement, difference);
    this.first.resolve(this.reference);
    return true;
  }

  /** Does jobs until the pool stops. */
  private async work(place: Place, evaluator: EvaluatorProcess): Promise<void> {
    for (;;) {
      const job = await this.next();
      if (!job) return;
      const wasAlive = evaluator.alive;
      this.inFlight++;
      try {
        const deliver = await job.run(evaluator);
        place.deaths = 0;
        this.deliver(job, deliver);
      } catch (error) {
        if (error instanceof EvaluatorLostError) this.giveBack(job, error, wasAlive);
        throw error;
      } finally {
        this.inFlight--;
      }
    }
  }

  /** The next job; undefined when the pool stops. */
  private async next(): Promise<Job | undefined> {
    while (!this.stopping) {
      const job = this.paused ? undefined : this.batch?.queue.pop();
      if (job) return job;
      await this.wake.promise;
    }
    return undefined;
  }

  private deliver(job: Job, deliver: () => void): void {
    const batch = this.batch!;
    this.deathsOfJob.delete(job);
    deliver();
    if (--batch.remaining > 0) return;
    this.batch = undefined;
    batch.finished.resolve(undefined);
  }

  /** Puts the job back as the next one; a job that ends one evaluator after the other ends the run. */
  private giveBack(job: Job, error: EvaluatorLostError, itsFault: boolean): void {
    if (this.stopping) return;
    const deaths = (this.deathsOfJob.get(job) ?? 0) + (itsFault ? 1 : 0);
    this.deathsOfJob.set(job, deaths);
    if (deaths >= MAX_DEATHS_OF_JOB) {
      throw new ProblemError({
        reason: "evaluator-lost",
        title: "A point could not be measured",
        message: `${job.what} stopped ${String(deaths)} evaluators in a row: ${error.likelyCause}.`,
        advice: "Close other programs, use a smaller batch or fewer evaluators, and resume: what was measured is kept.",
      });
    }
    this.batch?.queue.push(job);
    this.rouse();
  }

  /** Takes leave of an evaluator that ended. Whether its place may have another one. */
  private bury(place: Place, error: EvaluatorLostError): boolean {
    place.process = undefined;
    place.deaths++;
    this.lostCount++;
    this.options.log(`${error.message}: ${error.likelyCause}`);
    return place.deaths < MAX_DEATHS;
  }

  /** Gives a place up; the others go on, and without others the work has failed. */
  private retire(place: Place, error: EvaluatorLostError): void {
    place.retired = true;
    this.options.log(
      `one place of the pool is given up after ${String(place.deaths)} evaluators: ${error.likelyCause}`,
    );
    if (this.places.every(({ retired }) => retired)) this.fail(lostProblem(error, "it could measure a point"));
  }

  private fail(error: Error): void {
    if (this.stopping) return;
    this.failure = error;
    this.stopping = true;
    this.first.reject(error);
    this.batch?.finished.reject(error);
    this.rouse();
  }

  private rouse(): void {
    const { wake } = this;
    this.wake = deferred<undefined>();
    wake.resolve(undefined);
  }
}

/** |a − b| relative to the larger; 0 only for the same bits, ∞ where one of them is not finite. */
function relativeDifference(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isNaN(difference) ? Infinity : difference;
}
