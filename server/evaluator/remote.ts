import type { Agreement } from "./agreement";
import type { Workload } from "./workload";

/** How evaluators elsewhere have fared, for the run's checks. */
export interface RemoteReport {
  /** Where they come from, e.g. the address of a server. */
  readonly label: string;
  /** How many joined, now gone or not. */
  readonly joined: number;
  /** How many jobs they did. */
  readonly done: number;
  /** Why evaluators that wanted to join did not, as sentences; each is there once. */
  readonly refused: readonly string[];
  /** How often the connection was lost. */
  readonly interruptions: number;
  /** Why there is no connection now, as a sentence. */
  readonly problem?: string;
}

/** Evaluators elsewhere that share the work of a pool. They come and go without the pool's doing. */
export interface RemotePlace {
  readonly report: RemoteReport;
  /** Whether some of them are at work. */
  readonly isAtWork: boolean;
  /**
   * Has them do jobs until the work stops.
   * @throws ProblemError when a job cannot be done.
   */
  serve(workload: Workload, agreement: Agreement): Promise<void>;
  /** Has `report` be up to date. */
  hearOut(): Promise<void>;
  /** Takes leave of them; resolves when nothing of the run is left with them. */
  close(): Promise<void>;
}
