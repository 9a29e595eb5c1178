import type { ChosenDivision } from "./division";

/** What an evaluator may use. */
export interface Workplace {
  /** Threads inside one run of the model. */
  readonly threads: number;
  /** File in which what is found out about executions is remembered; absolute. */
  readonly memory?: string;
  /** How many evaluators share the cores, where it may be found out that fewer of more threads are faster. */
  readonly evaluators?: number;
  /** How they share the cores, once that is found out. */
  readonly division?: ChosenDivision;
}
