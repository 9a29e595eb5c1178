import path from "node:path";
import { readDirections } from "../formats/directions";
import { evaluatorMemory, shareOf, thisMachine } from "../formats/limits";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { difference } from "../landscape/difference";
import { randomDirection, randomDirections, randomFamily } from "../landscape/directions";
import type { Direction } from "../landscape/directions";
import { originValues } from "../landscape/values";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { fingerprintOf } from "./digest";
import { fileChanged } from "./fingerprint";
import type { DirectionsFile } from "./messages";
import { weightsOf } from "./model";
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
      return remembered(study, model, () =>
        lines ? randomFamily(parameters, directions, directions.count ?? 1) : randomDirections(parameters, directions),
      );
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

interface Drawn {
  readonly key: string;
  readonly parameters: readonly Parameter[];
  readonly directions: readonly Direction[];
}

/**
 * The directions that were drawn last for a model, by its first tensor: planning and preparing a run draw the same ones.
 * They depend on all tensors and their roles, which are read once for both.
 */
const drawn = new WeakMap<Tensor, Drawn>();

function remembered(
  { directions: spec, grid, compute }: Study,
  { graph }: LoadedModel,
  draw: () => readonly Direction[],
): readonly Direction[] {
  const { parameters } = graph;
  const tensor = parameters[0]?.tensor;
  // Where room is scarce, nothing is held that is not needed at the moment.
  if (!tensor || evaluatorMemory(weightsOf(graph)) > shareOf(thisMachine(), compute.evaluators)) return draw();
  const key = JSON.stringify([grid.lines, spec]);
  const known = drawn.get(tensor);
  if (known?.key === key && areSame(known.parameters, parameters)) return known.directions;
  const directions = draw();
  drawn.set(tensor, { key, parameters, directions });
  return directions;
}

function areSame(some: readonly Parameter[], others: readonly Parameter[]): boolean {
  const isSame = (parameter: Parameter, k: number): boolean => {
    const { name, role, filterAxes, tensor } = others[k]!;
    const isAlike =
      parameter.name === name && parameter.role === role && parameter.filterAxes.join() === filterAxes.join();
    return isAlike && parameter.tensor === tensor;
  };
  return some.length === others.length && some.every(isSame);
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
