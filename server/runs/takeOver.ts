import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { fingerprintOf } from "../evaluator/digest";
import { ProblemError } from "../protocol/problem";
import type { Point, RunHeader } from "../protocol/result";
import type { Study } from "../protocol/study";
import { planeDigest } from "../study/identity";
import { Extras } from "./extras";
import type { ExtraRecord } from "./extras";
import { isJournalPath, mayResume } from "./find";
import { relocated } from "./header";
import { readHeader, readJournal } from "./journal";
import { directionsFile } from "./plan";

/** What a run that begins has already, because another one of the same plane has measured it. */
export interface TakenOver {
  /** Journal of the other run; absolute. */
  readonly journal: string;
  /** The header of the run that begins, which says where its first lines come from. */
  readonly header: RunHeader;
  readonly points: readonly Point[];
  readonly extras: readonly ExtraRecord[];
}

type Fingerprints = Readonly<Record<string, string>>;

/**
 * What a run of `study` need not measure: all that a run has measured which differs from it in no more than what is asked
 * for beside the grid, as curvature is. These are the very numbers that measuring again would come to. Of several such runs
 * the one with the most is taken; undefined where there is none. Journals that cannot be read are passed over.
 * @param fingerprints SHA-256 of the study's files, by absolute path.
 * @param resultsFolder absolute.
 */
export async function findTakenOver(
  study: Study,
  fingerprints: Fingerprints,
  resultsFolder: string,
): Promise<TakenOver | undefined> {
  const digest = planeDigest(study, fingerprints);
  const amount = (found: TakenOver | undefined): number => (found ? found.points.length + found.extras.length : 0);
  let best: TakenOver | undefined;
  for (const name of (await readdir(resultsFolder).catch(() => [])).filter(isJournalPath).sort()) {
    const found = await takenOver(path.join(resultsFolder, name), digest, study, fingerprints);
    if (amount(found) > amount(best)) best = found;
  }
  return best;
}

async function takenOver(
  journal: string,
  digest: string,
  study: Study,
  fingerprints: Fingerprints,
): Promise<TakenOver | undefined> {
  try {
    const head = await readHeader(journal);
    if (!head || planeDigest(head.study, head.fingerprints) !== digest || !mayResume(study, head)) return undefined;
    // Its directions are part of it; without them as they were, its plane is not known.
    const directions = directionsFile(head.directions, journal);
    if (directions && (await fingerprintOf(directions.path, "directions")) !== directions.digest) return undefined;
    const content = await readJournal(journal);
    if (!content) return undefined;
    const { points } = content;
    const moved = relocated(content.header, study, fingerprints);
    const had = new Extras(content.header);
    had.add(content.extras);
    const extras = new Extras(moved).sharedWith(had);
    const header: RunHeader = {
      ...moved,
      id: randomUUID(),
      started: new Date().toISOString(),
      // What was said of the other run's journal is not about this one.
      checks: moved.checks.filter(({ name }) => name !== "journal"),
      takenOver: { run: path.basename(journal), points: points.length, extras: extras.length },
    };
    return { journal, header, points, extras };
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
