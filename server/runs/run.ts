import path from "node:path";
import type { Centre, Planned } from "../evaluator/messages";
import { EvaluatorPool } from "../evaluator/pool";
import { siblingEvaluator } from "../evaluator/process";
import type { EvaluatorSource } from "../evaluator/process";
import { PoolCancelledError } from "../evaluator/workload";
import { toProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import type { RunEvent, RunOutcome } from "../protocol/requests";
import type { Check, RunHeader, RunSnapshot, RunStatus, SplitValues } from "../protocol/result";
import type { Study } from "../protocol/study";
import { finalChecks } from "./checks";
import type { Told } from "./checks";
import { earlierJournal } from "./earlier";
import type { Earlier } from "./earlier";
import { evaluatorsFor, meansOf, workplaceFor } from "./evaluators";
import { valuesOf } from "./extras";
import { journalPath } from "./find";
import { glimpse } from "./glimpse";
import { centresOf, continued, headerOf, prospectOf, relocated } from "./header";
import type { Beginning, Prospect } from "./header";
import { Journal } from "./journal";
import { JournalLock } from "./lock";
import { copyDirections, directionsFile, planRun } from "./plan";
import { Preliminary, soon } from "./preliminary";
import { Rate } from "./rate";
import { invitationTo } from "./remote";
import type { QueueWish } from "./remote";
import type { EndRecord, JournalContent } from "./record";
import { Recorder } from "./recorder";
import { RunState } from "./state";
import { findTakenOver } from "./takeOver";
import type { TakenOver } from "./takeOver";
import { measureCentre, measureRun } from "./work";

export interface RunOptions {
  readonly study: Study;
  /** `resume` goes on with the journal of the same study; `fresh` keeps it aside and begins again. */
  readonly mode: "resume" | "fresh";
  /** Folder for the journal; absolute. */
  readonly resultsFolder: string;
  /** The evaluator's bundle; beside the running bundle when absent. */
  readonly evaluatorPath?: string;
  /** Where evaluators come from; started by the run when absent. */
  readonly source?: EvaluatorSource;
  /** Whether preliminary values are wanted where points take long: nobody looks at a picture otherwise. True when absent. */
  readonly preliminary?: boolean;
  /** Shares the work with evaluators elsewhere. */
  readonly queue?: QueueWish;
  /** File in which evaluators remember what is fast on this machine; absolute. Nothing is remembered when absent. */
  readonly memory?: string;
  /** Called with points at most ten times a second, and never after `finished` has settled. */
  readonly onEvent: (event: RunEvent) => void;
  readonly log: (message: string) => void;
}

export interface Run {
  /** Never rejects: what goes wrong is a problem of the outcome. */
  readonly finished: Promise<RunOutcome>;
  /** Stops within a second; what is measured is kept. */
  cancel(): void;
  /** Stops handing out points, or goes on; points in flight are finished and kept. */
  pause(paused: boolean): void;
  /** The whole state; undefined until the header is known, or a part of the samples shows one. */
  snapshot(): RunSnapshot | undefined;
}

/** Starts to execute a study. Events begin after this has returned. */
export function startRun(options: RunOptions): Run {
  return new ActiveRun(options);
}

/** Seconds on a clock that never goes back. */
function now(): number {
  return performance.now() / 1000;
}

class ActiveRun implements Run {
  readonly finished: Promise<RunOutcome>;
  private readonly started = now();
  private readonly rate = new Rate();
  private status: RunStatus = "running";
  private checks: readonly Check[] = [];
  private problem: Problem | undefined;
  private file: string | undefined;
  private state: RunState | undefined;
  /** What a part of the samples shows while the model itself is being measured. */
  private provisional: RunState | undefined;
  private pool: EvaluatorPool | undefined;
  private journal: Journal | undefined;
  private lock: JournalLock | undefined;
  private isCancelled = false;
  private isPaused = false;
  private isOver = false;
  /** Why the run stopped by itself while the evaluators were at work. */
  private failure: Error | undefined;

  constructor(private readonly options: RunOptions) {
    this.finished = this.execute();
  }

  cancel(): void {
    this.isCancelled = true;
    void this.pool?.cancel();
  }

  pause(paused: boolean): void {
    if (paused === this.isPaused || this.isOver) return;
    this.isPaused = paused;
    this.pool?.pause(paused);
    if (paused) this.rate.stop();
    else this.rate.start(now());
    this.status = paused ? "paused" : "running";
    this.emitSnapshot();
  }

  snapshot(): RunSnapshot | undefined {
    const state = this.state ?? this.provisional;
    if (!state || this.file === undefined) return undefined;
    return {
      ...state.picture(this.secondsLeft),
      ...(this.state ? {} : { isProvisional: true }),
      status: this.status,
      checks: this.checks,
      ...(this.problem ? { problem: this.problem } : {}),
      journal: this.file,
    };
  }

  private get secondsLeft(): number | undefined {
    return this.isOver ? undefined : this.state?.secondsLeft(this.rate);
  }

  private async execute(): Promise<RunOutcome> {
    // The caller has the run before its first event.
    await Promise.resolve();
    let status: RunOutcome["status"] = "done";
    try {
      await this.measure();
    } catch (error) {
      const cause = this.failure ?? error;
      if (cause instanceof PoolCancelledError) status = "cancelled";
      else {
        status = "failed";
        this.problem = toProblem(cause);
        this.options.log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
      }
    }
    await this.finish(status);
    this.provisional = undefined;
    this.status = status;
    this.isOver = true;
    return {
      status,
      ...(this.state && this.file !== undefined ? { journal: this.file } : {}),
      checks: this.checks,
      ...(this.problem ? { problem: this.problem } : {}),
    };
  }

  /** Everything from the files to the last check. @throws PoolCancelledError, ProblemError. */
  private async measure(): Promise<void> {
    const { study, resultsFolder, evaluatorPath = siblingEvaluator(), source, queue, log, memory } = this.options;
    const invitation = queue && (await invitationTo(queue, evaluatorPath, log));
    // How many there is memory for is known when one of them has read the model.
    const wanted = evaluatorsFor(study, await meansOf(study, 0));
    this.preparing(`Reading ${path.basename(study.model.path)} and ${path.basename(study.data.path)}`);
    this.throwIfCancelled();
    const pool = new EvaluatorPool({ evaluatorPath, evaluators: wanted, log, ...(source ? { source } : {}) });
    this.pool = pool;
    pool.pause(this.isPaused);
    const fingerprints = await pool.fingerprints(study, queue !== undefined);
    const means = await meansOf(study, pool.parameters, pool.sampleSizes);
    await pool.keep(evaluatorsFor(study, means));
    this.file = journalPath(study, fingerprints, resultsFolder);
    this.lock = await JournalLock.take(this.file);
    this.throwIfCancelled();
    const { content: earlier, aside } = await earlierJournal(this.file, this.options);
    if (earlier && this.isComplete(earlier, fingerprints)) return;

    this.throwIfCancelled();
    const taken = earlier ? undefined : await this.takeOver(pool, fingerprints, this.file);
    const known = earlier ?? taken;
    const planned = known ? undefined : await this.plan(pool, this.file);
    this.throwIfCancelled();
    const asBegun = known ? continued(study, known.header) : study;
    const most = evaluatorsFor(asBegun, means);
    await pool.keep(most);
    this.preparing(most === 1 ? "Starting 1 evaluator" : `Starting ${String(most)} evaluators`);
    const directions = known?.header.directions ?? planned!.directions;
    const workplace = workplaceFor(asBegun, most, means.cores, memory);
    const prepared = await pool.prepare(asBegun, fingerprints, directionsFile(directions, this.file), workplace);
    this.throwIfCancelled();
    const { evaluators } = pool;
    if (known) {
      const header = earlier
        ? relocated(earlier.header, study, fingerprints)
        : { ...known.header, evaluators, checks: [...known.header.checks, ...(await aside())] };
      this.journal = earlier
        ? await Journal.resume(this.file, earlier)
        : await Journal.create(this.file, header, taken);
      this.begin(header, known);
    }
    const centre = known
      ? await measureCentre(pool)
      : await this.beginAnew(pool, this.file, { study, planned: planned!, prepared, evaluators }, aside);
    const state = this.state!;
    state.preliminary ??= this.preliminaryOf(state.header, centre.seconds, centresOf(state.header));
    const told: Told = { engine: prepared.engine, centre: centre.sums[0]! };
    await invitation?.send(pool, state.header, told);
    await this.work(pool, state, this.journal!);
    await this.conclude(pool, told, state);
  }

  /**
   * Measures the model itself, which the header of a new journal tells; where that takes long, a part of the samples is
   * shown first.
   */
  private async beginAnew(
    pool: EvaluatorPool,
    file: string,
    beginning: Beginning,
    aside: Earlier["aside"],
  ): Promise<Centre> {
    const { seconds } = beginning.prepared;
    const prospect = prospectOf(beginning);
    const preliminary = seconds > soon ? this.preliminaryOf(prospect, seconds) : undefined;
    const show = (state: RunState): void => {
      this.provisional = state;
      this.emitSnapshot();
    };
    const centre = preliminary
      ? await glimpse(pool, { prospect, preliminary, seconds, show })
      : await measureCentre(pool);
    this.throwIfCancelled();
    const own = centre.sums.map(valuesOf);
    preliminary?.correct(own);
    const header = headerOf(prospect, own, [...centre.checks, ...beginning.planned.checks, ...(await aside())]);
    this.journal = await Journal.create(file, header);
    this.begin(header, undefined, preliminary);
    return centre;
  }

  /** What others have measured of this run; one that is wanted afresh takes nothing. */
  private async takeOver(
    pool: EvaluatorPool,
    fingerprints: Readonly<Record<string, string>>,
    journal: string,
  ): Promise<TakenOver | undefined> {
    const { study, mode, resultsFolder, log } = this.options;
    const found = mode === "resume" ? await findTakenOver(study, fingerprints, resultsFolder) : undefined;
    if (!found) return undefined;
    const { run, others = [] } = found.header.takenOver;
    log(`taken over from ${[run, ...others].join(", ")}: ${found.points.length} points, ${found.extras.length} more`);
    if (!found.isOtherFamily) {
      const directions = await copyDirections(found.header, found.journal, journal);
      return { ...found, header: { ...found.header, directions } };
    }
    // What is said of the lines is about all of them.
    const { directions, checks } = await this.plan(pool, journal);
    const kept = found.header.checks.filter(({ name }) => checks.every((check) => check.name !== name));
    return { ...found, header: { ...found.header, directions, checks: [...kept, ...checks] } };
  }

  private plan(pool: EvaluatorPool, journal: string): Promise<Planned> {
    this.preparing("Finding the directions");
    return planRun(pool, this.options.study, journal);
  }

  /** Whether the journal is that of a run which is done; then its results are all that is shown. */
  private isComplete(content: JournalContent, fingerprints: Readonly<Record<string, string>>): boolean {
    const end = content.ends.at(-1);
    if (end?.end !== "done" || !new RunState(content.header, content).isComplete) return false;
    const header = relocated(content.header, this.options.study, fingerprints);
    this.status = "done";
    this.begin(header, content);
    this.checks = [...header.checks, ...end.checks];
    return true;
  }

  /** Shows what is known so far. */
  private begin(header: RunHeader, known?: Pick<JournalContent, "points" | "extras">, preliminary?: Preliminary): void {
    const state = new RunState(header, known);
    state.preliminary = preliminary;
    this.state = state;
    this.checks = header.checks;
    this.emitSnapshot();
  }

  /**
   * Preliminary values of a run; undefined where its first grid is measured, or nobody wants them.
   * @param seconds that a point takes.
   * @param centre what all samples say of the model itself, if that is known.
   */
  private preliminaryOf(header: Prospect, seconds: number, centre?: readonly SplitValues[]): Preliminary | undefined {
    const { completeLevels = 0, likelyTotal = header.x.length * header.y.length } = this.state?.surface ?? {};
    if (this.options.preliminary === false || completeLevels > 0) return undefined;
    return Preliminary.of({
      header,
      ...(centre ? { centre } : {}),
      secondsPerPoint: seconds,
      evaluators: header.evaluators,
      points: likelyTotal,
    });
  }

  /** Measures what is not measured yet. */
  private async work(pool: EvaluatorPool, state: RunState, journal: Journal): Promise<void> {
    const recorder = new Recorder({
      journal,
      state,
      rate: this.rate,
      now,
      emit: (event) => {
        this.emit(event);
      },
      fail: (error) => {
        this.failure = error instanceof Error ? error : new Error(String(error));
        void pool.close();
      },
    });
    if (!this.isPaused) this.rate.start(now());
    try {
      await measureRun(pool, state, recorder);
    } finally {
      await recorder.drain();
    }
    if (this.failure) throw this.failure;
  }

  /** The checks that need everything that was measured, and the last line of the journal. */
  private async conclude(pool: EvaluatorPool, told: Told, state: RunState): Promise<void> {
    let again = told.centre;
    await pool.performTasks([{ kind: "own" }], (answer) => {
      if (answer.kind === "own") again = answer.sums[0]!;
    });
    await pool.hearOut();
    const checks = finalChecks({ state, ...told, again, pool: pool.report });
    await this.journal?.appendEnd(this.end("done", checks));
    this.checks = [...state.header.checks, ...checks];
  }

  /** Ends the processes and closes the journal; nothing here changes the outcome any more. */
  private async finish(status: RunOutcome["status"]): Promise<void> {
    const quietly = (error: unknown): void => {
      this.options.log(`while ending the run: ${error instanceof Error ? error.message : String(error)}`);
    };
    await this.pool?.close().catch(quietly);
    if (status !== "done") await this.journal?.appendEnd(this.end(status, [])).catch(quietly);
    await this.journal?.close().catch(quietly);
    await this.lock?.release().catch(quietly);
  }

  private end(end: EndRecord["end"], checks: readonly Check[]): EndRecord {
    return { end, checks, seconds: now() - this.started };
  }

  private throwIfCancelled(): void {
    if (this.isCancelled) throw new PoolCancelledError();
  }

  private preparing(message: string): void {
    this.emit({ kind: "preparing", message });
  }

  private emitSnapshot(): void {
    const snapshot = this.snapshot();
    if (snapshot) this.emit({ kind: "snapshot", snapshot });
  }

  private emit(event: RunEvent): void {
    if (this.isOver) return;
    try {
      this.options.onEvent(event);
    } catch (error) {
      this.options.log(`an event could not be delivered: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
