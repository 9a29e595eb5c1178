import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { modelName } from "../protocol/modelName";
import type { DataSummary, RunHeader } from "../protocol/result";
import type { DataSelection, Study } from "../protocol/study";
import { densitySteps, mostGradients, mostSteps } from "../evaluator/curvature";
import { isJournalPath } from "./find";
import { readJournal } from "./journal";
import type { JournalContent } from "./record";

/** Journals beyond this size, in bytes, take longer to read than an estimate is worth. */
const largest = 4 << 20;
/** A run that took so many seconds tells of any other. */
const longRun = 30;
/** So many of the latest journals are looked at. */
const most = 4;

/** How long a run takes. */
export interface Seconds {
  readonly all: number;
  /** What the products with the Hessian take of it, where that is known. */
  readonly products?: number;
}

/** What an earlier run tells of one that is not started yet. */
export interface Experience {
  readonly seconds?: Seconds;
  /** Hessian-vector products that one point of a curvature map took, on average. */
  readonly productsPerPoint?: number;
}

/**
 * How many seconds a study will take, judged by finished runs of the same model that were computed the same way; undefined
 * when there are none, and for what they tell nothing of.
 *
 * @param fingerprint SHA-256 of the model.
 * @param folder where the journals of the model's runs are.
 */
export async function estimateSeconds(study: Study, fingerprint: string, folder: string): Promise<number | undefined> {
  return (await experienceOf(study, fingerprint, folder)).seconds?.all;
}

/** The same, with how much work the curvature of a point takes. */
export async function experienceOf(study: Study, fingerprint: string, folder: string): Promise<Experience> {
  const journals: JournalContent[] = [];
  for (const file of await latestJournals(folder, modelName(study.model.path))) {
    const content = await readJournal(file).catch(() => undefined);
    const own = content && isLike(study, fingerprint, content) ? ownOf(content) : undefined;
    if (own) journals.push(own);
  }
  const same = journals.find(({ header }) => header.takenOver === undefined && asksTheSame(study, header.study));
  const curved = journals.find(
    (journal) => journal.header.study.curvature !== undefined && curvaturePoints(journal) > 0,
  );
  const productsPerPoint = curved === undefined ? undefined : mapProducts(curved) / curvaturePoints(curved);
  const seconds = same === undefined ? sumOfParts(study, journals, productsPerPoint) : { all: secondsOf(same) };
  return {
    ...(seconds === undefined ? {} : { seconds }),
    ...(productsPerPoint === undefined ? {} : { productsPerPoint }),
  };
}

/** Only of runs of nothing but evaluations it is known what one of them takes. */
function hasOthers({ curvature, sharpness }: Study): boolean {
  return curvature !== undefined || sharpness !== undefined;
}

/** Whether two runs of a model measure the same amount of the same things, wherever their planes and windows are. */
function asksTheSame(study: Study, earlier: Study): boolean {
  const amount = (each: Study): string => {
    const { grid, checkpoints, curvature = null, sharpness = null, batchNorm = "keep", directions } = each;
    const files = checkpoints?.files.length ?? 0;
    const samples = splitsOf(each).map((split) => split.samples);
    const isFound = directions.kind === "hessian";
    return JSON.stringify([grid.points, grid.refine ?? 0, files, curvature, sharpness, batchNorm, isFound, samples]);
  };
  return amount(study) === amount(earlier);
}

/** From the time of an evaluation and of a product, as far as runs tell them. */
function sumOfParts(
  study: Study,
  journals: readonly JournalContent[],
  productsPerPoint: number | undefined,
): Seconds | undefined {
  const { grid, sharpness, batchNorm, curvature, directions } = study;
  if (grid.refine !== undefined || sharpness !== undefined || batchNorm === "recompute") return undefined;
  if (directions.kind === "hessian") return undefined;
  const plain = journals.filter(
    ({ header }) =>
      !hasOthers(header.study) && header.study.batchNorm !== "recompute" && header.study.directions.kind !== "hessian",
  );
  for (const journal of plain) {
    const seconds = secondsOf(journal);
    const done = evaluationsDone(journal) * total(summariesOf(journal.header).map(({ samples }) => samples));
    const asked = evaluationsOf(study) * total(samplesOf(study, journal.header));
    if (!tells(seconds, asked / done)) continue;
    const evaluating = (seconds * asked) / done;
    if (curvature === undefined) return { all: evaluating };
    const more = curvatureSeconds(study, journals, seconds / done, productsPerPoint);
    return more === undefined ? undefined : { all: evaluating + more, products: more };
  }
  return undefined;
}

/** @param perSample seconds that an evaluation takes for each sample. */
function curvatureSeconds(
  study: Study,
  journals: readonly JournalContent[],
  perSample: number,
  productsPerPoint = NaN,
): number | undefined {
  const { samples = 0 } = study.curvature ?? {};
  const asked = productsOf(study, productsPerPoint) * samples;
  for (const journal of journals) {
    const { header } = journal;
    const { curvature } = header.study;
    if (curvature === undefined || header.study.sharpness !== undefined) continue;
    if (curvature.parameters !== study.curvature?.parameters) continue;
    const evaluating =
      perSample * evaluationsDone(journal) * total(summariesOf(header).map((summary) => summary.samples));
    const seconds = secondsOf(journal) - evaluating;
    const done = productsOf(header.study, mapProducts(journal) / curvaturePoints(journal)) * curvature.samples;
    if (tells(seconds, asked / done)) return (seconds * asked) / done;
  }
  return undefined;
}

/** Of a short run much went into its beginning, of which nothing is known: it tells little of a long one. */
function tells(seconds: number, ratio: number): boolean {
  return (seconds >= longRun || ratio <= 2) && seconds > 0 && Number.isFinite(ratio);
}

/**
 * Evaluations of the loss that a study asks for, each over all samples of all splits: points of the grid, and of each
 * checkpoint its own and its projection's.
 */
export function evaluationsOf({ grid, checkpoints }: Study): number {
  return grid.points[0] * grid.points[1] + 2 * (checkpoints?.files.length ?? 0);
}

/**
 * Hessian-vector products and gradients that a study asks for.
 * @param perPoint how many a point of the map takes.
 */
export function productsOf({ curvature, sharpness }: Study, perPoint: number = mostSteps): number {
  const { points, traceProbes = 0, densityProbes = 0 } = curvature ?? {};
  const map = points === undefined ? 0 : points[0] * points[1] * perPoint;
  return Math.round(map + traceProbes + densityProbes * densitySteps + (sharpness ? mostGradients : 0));
}

function isLike(study: Study, fingerprint: string, { header, ends }: JournalContent): boolean {
  const earlier = header.study;
  const { engine, evaluators, batchSize } = study.compute;
  return (
    ends.at(-1)?.end === "done" &&
    header.fingerprints[header.model.path] === fingerprint &&
    (engine === "auto" || engine === header.engine.name) &&
    evaluators === earlier.compute.evaluators &&
    (batchSize === 0 || batchSize === earlier.compute.batchSize) &&
    JSON.stringify(splitsOf(study).map(filesOf)) === JSON.stringify(splitsOf(earlier).map(filesOf))
  );
}

/**
 * What a run has measured by itself, without what it has taken over: its seconds are of that. Undefined where a part of its
 * curvature was: what its study asks for says nothing of how long it took then.
 */
function ownOf(content: JournalContent): JournalContent | undefined {
  const { takenOver } = content.header;
  if (takenOver === undefined) return content;
  const { points, extras } = content;
  if (extras.slice(0, takenOver.extras).some(({ extra }) => extra !== "checkpoint")) return undefined;
  return { ...content, points: points.slice(takenOver.points), extras: extras.slice(takenOver.extras) };
}

function filesOf({ path: file, x, y }: DataSelection): readonly unknown[] {
  return [file, x, y];
}

function secondsOf({ ends }: JournalContent): number {
  return ends.reduce((sum, end) => sum + end.seconds, 0);
}

function evaluationsDone({ points, extras }: JournalContent): number {
  return points.length + 2 * extras.filter(({ extra }) => extra === "checkpoint").length;
}

function curvaturePoints({ extras }: JournalContent): number {
  return extras.filter(({ extra }) => extra === "curvature").length;
}

function mapProducts({ extras }: JournalContent): number {
  return total(extras.map((record) => (record.extra === "curvature" ? record.values.products : 0)));
}

/** How many samples each split has, as far as the files have so many. */
function samplesOf(study: Study, header: RunHeader): readonly number[] {
  const summaries = summariesOf(header);
  return splitsOf(study).map(({ samples }, k) => Math.min(samples, summaries[k]?.available ?? samples));
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
