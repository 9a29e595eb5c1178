import { findFiles } from "./series/glob";
import { timelessNames, timesIn, type NamedTime } from "./series/names";
import { readRates, type LearningRate } from "./series/rates";
import type { LoggedRate } from "./series/rates/logged";

/** A file of a series, with what its name says of its time. */
export interface SeriesFile {
  readonly path: string;
  readonly epoch?: number;
  readonly step?: number;
}

/** Files in the order of training. */
export interface CheckpointOrder {
  readonly files: readonly SeriesFile[];
  /** What the order goes by; "name" when nothing else tells. */
  readonly by: "epoch" | "step" | "number" | "modification time" | "name";
  /** Files named `best`, `last` and the like, whose time their names do not say, and those without weights. */
  readonly leftOut: readonly string[];
  /** Where numbers are missing: both neighbours, further apart than most. */
  readonly gaps: readonly (readonly [after: number, before: number])[];
  /** Numbers that more than one file has, of the same step. */
  readonly repeated: readonly number[];
}

/**
 * Orders the files of a training by what all their names tell: a tagged epoch (`epoch=3`, `epoch_12/…`), else a tagged
 * step (`step=99`, `checkpoint-500/…`), else the first number after their common beginning, endings such as `.t7` cut
 * off; else by their time of modification. Equal ones are ordered by step and name.
 *
 * @param modified times of modification, in any unit; without one for every file, the order falls back to names.
 * @param asked what to go by instead: the names with numbers by value, or the times of modification.
 */
export function orderCheckpoints(
  paths: readonly string[],
  modified: ReadonlyMap<string, number> = new Map(),
  asked?: "name" | "time",
): CheckpointOrder {
  const isLeftOut = timelessNames(paths);
  const kept = paths.filter((_, i) => !isLeftOut[i]);
  const leftOut = paths.filter((_, i) => isLeftOut[i]);
  const times = new Map(timesIn(kept).map((time, i) => [kept[i]!, time]));
  for (const by of asked === undefined ? (["epoch", "step", "number"] as const) : []) {
    if (kept.length > 0 && kept.every((file) => times.get(file)![by] !== undefined)) {
      return { ...numbered(kept, times, by), by, leftOut };
    }
  }
  const dated = asked !== "name" && kept.every((file) => modified.has(file));
  const files = [...kept].sort((a, b) => (dated ? modified.get(a)! - modified.get(b)! : 0) || byName(a, b));
  const by = dated ? "modification time" : "name";
  return { files: files.map((file) => seriesFile(file, times)), by, leftOut, gaps: [], repeated: [] };
}

function numbered(
  kept: readonly string[],
  times: ReadonlyMap<string, NamedTime>,
  by: "epoch" | "step" | "number",
): Pick<CheckpointOrder, "files" | "gaps" | "repeated"> {
  const value = (file: string): number => times.get(file)![by]!;
  const step = (file: string): number => times.get(file)!.step ?? 0;
  const files = [...kept].sort((a, b) => value(a) - value(b) || step(a) - step(b) || byName(a, b));
  const numbers = files.map(value);
  const repeated = numbers.filter((n, i) => i > 0 && n === numbers[i - 1] && step(files[i]!) === step(files[i - 1]!));
  return {
    files: files.map((file) => seriesFile(file, times)),
    gaps: gapsIn([...new Set(numbers)]),
    repeated: [...new Set(repeated)],
  };
}

function seriesFile(file: string, times: ReadonlyMap<string, NamedTime>): SeriesFile {
  const { epoch, step } = times.get(file) ?? {};
  return { path: file, ...(epoch === undefined ? {} : { epoch }), ...(step === undefined ? {} : { step }) };
}

/** Neighbours further apart than the commonest distance (of equally common ones, the smallest). */
function gapsIn(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const pairs = numbers.slice(1).map((number, i) => [numbers[i]!, number] as const);
  const counts = new Map<number, number>();
  for (const [a, b] of pairs) counts.set(b - a, (counts.get(b - a) ?? 0) + 1);
  const [usual] = [...counts].sort(([a, often], [b, oftener]) => oftener - often || a - b)[0] ?? [Infinity];
  return pairs.filter(([a, b]) => b - a > usual);
}

const collator = new Intl.Collator("en", { numeric: true });

function byName(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Absolute paths of the files that a pattern matches, by name with numbers by value (`model_2` before `model_10`).
 * `*` and `?` match within a name, `**` any folders, `{a,b}` either; hidden files have to be asked for.
 *
 * @param base folder that a relative pattern starts from.
 * @throws ProblemError `study-invalid` when the search would not end.
 */
export async function expandCheckpoints(pattern: string, base: string): Promise<string[]> {
  return [...(await findFiles(pattern, base))].sort(byName);
}

/** See `readRates`. @throws ProblemError that names the file. */
export function readLearningRates(file: string): Promise<readonly LoggedRate[]> {
  return readRates(file);
}

/** Smallest fall of the learning rate that counts as a drop. */
const smallestDrop = 0.3;

/**
 * Epochs after which the learning rate dropped by at least 30 % from one entry to the next.
 * @param rates in the order of time.
 */
export function dropsOf(rates: readonly LearningRate[]): number[] {
  // A part in a billion, so that 0.1 to 0.07 is a drop in spite of rounding.
  const most = (1 - smallestDrop) * (1 + 1e-9);
  const drops = rates.filter(({ rate }, i) => rate > 0 && i + 1 < rates.length && rates[i + 1]!.rate <= rate * most);
  return [...new Set(drops.map(({ epoch }) => epoch))];
}
