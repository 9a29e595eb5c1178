import type { Execution, Way } from "../../protocol/study";

/** Samples per batch where neither a study says it nor measuring does: 64 to 128 are the fastest for networks on CPUs. */
export const usualBatchSize = 100;

/**
 * The same for derivatives, which keep several times as much of every sample: on one core, a gradient of ResNet-20 has
 * 485 samples a second with 32, 470 with 64, and last batches that are not full cost less.
 */
export const derivativeBatchSize = 32;

/** What one way of execution was measured to take, in milliseconds. */
export interface Timing {
  readonly execution: Execution;
  /** Giving the model other weights. */
  readonly setUp: number;
  /** Running it on one batch. */
  readonly run: number;
  /** Both for all samples of all splits: a point of the surface. */
  readonly perPoint: number;
}

/** A way of execution that is out of the question, and why, as a clause. */
export interface Dropped {
  readonly execution: Execution;
  readonly reason: string;
}

/** What was timed, and what was found not to compute the same. */
export interface Timed {
  /** The usual execution first, those on other processors last; none where no other could gain anything. */
  readonly timings: readonly Timing[];
  readonly dropped: readonly Dropped[];
}

/** What is known before anything but the usual execution was timed. */
export interface Outlook {
  /** Of the usual execution. */
  readonly usual: Timing;
  /** Points that the run has. */
  readonly evaluations: number;
  /** Evaluators that share them. */
  readonly evaluators: number;
}

/** Runs that take less time than this, in milliseconds, are not worth measuring ways of execution for. */
const shortRun = 1500;
/** Runs of fewer points are short however long each of them takes. */
export const fewPoints = 100;
/** Why no execution but the usual one was looked at, of runs that are short; a part of what their headers say of it. */
export const becauseShort = "the run is short";
/** Where giving the model other weights is less than this part of a point, no other way can gain much. */
const smallShare = 0.1;
/** A batch that takes so long, in milliseconds, is not made much better by its size. */
const longBatch = 20;
/** How much faster another execution has to be than the usual one. */
export const clearly = 0.9;
/** Executions within this of each other are the same. */
const nearly = 1.03;

/** Milliseconds of a point, from those of other weights and of a batch. */
export function timePerPoint(setUp: number, run: number, samples: number, batchSize: number): number {
  return setUp + (run * samples) / Math.min(batchSize, samples);
}

/** Milliseconds that a run probably takes as it would usually be measured. */
export function timeOfRun({ usual, evaluations, evaluators }: Outlook): number {
  return (usual.perPoint * evaluations) / evaluators;
}

/** Whether a run is over before measuring executions for it could gain anything. */
export function isShort(outlook: Outlook): boolean {
  return outlook.evaluations < fewPoints || timeOfRun(outlook) < shortRun;
}

/** Why nothing else has to be timed on this processor, as a clause; undefined when something has. */
export function obvious(outlook: Outlook): string | undefined {
  const { usual } = outlook;
  if (isShort(outlook)) return becauseShort;
  if (usual.setUp < smallShare * usual.perPoint && usual.run > longBatch)
    return "running the model is nearly all the work";
  return undefined;
}

/** Further sizes of batches that may be faster, none of them larger than there are samples. */
export function furtherBatchSizes(run: number, samples: number): readonly number[] {
  if (run > longBatch || samples <= usualBatchSize) return [];
  return [32, 320, 1000, 3200]
    .map((size) => Math.min(size, samples))
    .filter((size, k, sizes) => size !== usualBatchSize && sizes.indexOf(size) === k);
}

/**
 * The fastest execution: the first one, which is the usual, unless another takes clearly less time for a point. Of those
 * that are nearly as fast as the fastest, the one that was listed first.
 */
export function fastest(timings: readonly [Timing, ...Timing[]]): { readonly timing: Timing; readonly why: string } {
  const [usual, ...others] = timings;
  const least = Math.min(...others.map(({ perPoint }) => perPoint));
  const best = others.find(({ perPoint }) => perPoint <= nearly * least);
  if (!best || best.perPoint >= clearly * usual.perPoint) {
    return {
      timing: usual,
      why: others.length === 0 ? "the only one that was measured" : "no other is clearly faster",
    };
  }
  return {
    timing: best,
    why: `${milliseconds(best.perPoint)} for a point instead of ${milliseconds(usual.perPoint)}`,
  };
}

/**
 * The fastest execution on another processor, if a point takes clearly less time there than on all evaluators of the CPU
 * together, which one evaluator there replaces.
 */
export function fasterElsewhere(
  others: readonly Timing[],
  here: Timing,
  evaluators: number,
): { readonly timing: Timing; readonly why: string } | undefined {
  const together = here.perPoint / evaluators;
  const [best] = [...others].sort((a, b) => a.perPoint - b.perPoint);
  if (!best || best.perPoint >= clearly * together) return undefined;
  return {
    timing: best,
    why: `${milliseconds(best.perPoint)} for a point instead of ${milliseconds(together)} on the CPU`,
  };
}

/** Ways in words. */
export const wayTexts: Readonly<Record<Way, string>> = {
  baked: "weights compiled in",
  fed: "weights as inputs",
  plane: "weights computed in the graph",
};

/** Whether two evaluators measure in the same way; so do two that have no choice of ways. */
export function isSameExecution(a: Execution | undefined, b: Execution | undefined): boolean {
  return a?.provider === b?.provider && a?.way === b?.way && a?.batchSize === b?.batchSize && a?.threads === b?.threads;
}

/** An execution in words, e.g. "weights as inputs, batches of 320". */
export function executionText({ provider, way, batchSize, threads }: Execution): string {
  const text = [wayTexts[way], `batches of ${batchSize}`, ...(threads > 1 ? [`${threads} threads`] : [])].join(", ");
  return provider === "cpu" ? text : `${text} on ${provider}`;
}

/** Milliseconds in words, of two digits at least. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toPrecision(2) : value.toFixed(0)} ms`;
}
