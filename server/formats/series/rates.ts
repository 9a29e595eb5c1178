import path from "node:path";
import { tooLarge, unsupported } from "../../files/faults";
import { withSource } from "../source";
import { isEventsName, readEvents } from "./rates/events";
import { logAdvice, type LoggedRate } from "./rates/logged";
import { readTable } from "./rates/table";
import { readTrainerState } from "./rates/trainerState";

/** The learning rate at some time of a training, in epochs unless the checkpoints count steps alone. */
export interface LearningRate {
  readonly epoch: number;
  readonly rate: number;
}

/** What is known of a checkpoint's time. */
export interface CheckpointTime {
  readonly epoch?: number;
  readonly step?: number;
}

const largestLog = 2 ** 26;

/**
 * Learning rates that a training program logged, in the order of time; a reader for each kind is in `rates/`:
 * event files of TensorBoard, `trainer_state.json` of Hugging Face, tables as CSV of anybody else.
 *
 * @throws ProblemError `file-missing`, `file-corrupt`, `file-unsupported`, `too-large`.
 */
export async function readRates(file: string): Promise<readonly LoggedRate[]> {
  const rates = await withSource(file, async (source) => {
    if (isEventsName(file)) return readEvents(source);
    if (source.size > largestLog) throw tooLarge(file, `has ${source.size} bytes`, logAdvice);
    const bytes = await source.read(0, source.size);
    return path.extname(file).toLowerCase() === ".json" ? readTrainerState(bytes, file) : readTable(bytes, file);
  });
  if (rates.length === 0) throw unsupported(file, "is a log without learning rates", logAdvice);
  return rates;
}

/**
 * The time of each checkpoint and the learning rates in the same unit: epochs where checkpoints or log tell them, else
 * steps. Steps of checkpoints become epochs by what the log says of both. Where the log counts otherwise than the
 * checkpoints, nothing can be said of the rates, and there are none.
 */
export function alignRates(
  rates: readonly LoggedRate[],
  checkpoints: readonly CheckpointTime[],
): { readonly times: readonly (number | undefined)[]; readonly rates: readonly LearningRate[] } {
  const times = checkpoints.map(({ epoch, step }) => epoch ?? (step === undefined ? undefined : epochAt(step, rates)));
  if (times.some((time) => time !== undefined)) return { times, rates: inEpochs(rates, times) };
  const inSteps = rates.flatMap(({ step, rate }) => (step === undefined ? [] : [{ epoch: step, rate }]));
  return { times: checkpoints.map(({ step }) => step), rates: inSteps };
}

/** The learning rate that a checkpoint was written at: the last one logged until then. */
export function rateAt(rates: readonly LearningRate[], time: number): number | undefined {
  let found: number | undefined;
  for (const { epoch, rate } of rates) if (epoch <= time) found = rate;
  return found;
}

/** The epoch of a step, between those that the log tells; undefined outside them. */
function epochAt(step: number, rates: readonly LoggedRate[]): number | undefined {
  let before: { readonly epoch: number; readonly step: number } | undefined;
  for (const { epoch, step: at } of rates) {
    if (epoch === undefined || at === undefined) continue;
    if (at === step) return epoch;
    if (at > step) {
      return before && before.epoch + ((epoch - before.epoch) * (step - before.step)) / (at - before.step);
    }
    before = { epoch, step: at };
  }
  return undefined;
}

/** A log of steps alone counts epochs if it ends where the checkpoints do: batches are many more. */
function inEpochs(rates: readonly LoggedRate[], times: readonly (number | undefined)[]): readonly LearningRate[] {
  const known = rates.flatMap(({ epoch, rate }) => (epoch === undefined ? [] : [{ epoch, rate }]));
  if (known.length > 0) return known;
  const last = times.reduce<number>((most, time) => Math.max(most, time ?? 0), 0);
  const lastLogged = rates.reduce((most, { step = Infinity }) => Math.max(most, step), 0);
  return lastLogged <= 1.5 * last + 1 ? rates.map(({ step, rate }) => ({ epoch: step!, rate })) : [];
}
