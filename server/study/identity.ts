import { createHash } from "node:crypto";
import path from "node:path";
import type { CheckpointSelection, DataSelection, Directions, GridSpec, Preprocess, Study } from "../protocol/study";

/**
 * SHA-256 (hex) of all that determines a run's numbers: the contents of its files, the selection and preparation of
 * the samples, loss, directions and grid. Where files lie and how they are computed (engine, evaluators, batch size)
 * do not count, so that a run can go on after a folder was moved or on another number of cores. Where statistics are
 * measured anew, though, they depend on the batches' size.
 *
 * @param fingerprints SHA-256 of the model's and the data's files, by absolute path.
 */
export function studyDigest(study: Study, fingerprints: Readonly<Record<string, string>>): string {
  const { grid, curvature, sharpness } = study;
  return digestOf({ ...planeOf(study, fingerprints), grid: gridOf(grid), curvature, sharpness });
}

/**
 * The same of all that determines the numbers at a place of a study's plane, and its checkpoints: everything but which
 * places are asked for, how many lines of a family among them, and what beside them.
 */
export function planeDigest(study: Study, fingerprints: Readonly<Record<string, string>>): string {
  const { directions, grid } = study;
  const each = directions.kind === "random" ? { ...study, directions: { ...directions, count: 1 } } : study;
  return digestOf({ ...planeOf(each, fingerprints), ...(grid.lines === true ? { lines: true } : {}) });
}

/** Whether two grids of the same plane have the same points, as far as studies say it. */
export function areSameGrids(first: GridSpec, second: GridSpec): boolean {
  return JSON.stringify(gridOf(first)) === JSON.stringify(gridOf(second));
}

function digestOf(determining: object): string {
  return createHash("sha256").update(JSON.stringify(determining)).digest("hex");
}

function planeOf(study: Study, fingerprints: Readonly<Record<string, string>>): object {
  const { preprocess, directions, checkpoints } = study;
  const contentOf = (file: string): string | undefined => fingerprints[file];
  return {
    model: contentOf(study.model.path),
    weights: study.model.weights && contentOf(study.model.weights),
    rename: study.model.rename?.length ? study.model.rename : undefined,
    files: Object.values(fingerprints).sort(),
    data: selectionOf(study.data),
    splits: study.splits?.map((split) => ({ ...selectionOf(split), file: contentOf(split.path) })),
    checkpoints: checkpointsOf(checkpoints, contentOf),
    preprocess: preparationOf(preprocess),
    loss: lossOf(study),
    directions: directionsOf(directions, contentOf),
    batchNorm: batchNormOf(study),
  };
}

function selectionOf({ x, y, samples, sample, seed, layout }: DataSelection): object {
  return { x: arrayName(x), y: arrayName(y), samples, sample, seed, layout };
}

function preparationOf({ scale, mean, std, resize, color, labels }: Preprocess): object {
  return { scale, mean, std, resize, color, offset: labels?.offset, order: labels?.order };
}

/** The name alone where nothing else is said; δ is Huber's. */
function lossOf({ loss }: Study): string | object {
  const { name, weightDecay = 0, delta = 1, fromLogits, labelSmoothing = 0 } = loss;
  const more = {
    ...(name === "huber" && delta !== 1 ? { delta } : {}),
    ...(fromLogits === undefined ? {} : { fromLogits }),
    ...(labelSmoothing === 0 ? {} : { labelSmoothing }),
  };
  return weightDecay === 0 && Object.keys(more).length === 0 ? name : { name, weightDecay, ...more };
}

/** Renaming nothing is the same as not renaming. */
function checkpointsOf(
  checkpoints: CheckpointSelection | undefined,
  contentOf: (file: string) => string | undefined,
): object | undefined {
  if (!checkpoints) return undefined;
  const { files, drops, rename = [] } = checkpoints;
  return { files: files.map(contentOf), drops, ...(rename.length > 0 ? { rename } : {}) };
}

function batchNormOf({ batchNorm, compute }: Study): string | object | undefined {
  // Where the size is left to the evaluators, they keep to this one for statistics.
  if (batchNorm === "recompute") return { batchNorm, batchSize: compute.batchSize > 0 ? compute.batchSize : 100 };
  return batchNorm === "keep" ? undefined : batchNorm;
}

/** Files by their contents. */
function directionsOf(directions: Directions, contentOf: (file: string) => string | undefined): object {
  switch (directions.kind) {
    case "random": {
      const { kind, seed, normalise, ignore, count } = directions;
      return { kind, seed, normalise, ignore, ...(count === undefined || count === 1 ? {} : { count }) };
    }
    case "to":
      return { ...directions, checkpoint: contentOf(directions.checkpoint) };
    case "between":
      return { ...directions, checkpoints: directions.checkpoints.map(contentOf) };
    case "file":
      return { ...directions, path: contentOf(directions.path) };
    default:
      return directions;
  }
}

/** What is not used does not count: the range of a path that is fitted, the second one of lines. */
function gridOf({ x, y, points, lines, fit, refine = 0 }: GridSpec): object {
  const range = fit === true ? { fit } : lines === true ? { x } : { x, y };
  return { ...range, points, ...(lines === true ? { lines } : {}), ...(refine > 0 ? { refine } : {}) };
}

/** Names of arrays count; a path (IDX keeps samples and labels in two files) is told by its file's contents. */
function arrayName(name: string | undefined): string | null {
  return name === undefined || path.isAbsolute(name) ? null : name;
}
