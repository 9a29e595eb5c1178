import { EvaluatorProcess } from "./process";
import type { EvaluatorSource } from "./process";

/** Milliseconds that an evaluator waits before it loads its engine: what is asked at once is to be answered first. */
const settling = 500;

export interface ReserveOptions {
  readonly evaluatorPath: string;
  /** Most evaluators that wait at a time. */
  readonly size: number;
  /** Milliseconds without a request after which those that wait are ended. */
  readonly patience: number;
  readonly log: (message: string) => void;
}

/**
 * Evaluators that wait for work with their engine loaded, so that the first picture need not wait for processes to start.
 * What is taken belongs to whoever took it. Nothing waits longer than the reserve's patience.
 */
export class Reserve implements EvaluatorSource {
  /** The one that was given back last, and may have read what is asked for next, comes last. */
  private waiting: EvaluatorProcess[] = [];
  private readonly warmed = new WeakSet<EvaluatorProcess>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: ReserveOptions) {}

  /** Process ids of the evaluators that wait. */
  get pids(): readonly number[] {
    return this.waiting.flatMap(({ alive, pid }) => (alive && pid !== undefined ? [pid] : []));
  }

  /** Starts evaluators until as many wait as may, and counts the time anew. */
  fill(): void {
    if (this.closed) return;
    this.waiting = this.waiting.filter(({ alive }) => alive);
    while (this.waiting.length < this.options.size) this.wait(this.start(), "first");
    this.countAnew();
  }

  take(): EvaluatorProcess {
    for (;;) {
      const evaluator = this.waiting.pop();
      if (evaluator === undefined) return this.start();
      if (evaluator.alive) return evaluator;
    }
  }

  giveBack(evaluator: EvaluatorProcess): void {
    if (!evaluator.alive) return;
    if (this.closed || this.options.size === 0) {
      void evaluator.kill();
      return;
    }
    this.wait(evaluator, "last");
    for (const surplus of this.waiting.splice(0, this.waiting.length - this.options.size)) void surplus.kill();
    this.countAnew();
  }

  /** Ends the evaluators that wait. */
  async empty(): Promise<void> {
    clearTimeout(this.timer);
    await Promise.all(this.waiting.splice(0).map((evaluator) => evaluator.kill()));
  }

  /** Ends the evaluators that wait, and those that are given back from now on. */
  async close(): Promise<void> {
    this.closed = true;
    await this.empty();
  }

  private countAnew(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.empty(), this.options.patience);
    // A process that has nothing else to do may end.
    this.timer.unref();
  }

  private start(): EvaluatorProcess {
    return new EvaluatorProcess(this.options.evaluatorPath, this.options.log);
  }

  private wait(evaluator: EvaluatorProcess, place: "first" | "last"): void {
    if (place === "first") this.waiting.unshift(evaluator);
    else this.waiting.push(evaluator);
    setTimeout(() => {
      if (!this.waiting.includes(evaluator) || this.warmed.has(evaluator)) return;
      this.warmed.add(evaluator);
      // An engine that cannot be loaded is told of by whoever needs it.
      evaluator.request({ kind: "warm" }).catch(() => {});
    }, settling).unref();
  }
}
