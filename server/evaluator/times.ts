import { timesIn } from "../formats/series/names";
import { alignRates } from "../formats/series/rates";
import type { LearningRate } from "../formats/series/rates";
import type { LoggedRate } from "../formats/series/rates/logged";

/** What a checkpoint's file says of its time. */
export interface TimedFile {
  readonly path: string;
  readonly epoch?: number | undefined;
  readonly step?: number | undefined;
  readonly learningRate?: number | undefined;
}

/** The times of checkpoints, as the files themselves say, else as their names do, and the learning rates at them. */
export function timesOf(
  checkpoints: readonly TimedFile[],
  logged: readonly LoggedRate[],
): ReturnType<typeof alignRates> {
  const named = timesIn(checkpoints.map((each) => each.path));
  const known = checkpoints.map(({ epoch, step }, k) => {
    const name = named[k]!;
    const found = { epoch: epoch ?? name.epoch, step: step ?? name.step };
    // A number that is tagged as neither counts epochs.
    return found.epoch === undefined && found.step === undefined ? { epoch: name.number } : found;
  });
  return alignRates(logged, known);
}

/** The learning rates that the checkpoints themselves tell. */
export function ratesOf(
  checkpoints: readonly TimedFile[],
  times: readonly (number | undefined)[],
): readonly LearningRate[] {
  return checkpoints.flatMap(({ learningRate }, k) => {
    const epoch = times[k];
    return epoch === undefined || learningRate === undefined ? [] : [{ epoch, rate: learningRate }];
  });
}
