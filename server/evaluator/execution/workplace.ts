/** What an evaluator may use. */
export interface Workplace {
  /** Threads inside one run of the model. */
  readonly threads: number;
  /** File in which what is found out about executions is remembered; absolute. */
  readonly memory?: string;
}
