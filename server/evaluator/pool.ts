import type { Study } from "../protocol/study";
import { Agreement } from "./agreement";
import { pointJob, sampleJob, taskJob } from "./jobs";
import type { Job, PoolPoint } from "./jobs";
import type { StudyFile } from "./digest";
import type { RememberedDivision } from "./execution/division";
import type { Workplace } from "./execution/workplace";
import { LocalPlace } from "./localPlace";
import type {
  DirectionsFile,
  Planned,
  PointSums,
  Prepared,
  SampleSubset,
  SplitSums,
  Survey,
  Task,
  TaskAnswer,
} from "./messages";
import { SharedCores } from "./sharedCores";
import type { RemotePlace, RemoteReport } from "./remote";
import { EvaluatorLostError, EvaluatorProcess, lostProblem } from "./process";
import type { EvaluatorSource } from "./process";
import { tryDivisions } from "./trial";
import type { Question } from "./trial";
import { PoolCancelledError, Workload } from "./workload";

export interface PoolOptions {
  readonly evaluatorPath: string;
  /** Where the processes come from; started by the pool when absent. */
  readonly source?: EvaluatorSource;
  /** How many evaluators share the points. */
  readonly evaluators: number;
  /** Milliseconds after which no further way to share the cores is tried; a moment when absent, because a run waits for it. */
  readonly patience?: number;
  readonly log: (message: string) => void;
}

/** What tells the memory that samples take. */
export interface SampleSizes {
  /** Numbers of a sample as the model takes it; absent when that is open. */
  readonly sampleSize?: number | undefined;
  /** Of every split, whether its samples are held as bytes; absent where there is room for more. */
  readonly areBytes?: readonly boolean[] | undefined;
}

/** How the evaluators have fared, for the run's checks. */
export interface PoolReport {
  /** Evaluators that were prepared at least once. */
  readonly prepared: number;
  /** Places that were given up because their evaluators kept stopping. */
  readonly retired: number;
  /** Evaluators that stopped and were replaced. */
  readonly lost: number;
  /** Largest relative difference of an evaluator from the first one at the centre; 0 is to the last bit. */
  readonly disagreement: number;
  /** Of evaluators elsewhere; absent when none were invited. */
  readonly remote?: RemoteReport;
}

/** How long points in flight may go on after a cancel, in milliseconds. */
const GRACE = 400;

/**
 * Evaluator processes that share points. A process that ends gives its point back and is replaced; the values do not
 * depend on which process measures what, because all hold the same files, the same engine and the same batches.
 */
export class EvaluatorPool {
  private readonly workload = new Workload();
  private readonly agreement = new Agreement();
  private readonly cores: SharedCores;
  private readonly log: (message: string) => void;
  private readonly places: LocalPlace[];
  private remote: RemotePlace | undefined;
  private loops: Promise<void>[] = [];
  private read = 0;
  private sizes: SampleSizes = {};
  private files: readonly StudyFile[] = [];

  /** Starts the processes at once, so that they load while the caller does something else. */
  constructor({ evaluatorPath, source, evaluators, patience, log }: PoolOptions) {
    const { workload, agreement } = this;
    const cores = new SharedCores(agreement, log, patience);
    this.cores = cores;
    this.log = log;
    const start = (): EvaluatorProcess => source?.take() ?? new EvaluatorProcess(evaluatorPath, log);
    this.places = Array.from(
      { length: Math.max(1, evaluators) },
      () => new LocalPlace({ start, workload, agreement, cores, log }),
    );
  }

  /** Process ids of the evaluators that are alive. */
  get pids(): readonly number[] {
    return this.places.flatMap(({ pid }) => pid ?? []);
  }

  /** How many evaluators of this machine are prepared and alive, as far as is known. */
  get ready(): number {
    return this.places.filter(({ ready }) => ready).length;
  }

  /** How many evaluators of this machine share the points; known when `prepare` has resolved. */
  get evaluators(): number {
    return Math.min(this.places.length, this.agreement.most);
  }

  get report(): PoolReport {
    return {
      prepared: this.agreement.prepared,
      retired: this.places.filter(({ retired }) => retired).length,
      lost: this.places.reduce((sum, { lost }) => sum + lost, 0),
      disagreement: this.agreement.disagreement,
      ...(this.remote ? { remote: this.remote.report } : {}),
    };
  }

  /**
   * SHA-256 of the files that the study names, by absolute path.
   * @param contents whether `contents` is to be known too.
   * @throws ProblemError that names the file; PoolCancelledError.
   */
  fingerprints(study: Study, contents = false): Promise<Readonly<Record<string, string>>> {
    return this.askFirst("it had read the files", async (evaluator) => {
      const answer = await evaluator.request({ kind: "fingerprint", study, contents });
      this.read = answer.parameters;
      const { sampleSize, areBytes } = answer;
      this.sizes = { sampleSize, areBytes };
      this.files = answer.contents ?? [];
      return answer.fingerprints;
    });
  }

  /** How many weights the model has; known when `fingerprints` has resolved, 0 before. */
  get parameters(): number {
    return this.read;
  }

  /** How large samples are; known when `fingerprints` has resolved. */
  get sampleSizes(): SampleSizes {
    return this.sizes;
  }

  /** Every file that the study needs, by itself; known when `fingerprints` was asked for it. */
  get contents(): readonly StudyFile[] {
    return this.files;
  }

  /** Gives up all evaluators but the first `count`, before `prepare`: their memory would not suffice. */
  async keep(count: number): Promise<void> {
    const others = this.places.splice(Math.max(1, count));
    await Promise.all(others.map((place) => place.kill()));
  }

  /**
   * Finds the directions and the trajectory of a study, while the other evaluators read its files. Call it before `prepare`.
   * @param file where to write the directions; they are not written when absent.
   * @throws ProblemError; PoolCancelledError.
   */
  plan(study: Study, file?: string): Promise<Planned> {
    for (const place of this.places.slice(1)) place.readAhead(study);
    return this.askFirst("it had found the directions", async (evaluator) => {
      return (await evaluator.request({ kind: "plan", study, ...(file === undefined ? {} : { file }) })).planned;
    });
  }

  /**
   * How the points of a study are measured, found out by one evaluator. Call it instead of `prepare`.
   * @param anew whether that is found out even where it is remembered.
   * @throws ProblemError; PoolCancelledError.
   */
  survey(study: Study, workplace: Workplace, anew: boolean): Promise<Survey> {
    return this.askFirst("it had timed the model", async (evaluator) => {
      return (await evaluator.request({ kind: "survey", study, workplace, anew })).survey;
    });
  }

  /**
   * How evaluators share the cores best, found out by all of them. Call it instead of `prepare`.
   * @param patience milliseconds after which nothing further is tried.
   * @throws ProblemError; PoolCancelledError.
   */
  async divide(question: Question, patience: number): Promise<RememberedDivision> {
    const evaluators = this.places.map((place) => place.running());
    try {
      return await tryDivisions({ ...question, evaluators, patience, log: this.log });
    } catch (error) {
      throw error instanceof EvaluatorLostError ? lostProblem(error, "it had timed the model") : error;
    }
  }

  /** Asks the first evaluator, again if it ends. */
  private async askFirst<T extends object>(what: string, ask: (evaluator: EvaluatorProcess) => Promise<T>): Promise<T> {
    try {
      const answer = await this.places[0]!.ask(ask);
      if (answer) return answer;
    } catch (error) {
      throw error instanceof EvaluatorLostError ? lostProblem(error, what) : error;
    }
    throw this.workload.failure ?? new PoolCancelledError();
  }

  /**
   * Has every evaluator load engine, model and data, and resolves as soon as the first one has. The others must come to
   * the same engine, otherwise they are started again with it.
   * @param fingerprints what the files must be; ProblemError `file-changed` when they are not.
   * @param directions where the directions are, unless they follow from the study alone.
   * @param workplace what each evaluator may use; one thread when absent. Where it leaves open how evaluators share the
   *   cores, and the run is long, they try it, and those that are not needed end.
   * @throws ProblemError; PoolCancelledError.
   */
  prepare(
    study: Study,
    fingerprints: Readonly<Record<string, string>>,
    directions?: DirectionsFile,
    workplace?: Workplace,
  ): Promise<Prepared> {
    this.agreement.begin({
      study,
      fingerprints,
      ...(directions ? { directions } : {}),
      ...(workplace ? { workplace } : {}),
    });
    this.cores.expect(this.places);
    this.loops = this.places.map((place) => this.serve(place));
    return this.agreement.told;
  }

  /** Shares the work with evaluators elsewhere, from now on. Call it once, when `prepare` has resolved. */
  invite(remote: RemotePlace): void {
    this.remote = remote;
    this.loops.push(
      remote.serve(this.workload, this.agreement).catch((error: unknown) => {
        this.fail(error instanceof Error ? error : new Error(String(error)));
      }),
    );
  }

  /** Hears what evaluators elsewhere have told, for `report`. */
  async hearOut(): Promise<void> {
    await this.remote?.hearOut();
  }

  /** Leaves all the work to evaluators elsewhere. */
  async dismissLocal(): Promise<void> {
    await Promise.all(this.places.map((place) => place.dismiss()));
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
    return this.perform(points.map((point) => pointJob(point, deliver)));
  }

  /** Measures the points with a part of the samples. Otherwise as `measure`. */
  sample(
    points: readonly PoolPoint[],
    subset: SampleSubset,
    deliver: (point: PoolPoint, groups: readonly SplitSums[]) => void,
  ): Promise<void> {
    return this.perform(points.map((point) => sampleJob(point, subset, deliver)));
  }

  /** Does the tasks, handed out in their order. Otherwise as `measure`. */
  performTasks(tasks: readonly Task[], deliver: (answer: TaskAnswer) => void): Promise<void> {
    return this.perform(tasks.map((task) => taskJob(task, deliver)));
  }

  /** Does the jobs, handed out in their order. Otherwise as `measure`. */
  perform(jobs: readonly Job[]): Promise<void> {
    return this.workload.add(jobs);
  }

  /** Stops handing out points, or goes on. Points in flight are finished. */
  pause(paused: boolean): void {
    this.workload.pause(paused);
  }

  /** Stops handing out points, gives those in flight a moment to finish, and ends the processes. */
  async cancel(): Promise<void> {
    this.workload.stop();
    const until = Date.now() + GRACE;
    while (this.places.some(({ busy }) => busy) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.close();
  }

  /** Ends the processes now. */
  async close(): Promise<void> {
    this.workload.stop();
    await Promise.all([...this.places.map((place) => place.kill()), this.remote?.close()]);
    // Whoever waits for an evaluator that was ended here waits no longer.
    this.agreement.release();
    await Promise.all(this.loops);
    this.agreement.fail(this.workload.failure ?? new PoolCancelledError());
    this.workload.end();
  }

  /** Has a place do jobs. One that is given up is no failure while there are others. */
  private async serve(place: LocalPlace): Promise<void> {
    try {
      const error = await place.serve();
      const isAlone = this.places.every(({ gone }) => gone) && this.remote?.isAtWork !== true;
      if (error && isAlone) this.fail(lostProblem(error, "it could measure a point"));
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.cores.leave(place);
    }
  }

  private fail(error: Error): void {
    if (this.workload.stopped) return;
    this.agreement.fail(error);
    this.workload.end(error);
  }
}
