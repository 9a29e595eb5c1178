import type { Study } from "../protocol/study";
import type { Agreement } from "./agreement";
import type { Job } from "./jobs";
import { EvaluatorLostError } from "./process";
import type { EvaluatorProcess } from "./process";
import type { SharedCores } from "./sharedCores";
import type { Workload } from "./workload";

/** Deaths in a row, without a point between them, after which a place is given up. */
const MAX_DEATHS = 3;

export interface LocalPlaceParts {
  readonly start: () => EvaluatorProcess;
  readonly workload: Workload;
  readonly agreement: Agreement;
  readonly cores: SharedCores;
  readonly log: (message: string) => void;
}

/** A place for one evaluator process of this machine: a process that ends gives its job back and is replaced. */
export class LocalPlace {
  /** Evaluators that stopped here. */
  lost = 0;
  /** Whether the place was given up because its evaluators kept stopping. */
  retired = false;
  /** Whether the evaluator is prepared. */
  ready = false;
  /** Whether a job is in flight. */
  busy = false;
  private evaluator: EvaluatorProcess | undefined;
  private deaths = 0;
  private dismissed = false;

  /** Starts the process at once, so that it loads while the caller does something else. */
  constructor(private readonly parts: LocalPlaceParts) {
    this.evaluator = parts.start();
  }

  get pid(): number | undefined {
    return this.evaluator?.pid;
  }

  /**
   * Asks the evaluator something before it is prepared, again if it ends.
   * @returns undefined when the work was stopped.
   * @throws EvaluatorLostError when one evaluator after the other ends; ProblemError.
   */
  async ask<T>(question: (evaluator: EvaluatorProcess) => Promise<T>): Promise<T | undefined> {
    const { workload } = this.parts;
    while (!workload.stopped) {
      try {
        const answer = await question(this.running());
        this.deaths = 0;
        return answer;
      } catch (error) {
        if (workload.stopped) return undefined;
        if (!(error instanceof EvaluatorLostError) || !this.bury(error)) throw error;
      }
    }
    return undefined;
  }

  /** Has the evaluator read the study's files while it would wait. What is wrong with them is told when it is prepared. */
  readAhead(study: Study): void {
    this.evaluator?.request({ kind: "fingerprint", study }).catch(() => {});
  }

  /**
   * Prepares the evaluator and does jobs until the work stops; replaces the evaluator when it ends.
   * @returns why the place is given up, if it is.
   * @throws ProblemError.
   */
  async serve(): Promise<EvaluatorLostError | undefined> {
    const { workload, log } = this.parts;
    while (!workload.stopped && !this.dismissed) {
      const evaluator = this.running();
      try {
        this.ready = await this.prepare(evaluator);
        if (this.ready) await this.work(evaluator);
      } catch (error) {
        this.ready = false;
        if (workload.stopped || this.dismissed) return undefined;
        if (!(error instanceof EvaluatorLostError)) throw error;
        if (this.bury(error)) continue;
        this.retired = true;
        this.parts.agreement.leave(this);
        log(`one place of the pool is given up after ${String(this.deaths)} evaluators: ${error.likelyCause}`);
        return error;
      }
    }
    return undefined;
  }

  /** Whether nothing is to be expected of this place any more. */
  get gone(): boolean {
    return this.retired || this.dismissed;
  }

  /** Does no more jobs, and ends the process. */
  async dismiss(): Promise<void> {
    this.dismissed = true;
    await this.kill();
  }

  /** Ends the process now. */
  async kill(): Promise<void> {
    await this.evaluator?.kill();
  }

  /** The evaluator, started anew where it has ended. */
  running(): EvaluatorProcess {
    this.evaluator ??= this.parts.start();
    return this.evaluator;
  }

  /** Whether the evaluator is ready to work; false when it must be started again with the first one's engine. */
  private async prepare(evaluator: EvaluatorProcess): Promise<boolean> {
    const { agreement, cores, workload, log } = this.parts;
    const leads = agreement.leads(this);
    if (leads) agreement.admits(this);
    const answer = await evaluator.request({ ...agreement.call, leads });
    cores.arrive(this, evaluator);
    if (answer.kind === "undivided" && leads) await cores.conduct(this, answer);
    else if (!leads) await (answer.kind === "undivided" ? cores.settled : agreement.settled);
    if (workload.stopped) return false;
    if (!agreement.admits(this)) {
      log("an evaluator is not needed: the others use the processor better");
      await this.dismiss();
      return false;
    }
    if (answer.kind === "undivided") return this.prepare(evaluator);
    const { prepared } = answer;
    if (agreement.join(prepared)) return true;
    if (agreement.engine === prepared.engine.name) return this.prepare(evaluator);
    log(`an evaluator chose ${prepared.engine.name}: started again with ${agreement.engine!}`);
    this.evaluator = undefined;
    await evaluator.kill();
    return false;
  }

  /** Does jobs until the work stops. */
  private async work(evaluator: EvaluatorProcess): Promise<void> {
    const { workload } = this.parts;
    for (;;) {
      const job = await workload.next();
      if (!job) return;
      this.busy = true;
      try {
        await this.perform(job, evaluator);
      } finally {
        this.busy = false;
      }
    }
  }

  private async perform(job: Job, evaluator: EvaluatorProcess): Promise<void> {
    const { workload } = this.parts;
    const wasAlive = evaluator.alive;
    try {
      const answer = await evaluator.request(job.call);
      this.deaths = 0;
      workload.deliver(job, answer);
    } catch (error) {
      if (error instanceof EvaluatorLostError) workload.giveBackAfterDeath(job, error.likelyCause, wasAlive);
      throw error;
    }
  }

  /** Takes leave of an evaluator that ended. Whether its place may have another one. */
  private bury(error: EvaluatorLostError): boolean {
    this.evaluator = undefined;
    this.deaths++;
    this.lost++;
    this.parts.log(`${error.message}: ${error.likelyCause}`);
    return this.deaths < MAX_DEATHS;
  }
}
