import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { modelName } from "../protocol/modelName";
import type { DataSummary, RunHeader } from "../protocol/result";
import type { DataSelection, Study } from "../protocol/study";
import { isJournalPath } from "./find";
import { readJournal } from "./journal";
import type { JournalContent } from "./record";

/** Journals beyond this size, in bytes, take longer to read than an estimate is worth. */
const largest = 4 << 20;
/** A run that took so many seconds tells of any other. */
const longRun = 30;
/** So many of the latest journals are looked at. */
const most = 4;

/**
 * How many seconds a study will take, judged by a finished run of the same model that was computed the same way;
 * undefined when there is none, and for what takes longer than the points of a grid.
 *
 * @param fingerprint SHA-256 of the model.
 * @param folder where the journals of the model's runs are.
 */
export async function estimateSeconds(study: Study, fingerprint: string, folder: string): Promise<number | undefined> {
  if (asksForMore(study)) return undefined;
  for (const file of await latestJournals(folder, modelName(study.model.path))) {
    const content = await readJournal(file).catch(() => undefined);
    const seconds = content && isLike(study, fingerprint, content) ? scaled(study, content) : undefined;
    if (seconds !== undefined) return seconds;
  }
  return undefined;
}

/** Whether not only every point of a grid is measured, and nothing else. */
function asksForMore({ checkpoints, curvature, sharpness, grid, batchNorm }: Study): boolean {
  return (
    [checkpoints, curvature, sharpness, grid.refine].some((each) => each !== undefined) || batchNorm === "recompute"
  );
}

function isLike(study: Study, fingerprint: string, { header, ends }: JournalContent): boolean {
  const earlier = header.study;
  const { engine, evaluators, batchSize } = study.compute;
  return (
    ends.at(-1)?.end === "done" &&
    header.fingerprints[header.model.path] === fingerprint &&
    !asksForMore(earlier) &&
    (engine === "auto" || engine === header.engine.name) &&
    evaluators === earlier.compute.evaluators &&
    batchSize === earlier.compute.batchSize &&
    JSON.stringify(splitsOf(study).map(filesOf)) === JSON.stringify(splitsOf(earlier).map(filesOf))
  );
}

function filesOf({ path: file, x, y }: DataSelection): readonly unknown[] {
  return [file, x, y];
}

/** Time goes with the points and with the samples of each. */
function scaled(study: Study, { header, points, ends }: JournalContent): number | undefined {
  const seconds = ends.reduce((sum, end) => sum + end.seconds, 0);
  const [columns, rows] = study.grid.points;
  const summaries = summariesOf(header);
  const asked = splitsOf(study).map(({ samples }, k) => Math.min(samples, summaries[k]?.available ?? samples));
  const done = points.length * total(summaries.map(({ samples }) => samples));
  const ratio = (columns * rows * total(asked)) / done;
  // Of a short run much went into its beginning, of which nothing is known: it tells little of a long one.
  const tells = seconds >= longRun || ratio <= 2;
  return tells && seconds > 0 && Number.isFinite(ratio) ? seconds * ratio : undefined;
}

function splitsOf({ data, splits = [] }: Study): readonly DataSelection[] {
  return [data, ...splits];
}

function summariesOf({ data, splits = [] }: RunHeader): readonly DataSummary[] {
  return [data, ...splits.map((split) => split.data)];
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

async function latestJournals(folder: string, model: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.startsWith(`${model}-`) && isJournalPath(name));
  const dated: { readonly file: string; readonly time: number }[] = [];
  for (const name of files) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found && found.size <= largest) dated.push({ file, time: found.mtimeMs });
  }
  return dated
    .sort((first, second) => second.time - first.time)
    .slice(0, most)
    .map(({ file }) => file);
}
