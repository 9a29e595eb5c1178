/** A learning rate as a log tells it. */
export interface LoggedRate {
  /** How many epochs are done at the end of this one, or a fraction of it, as checkpoints of the same training count. */
  readonly epoch?: number;
  /** How many steps of the optimizer are done. */
  readonly step?: number;
  readonly rate: number;
}

/** What to do about a log that is of no use. */
export const logAdvice =
  "Choose a log with columns for epoch and learning rate, or list the epochs of the drops in the study.";
