import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { fingerprintOf } from "../evaluator/digest";
import { becauseShort, fewPoints, isSameExecution } from "../evaluator/execution/rule";
import { pathRange } from "../landscape/trajectory/range";
import { ProblemError } from "../protocol/problem";
import type { Point, RunHeader, TakenOverFacts } from "../protocol/result";
import type { GridSpec, Study } from "../protocol/study";
import { areSameGrids, planeDigest } from "../study/identity";
import { Extras } from "./extras";
import type { ExtraRecord } from "./extras";
import { isJournalPath, mayResume } from "./find";
import { axesOf, relocated } from "./header";
import { readHeader, readJournal } from "./journal";
import { directionsFile } from "./plan";

/** What a run that begins has already, because others of the same plane have measured it. */
export interface TakenOver {
  /** Journal of the run with most of it; absolute. */
  readonly journal: string;
  /** The header of the run that begins, which says where its first lines come from. */
  readonly header: RunHeader & { readonly takenOver: TakenOverFacts };
  readonly points: readonly Point[];
  readonly extras: readonly ExtraRecord[];
  /** Whether that run has another number of lines, so that what its header says of its directions is not about these. */
  readonly isOtherFamily: boolean;
}

type Fingerprints = Readonly<Record<string, string>>;
type Axes = Pick<RunHeader, "x" | "y">;

/** A run of the same plane. */
interface Kin {
  readonly journal: string;
  readonly head: RunHeader;
  /** Whether it differs in no more than what is asked for beside the grid, as curvature is. */
  readonly isSameGrid: boolean;
}

/** What such a run has of what is asked for, under the numbers that it has in the run that begins. */
interface Share extends Omit<TakenOver, "header"> {
  readonly header: RunHeader;
  readonly isSameGrid: boolean;
  /** All that it has beside its grid. */
  readonly beside: Extras;
}

/**
 * What a run of `study` need not measure: every point that a run of the same plane has measured at the same coordinates, to
 * the last bit, and what of curvature and checkpoints such runs have. The run with most of it comes first; others add what
 * they have measured in the same way. These are the very numbers that measuring again in this way would come to. Undefined
 * where there is nothing. Journals that cannot be read are passed over.
 * @param fingerprints SHA-256 of the study's files, by absolute path.
 * @param resultsFolder absolute.
 */
export async function findTakenOver(
  study: Study,
  fingerprints: Fingerprints,
  resultsFolder: string,
): Promise<TakenOver | undefined> {
  const kin = await kinOf(study, fingerprints, resultsFolder);
  const grid = gridIn(study.grid, kin);
  // A run of the same grid keeps the coordinates that it has.
  const axes = kin.find(({ isSameGrid }) => isSameGrid)?.head ?? axesOf(grid);
  const shares: Share[] = [];
  for (const each of kin) {
    if (!each.isSameGrid && !isFoundOut(each.head, axes)) continue;
    const share = await shareOf(each, headerLike(each.head, study, fingerprints, grid, axes));
    if (share && amountOf(share) > 0) shares.push(share);
  }
  const order = (a: Share, b: Share): number =>
    amountOf(b) - amountOf(a) || Number(b.isSameGrid) - Number(a.isSameGrid) || (a.journal < b.journal ? -1 : 1);
  const [most, ...others] = shares.sort(order);
  return most && together(most, others);
}

/** How many points, and how much beside the grid. */
function amountOf({ points, extras }: Share): number {
  return points.length + extras.length;
}

/** The runs of the study's plane of which it may go on. */
async function kinOf(study: Study, fingerprints: Fingerprints, folder: string): Promise<readonly Kin[]> {
  const digest = planeDigest(study, fingerprints);
  const kin: Kin[] = [];
  for (const name of (await readdir(folder).catch(() => [])).filter(isJournalPath)) {
    const journal = path.join(folder, name);
    const head = await passingOver(() => readHeader(journal));
    if (!head || planeDigest(head.study, head.fingerprints) !== digest || !mayResume(study, head)) continue;
    const isSameGrid = areSameGrids(head.study.grid, study.grid);
    // With batches of another size, numbers differ in their last places.
    const isAlike = head.study.compute.batchSize === study.compute.batchSize;
    if (isSameGrid || isAlike) kin.push({ journal, head, isSameGrid });
  }
  return kin;
}

/** The grid of a study, with the range that is fitted to the path where it is. */
function gridIn(grid: GridSpec, kin: readonly Kin[]): GridSpec {
  const same = kin.find(({ isSameGrid }) => isSameGrid);
  if (same) return same.head.study.grid;
  const trajectory = kin[0]?.head.trajectory;
  if (grid.fit !== true || !trajectory) return grid;
  const { checkpoints, added = 0 } = trajectory;
  return { ...grid, ...pathRange(checkpoints.slice(0, checkpoints.length - added)) };
}

/** The header of a run that begins, from that of another run of the same plane. */
function headerLike(
  head: RunHeader,
  study: Study,
  fingerprints: Fingerprints,
  grid: GridSpec,
  { x, y }: Axes,
): RunHeader {
  const moved = relocated(head, study, fingerprints);
  return {
    ...moved,
    id: randomUUID(),
    started: new Date().toISOString(),
    study: { ...moved.study, grid },
    x,
    y,
    // What was said of the other run's journal is not about this one.
    checks: moved.checks.filter(({ name }) => name !== "journal"),
  };
}

/**
 * Whether a run was measured in a way that serves one of another grid: what is short is measured in the usual way, which
 * may take many times longer than the one that is found for a long run.
 */
function isFoundOut({ engine, study }: RunHeader, { x, y }: Axes): boolean {
  if (study.compute.batchSize > 0 || x.length * y.length < fewPoints) return true;
  return engine.execution !== undefined && !engine.why.includes(becauseShort);
}

async function shareOf({ journal, head, isSameGrid }: Kin, header: RunHeader): Promise<Share | undefined> {
  const asked = new Extras(header);
  const places = commonNodes(head, header);
  if (places.size === 0 && asked.total === 0) return undefined;
  return passingOver(async () => {
    // Its directions are part of it; without them as they were, its plane is not known.
    const directions = directionsFile(head.directions, journal);
    if (directions && (await fingerprintOf(directions.path, "directions")) !== directions.digest) return undefined;
    const content = await readJournal(journal);
    if (!content) return undefined;
    const beside = new Extras(content.header);
    beside.add(content.extras);
    const points = content.points.flatMap((point): Point[] => {
      const index = places.get(point.index);
      return index === undefined ? [] : [{ ...point, index }];
    });
    const isOtherFamily = head.study.grid.lines === true && head.y.length !== header.y.length;
    return { journal, isSameGrid, isOtherFamily, header, points, extras: asked.sharedWith(beside), beside };
  });
}

/** The points that two grids have in common: indices in the second one by those in the first. */
function commonNodes(from: Axes, to: Axes): ReadonlyMap<number, number> {
  const [columns, rows] = [commonLines(from.x, to.x), commonLines(from.y, to.y)];
  return new Map(
    rows.flatMap(([row, toRow]) =>
      columns.map(([column, toColumn]) => [row * from.x.length + column, toRow * to.x.length + toColumn] as const),
    ),
  );
}

function commonLines(from: readonly number[], to: readonly number[]): readonly (readonly [number, number])[] {
  const places = new Map(to.map((value, index) => [value, index]));
  return from.flatMap((value, index) => {
    const place = places.get(value);
    return place === undefined ? [] : [[index, place] as const];
  });
}

/** What the run with most has, and what others add to it that were measured in the same way. */
function together({ journal, header, ...most }: Share, others: readonly Share[]): TakenOver {
  const points = new Map(most.points.map((point) => [point.index, point]));
  const extras = [...most.extras];
  const known = new Extras(header);
  known.add(extras);
  const contributors: string[] = [];
  for (const other of others.filter((each) => areMeasuredAlike(each.header, header))) {
    const further = other.points.filter(({ index }) => !points.has(index));
    // Checkpoints are told by their number in a path, which may have grown in its own way.
    const beside = known
      .sharedWith(other.beside)
      .filter((record) => record.extra !== "checkpoint" && known.lacks(record));
    if (further.length + beside.length === 0) continue;
    for (const point of further) points.set(point.index, point);
    known.add(beside);
    extras.push(...beside);
    contributors.push(path.basename(other.journal));
  }
  const { isOtherFamily } = most;
  const takenOver = {
    run: path.basename(journal),
    points: points.size,
    extras: extras.length,
    ...(contributors.length > 0 ? { others: contributors } : {}),
  };
  return { journal, header: { ...header, takenOver }, points: [...points.values()], extras, isOtherFamily };
}

/** Whether all is the same that may change the last bits of numbers, and those of the model itself are. */
function areMeasuredAlike(first: RunHeader, second: RunHeader): boolean {
  const told = ({ engine, study, centre, splits = [], directions }: RunHeader): string => {
    const { name, version, device } = engine;
    const centres = [centre, ...splits.map((split) => split.centre)];
    return JSON.stringify([name, version, device, study.compute.batchSize, directions.digest, centres]);
  };
  return isSameExecution(first.engine.execution, second.engine.execution) && told(first) === told(second);
}

/** Runs `action`; undefined where a file cannot be read. */
async function passingOver<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
