import type { Problem, ProblemReason } from "../protocol/problem";
import type { Health } from "../protocol/requests";

/** How bad for the whole server a problem is; other reasons concern one model, data file or study. */
const machineReasons: Partial<Record<ProblemReason, Exclude<Health["health"], "ok">>> = {
  "engine-unavailable": "error",
  "engine-wrong": "error",
  "evaluator-lost": "warning",
  "journal-unwritable": "warning",
  internal: "warning",
};

/** Tells the client how the server is, whenever that changes. */
export class HealthReporter {
  private last = "";
  private readonly work = new Set<{ readonly what: string }>();
  private engine: string | undefined;
  private trouble: Pick<Health, "health" | "message"> | undefined;

  constructor(private readonly notify: (health: Health) => void) {}

  /** Something is being computed until the returned function is called; `what` is shown meanwhile. */
  busy(what: string): () => void {
    const work = { what };
    this.work.add(work);
    this.report();
    return () => {
      this.work.delete(work);
      this.report();
    };
  }

  /** An engine is at work, which also says that all is well. */
  computing(engine: string): void {
    this.engine = engine;
    this.trouble = undefined;
    this.report();
  }

  /** A run failed: of interest here when it is this machine that is at fault, not a model, its data or a study. */
  afflicted(problem: Problem): void {
    const health = machineReasons[problem.reason];
    if (health === undefined) return;
    this.trouble = { health, message: problem.title };
    this.report();
  }

  /** Sends the present state, unless the client has it already. */
  report(): void {
    const [first, ...others] = this.work;
    const waiting = others.length === 0 ? "" : ` and ${others.length} more`;
    const state: Health = {
      health: this.trouble?.health ?? "ok",
      quiescent: first === undefined,
      message: this.trouble?.message ?? (first === undefined ? "Ready" : `${first.what}${waiting}`),
      engine: this.engine,
    };
    const text = JSON.stringify(state);
    if (text === this.last) return;
    this.last = text;
    this.notify(state);
  }
}
