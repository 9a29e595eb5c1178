import { access, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { DirectionsFile, Planned } from "../evaluator/messages";
import type { EvaluatorPool } from "../evaluator/pool";
import type { RunHeader } from "../protocol/result";
import type { Study } from "../protocol/study";
import { writing } from "./journal";

/** Whether a study's directions take long to find and are kept beside the journal. All others follow from the study. */
function isKept({ directions }: Study): boolean {
  return directions.kind === "pca" || directions.kind === "hessian";
}

/** Where a run keeps its directions: beside its journal. */
export function directionsPath(journal: string): string {
  return journal.replace(/(\.landscape-run)?\.jsonl$/, "") + ".directions.npz";
}

/**
 * Finds the directions and the trajectory of a study, and writes the directions beside the journal where they are kept.
 * @throws ProblemError; PoolCancelledError.
 */
export async function planRun(pool: EvaluatorPool, study: Study, journal: string): Promise<Planned> {
  if (!isKept(study)) return pool.plan(study);
  const file = directionsPath(journal);
  await writing(journal, () => mkdir(path.dirname(file), { recursive: true }));
  const planned = await pool.plan(study, file);
  return { ...planned, directions: { ...planned.directions, file: path.basename(file), digest: planned.digest } };
}

/** The file of a run's directions; undefined where they follow from the study. */
export function directionsFile({ file, digest }: RunHeader["directions"], journal: string): DirectionsFile | undefined {
  if (file === undefined || digest === undefined) return undefined;
  return { path: path.join(path.dirname(journal), file), digest };
}

/** Gives a run a copy of the directions of another one of the same plane, where they are kept; what its header says of them. */
export async function copyDirections(
  { directions }: RunHeader,
  from: string,
  to: string,
): Promise<RunHeader["directions"]> {
  const kept = directionsFile(directions, from);
  if (!kept) return directions;
  const file = directionsPath(to);
  await writing(to, () => copyFile(kept.path, file));
  return { ...directions, file: path.basename(file) };
}

/** Whether an earlier session's directions are still there, so that its run can go on. */
export async function hasDirections({ directions }: RunHeader, journal: string): Promise<boolean> {
  const file = directionsFile(directions, journal);
  return (
    file === undefined ||
    access(file.path).then(
      () => true,
      () => false,
    )
  );
}
