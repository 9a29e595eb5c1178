import { stat } from "node:fs/promises";
import { mostEvaluators } from "../evaluator/execution/division";
import type { Workplace } from "../evaluator/execution/workplace";
import type { SampleSizes } from "../evaluator/pool";
import { evaluatorMemory, samplesMemory, thisMachine } from "../formats/limits";
import type { Machine } from "../formats/limits";
import type { DataSelection, Study } from "../protocol/study";

/** Samples of bytes become float32. */
const mostWidening = 4;
/** Files of samples hardly ever shrink to less than an eighth. */
const mostCompression = 8;

/** What bounds the number of evaluators. */
export interface Means extends Machine {
  /** Of the model. */
  readonly parameters: number;
  /** Bytes that the chosen samples take in an evaluator. */
  readonly data: number;
}

/**
 * How many evaluators share the points: as many as the study asks for, otherwise one for each core; never more than
 * memory suffices for, than there are points, or than have cores for the threads that the run began with; at least one.
 */
export function evaluatorsFor(
  { compute, grid, directions }: Pick<Study, "compute" | "grid" | "directions">,
  means: Means,
): number {
  const points = grid.points[0] * grid.points[1];
  // Random directions of a plane are made anew where there is no room for them.
  const kept = directions.kind === "random" && grid.lines !== true ? "generator" : "memory";
  const fitting = Math.floor(means.memory / evaluatorMemory(means.parameters, means.data, kept));
  const wanted = compute.evaluators > 0 ? compute.evaluators : means.cores;
  const most = mostEvaluators(compute.execution?.threads ?? 1, means.cores);
  return Math.max(1, Math.min(wanted, fitting, points, most));
}

/**
 * Threads inside each run of the model: one, because processes share the points better; where memory or the points do not
 * suffice for a process on each core, the cores that are left over. Whoever asks for a number of evaluators asks for as
 * many cores.
 */
export function threadsFor({ compute }: Pick<Study, "compute">, evaluators: number, cores: number): number {
  return compute.evaluators > 0 ? 1 : Math.max(1, Math.floor(cores / evaluators));
}

/**
 * What each evaluator may use at first, and what it may find out: where the study leaves open how many there are and what
 * their batches are, fewer of more threads may be faster.
 * @param memory file in which is remembered what is found out.
 */
export function workplaceFor(
  study: Pick<Study, "compute">,
  evaluators: number,
  cores: number,
  memory: string | undefined,
): Workplace {
  const { compute } = study;
  const isOpen = compute.evaluators === 0 && compute.batchSize === 0 && compute.execution === undefined;
  return {
    threads: threadsFor(study, evaluators, cores),
    ...(memory === undefined ? {} : { memory }),
    ...(isOpen ? { evaluators } : {}),
  };
}

/**
 * What this machine has for a study. Samples are reckoned by how many are chosen, and by what their file can hold at most;
 * a file that cannot be read counts nothing: reading it tells why.
 * @param sizes what an evaluator has found out about the samples.
 */
export async function meansOf(
  { data, splits = [] }: Pick<Study, "data" | "splits">,
  parameters: number,
  { sampleSize, areBytes }: SampleSizes = {},
): Promise<Means> {
  let bytes = 0;
  for (const [k, selection] of [data, ...splits].entries())
    bytes += await bytesOf(selection, sampleSize, areBytes?.[k] ?? false);
  return { ...thisMachine(), parameters, data: bytes };
}

async function bytesOf(
  { path, samples }: DataSelection,
  sampleSize: number | undefined,
  areBytes: boolean,
): Promise<number> {
  const chosen = sampleSize === undefined ? undefined : samplesMemory(samples * sampleSize, areBytes);
  const found = await stat(path).catch(() => undefined);
  if (!found) return 0;
  // What a folder holds is not told by its own size.
  if (found.isDirectory()) return chosen ?? 0;
  const whole = mostWidening * found.size;
  return chosen === undefined ? whole : Math.min(chosen, mostCompression * whole);
}
