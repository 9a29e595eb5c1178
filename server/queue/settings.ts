/** Before the names of all our keys in Redis; the braces keep them on one node of a cluster. */
export const prefix = "{loss-landscape}";

/** The queue that nobody empties: one entry for each run that is going on. */
export const boardName = "runs";

/** Files of directions that are small enough to go through Redis. */
export const directionsName = "directions";

/** The jobs of a run. */
export function jobsName(run: string): string {
  return `jobs-${run}`;
}

/** How often a coordinator shows that it is alive, and evaluators look for runs, in milliseconds. */
export const BEAT = 1000;

/** After this time without a sign of the coordinator its run is left alone, in milliseconds. */
export const SILENCE = 10_000;

/** After this time without a sign of the coordinator its run is taken from the board, in milliseconds. */
export const FORGOTTEN = 10 * 60_000;

/** How long a job stays with a worker that does not renew its lock, in milliseconds. */
export const LOCK = 4000;

/** How often jobs are looked for whose lock has ended, in milliseconds. */
export const STALLED = 1500;

/** How often a job may be given out again because its worker was gone. */
export const MOST_STALLS = 10;

/** Directions of up to this many bytes go through Redis. */
export const MOST_DIRECTIONS = 16 * 2 ** 20;
