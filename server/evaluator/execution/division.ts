import { clearly, milliseconds, timeOfRun } from "./rule";
import type { Outlook } from "./rule";

/** How the cores of a machine are shared: so many evaluators, each of which runs the model with so many threads. */
export interface Division {
  readonly evaluators: number;
  readonly threads: number;
}

/** What a division was measured to take. */
export interface TimedDivision extends Division {
  /** Milliseconds between one point and the next, all evaluators at work. */
  readonly perPoint: number;
}

/** The division that is taken. */
export interface ChosenDivision extends Division {
  /** Why, as a clause. */
  readonly why: string;
}

/** How evaluators of models of one structure were found to share the cores best, where there is room for so many. */
export interface RememberedDivision extends ChosenDivision {
  /** When it was found out, ISO 8601. */
  readonly found: string;
  /** What was timed, the usual one first. */
  readonly timings: readonly TimedDivision[];
}

/** A question that all evaluators of a run answer together. */
export interface Undivided {
  /** By which the answer is remembered. */
  readonly key: string;
  /** Between which there is a choice, the usual one first. */
  readonly divisions: readonly [Division, ...Division[]];
  /** Samples of the batches that are timed: of fewer than a run's where those would take long. */
  readonly size: number;
}

/** What is known of the division of the cores: what is remembered, or what all evaluators may find out together. */
export interface Sharing {
  readonly division?: RememberedDivision;
  readonly undivided?: Undivided;
}

/** What an evaluator found while others were at work too. */
export interface Trial {
  /** What it takes for a point, in milliseconds on the clock of the wall. */
  readonly perPoint: number;
  /** Sum of the losses of the first batch at the origin, by which executions are held against each other. */
  readonly loss: number;
}

/** Runs that take less time than this, in milliseconds, gain less than it takes to find out. */
const longRun = 60_000;
/** A batch that is timed should not take longer, in milliseconds: what is that slow has work for all threads anyway. */
const longestBatch = 120;
/** Samples of the smallest batch that tells of larger ones. */
const fewestSamples = 4;

/** Whether a run goes on for long enough that another division of the cores may save what it takes to find it. */
export function isLong(outlook: Outlook): boolean {
  return timeOfRun(outlook) >= longRun;
}

/**
 * Sensible divisions of so many cores: the usual one first, then those with twice as many threads each, up to all cores in
 * one evaluator. None has more evaluators than the usual one, for which there is room.
 */
export function divisionsFor(cores: number, usual: Division): readonly [Division, ...Division[]] {
  const others = new Map<number, Division>();
  for (let threads = 1; threads <= cores; threads = threads < cores ? Math.min(2 * threads, cores) : Infinity) {
    const evaluators = Math.min(usual.evaluators, Math.floor(cores / threads));
    // Of those with as many evaluators, the one that leaves the fewest cores idle.
    if (evaluators < usual.evaluators) others.set(evaluators, { evaluators, threads });
  }
  return [usual, ...others.values()];
}

/**
 * Samples of the batches that divisions are timed with.
 * @param perBatch milliseconds that an evaluator takes for a batch of `batchSize`.
 */
export function trialSize(batchSize: number, perBatch: number): number {
  const fitting = Math.floor((batchSize * longestBatch) / perBatch);
  return Math.min(batchSize, Math.max(fewestSamples, fitting));
}

/** The fastest division, unless it is not clearly faster than the usual one, which is the first. */
export function fastestDivision(timings: readonly [TimedDivision, ...TimedDivision[]]): ChosenDivision {
  const [usual, ...others] = timings;
  const [best] = [...others].sort((a, b) => a.perPoint - b.perPoint);
  const { evaluators, threads } = best && best.perPoint < clearly * usual.perPoint ? best : usual;
  if (!best) return { evaluators, threads, why: `${divisionText(usual)}: nothing else was timed` };
  const isOther = evaluators !== usual.evaluators;
  const than = `${milliseconds(best.perPoint)} for a point instead of ${milliseconds(usual.perPoint)}`;
  const why = `${divisionText({ evaluators, threads })}: ${isOther ? than : "nothing else is clearly faster"}`;
  return { evaluators, threads, why };
}

/** What all evaluators together take for a point, from what each of them takes for one of its own; in milliseconds. */
export function together(perPoint: readonly number[]): number {
  return 1 / perPoint.reduce((rate, each) => rate + 1 / each, 0);
}

/** A division in words, e.g. "2 processes of 4 threads". */
export function divisionText({ evaluators, threads }: Division): string {
  return `${evaluators} ${evaluators === 1 ? "process" : "processes"} of ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

/** Evaluators of so many threads that fit on the cores, at least one; as many as one likes of one thread. */
export function mostEvaluators(threads: number, cores: number): number {
  return threads > 1 ? Math.max(1, Math.floor(cores / threads)) : Infinity;
}
