import path from "node:path";
import { readDirections } from "../formats/directions";
import { difference } from "../landscape/difference";
import { randomDirection, randomDirections, randomFamily } from "../landscape/directions";
import type { Direction } from "../landscape/directions";
import { originValues } from "../landscape/values";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { fileChanged, fingerprintOf } from "./fingerprint";
import type { DirectionsFile } from "./messages";
import type { LoadedModel } from "./model";
import { readWeights } from "./weights";

/**
 * The directions of a study that need no planning: two for a surface, one for each line, none for a line between two
 * models, which is computed from its ends.
 * @throws ProblemError that names the file at fault.
 */
export async function studyDirections(study: Study, model: LoadedModel): Promise<readonly Direction[]> {
  const { directions, grid, batchNorm } = study;
  const { parameters } = model.graph;
  const lines = grid.lines === true;
  const towards = async (file: string): Promise<Direction> =>
    difference(originValues(parameters), await readWeights(file, model, study.checkpoints?.rename), parameters, {
      statistics: batchNorm === "interpolate",
    });
  switch (directions.kind) {
    case "random":
      return lines
        ? randomFamily(parameters, directions, directions.count ?? 1)
        : randomDirections(parameters, directions);
    case "to": {
      if (lines) return [];
      const { seed, normalise, ignore } = directions;
      const second = randomDirection(parameters, { kind: "random", seed, normalise, ignore }, 1);
      return [await towards(directions.checkpoint), second];
    }
    case "between":
      return lines ? [] : [await towards(directions.checkpoints[0]), await towards(directions.checkpoints[1])];
    case "file": {
      const { first, second } = await readDirections(directions.path, parameters, path.basename(study.model.path));
      if (lines) return [first];
      if (!second) throw lacksSecond(directions.path);
      return [first, second];
    }
    default:
      throw new Error(`directions of kind ${directions.kind} were not planned`);
  }
}

/**
 * The directions that were planned for a run.
 * @throws ProblemError `file-changed` when the file is not what was written.
 */
export async function readPlannedDirections(
  { path: file, digest }: DirectionsFile,
  model: LoadedModel,
): Promise<readonly Direction[]> {
  if ((await fingerprintOf(file, "directions")) !== digest) throw fileChanged(file);
  const { first, second } = await readDirections(file, model.graph.parameters, path.basename(model.summary.path));
  return second ? [first, second] : [first];
}

function lacksSecond(file: string): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "The file has one direction only",
    message: `${path.basename(file)} holds one direction; a surface needs two.`,
    advice: "Choose lines instead of a surface (--lines), or a file with directions x and y.",
    file,
  });
}
