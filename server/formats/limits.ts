import path from "node:path";
import { availableParallelism, freemem, totalmem } from "node:os";
import { ProblemError } from "../protocol/problem";

/** Most parameters of a model that can be evaluated: in float32 that is as much as one ONNX model may hold. */
const mostParameters = 500e6;

/** Above this many, people are told what it takes. */
const manyParameters = 50e6;

/** Memory of a process with an engine before it holds a model, in bytes. */
const bareEvaluator = 200 * 2 ** 20;

/**
 * Bytes that an evaluator needs for each parameter: weights as read, as written for the engine, and three to four forms of
 * them in the engine, while it makes a session of them and until the system has the memory back. `npm run bench -- large`
 * measures it.
 */
const bytesPerParameter = 24;

/** Two directions, where they are held. */
const bytesOfDirections = 8;

/** Bytes that samples take in an evaluator. @param areBytes whether they are held as the bytes of their file. */
export function samplesMemory(numbers: number, areBytes: boolean): number {
  return areBytes ? numbers : 4 * numbers;
}

/** Whether an evaluator holds its directions or makes them anew for every point. */
export type DirectionsIn = "memory" | "generator";

/** What this machine has for evaluators. */
export interface Machine {
  readonly cores: number;
  /** Bytes that all evaluators together may take. */
  readonly memory: number;
}

/**
 * Some systems count what they would give up at once as used; half of all memory is taken for granted. The environment
 * variable LOSS_LANDSCAPE_MEMORY says how many MiB there are instead.
 */
export function thisMachine(): Machine {
  const said = Number(process.env["LOSS_LANDSCAPE_MEMORY"]) * 2 ** 20;
  return { cores: availableParallelism(), memory: said > 0 ? said : Math.max(freemem(), totalmem() / 2) };
}

/** What one of several evaluators may take of a machine's memory. @param evaluators 0: one for each core. */
export function shareOf({ cores, memory }: Machine, evaluators: number): number {
  return memory / (evaluators > 0 ? evaluators : cores);
}

/**
 * Bytes that one evaluator takes.
 * @param data bytes that its samples take, see `samplesMemory`.
 */
export function evaluatorMemory(parameters: number, data = 0, directions: DirectionsIn = "memory"): number {
  const each = bytesPerParameter + (directions === "memory" ? bytesOfDirections : 0);
  return bareEvaluator + each * parameters + data;
}

/** Bytes that one of several evaluators has for its samples, beside everything else. @param evaluators as for `shareOf`. */
export function roomForSamples(parameters: number, machine: Machine, evaluators: number): number {
  return shareOf(machine, evaluators) - evaluatorMemory(parameters);
}

/**
 * Refuses a model that is too large to be evaluated. Call it with what a file's header declares, before the weights
 * themselves are read.
 * @throws ProblemError `too-large` that names the file.
 */
export function requireParameters(count: number, file: string): void {
  if (count <= mostParameters) return;
  throw new ProblemError({
    reason: "too-large",
    title: "The model is too large",
    message:
      `${path.basename(file)} has ${millions(count)} parameters; ` +
      `models of up to ${millions(mostParameters)} can be evaluated.`,
    advice: "Choose a smaller variant of the model: all weights are moved and run anew for every point of a surface.",
    file,
  });
}

/** What to tell of a model that is large but can be evaluated; nothing for all others. */
export function sizeNotices(parameters: number, file: string, { cores, memory }: Machine): readonly string[] {
  if (parameters <= manyParameters) return [];
  const each = evaluatorMemory(parameters);
  const fit = Math.min(cores, Math.floor(memory / each));
  const room =
    fit === 0
      ? `which is more than the ${gigabytes(memory)} that this machine has for it`
      : `and this machine has room for ${fit} of them`;
  const takes = `an evaluator takes about ${gigabytes(each)} of memory, ${room}`;
  return [`${path.basename(file)} has ${millions(parameters)} parameters: ${takes}.`];
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} million`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
