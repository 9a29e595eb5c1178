import { evaluatorMemory, shareOf, thisMachine } from "../formats/limits";
import type { Machine } from "../formats/limits";
import type { Direction } from "../landscape/directions";
import { DrawnPlane } from "../landscape/drawn";
import { Family, Interpolation, Plane } from "../landscape/plane";
import type { WeightPath } from "../landscape/plane";
import { originValues } from "../landscape/values";
import type { Study } from "../protocol/study";
import { studyDirections } from "./directions";
import { weightsOf } from "./model";
import type { LoadedModel } from "./model";
import { readWeights } from "./weights";

type Values = ReadonlyMap<string, Float32Array>;

/**
 * The weights at the points of a study's grid. The line between two models is computed from both ends, so that either is
 * exact; all else from the model and its directions.
 *
 * @param directions two for a surface, one for each line otherwise; the line between models needs none.
 * @throws ProblemError when a checkpoint cannot be read or does not fit.
 */
export async function weightPath(
  study: Study,
  model: LoadedModel,
  directions: readonly Direction[],
): Promise<WeightPath> {
  const ends = await lineEnds(study, model);
  if (ends) return new Interpolation(...ends);
  const origin = originValues(model.graph.parameters);
  if (study.grid.lines === true) return new Family(origin, directions);
  const [first, second] = directions as readonly [Direction, Direction];
  return new Plane(origin, [first, second]);
}

/**
 * The weights at the points of a study whose directions need no planning. Where there is no room for random directions
 * beside everything else, they are made anew for every point, which takes longer and gives the same bits.
 * @param data bytes that the samples take.
 * @throws ProblemError when a checkpoint cannot be read or does not fit.
 */
export async function studyPath(
  study: Study,
  model: LoadedModel,
  data: number,
  machine: Machine = thisMachine(),
): Promise<WeightPath> {
  const { directions, grid, compute } = study;
  const { parameters } = model.graph;
  const share = shareOf(machine, compute.evaluators);
  if (directions.kind === "random" && grid.lines !== true && evaluatorMemory(weightsOf(model.graph), data) > share) {
    return new DrawnPlane(originValues(parameters), parameters, directions);
  }
  return weightPath(study, model, await studyDirections(study, model));
}

/**
 * Both ends of the line between two models, without the running statistics where these are kept; undefined for other
 * lines and for surfaces.
 * @throws ProblemError when a checkpoint cannot be read or does not fit.
 */
export async function lineEnds(study: Study, model: LoadedModel): Promise<readonly [Values, Values] | undefined> {
  const { directions, grid, batchNorm } = study;
  const rename = study.checkpoints?.rename;
  if (grid.lines !== true || (directions.kind !== "to" && directions.kind !== "between")) return undefined;
  const { parameters } = model.graph;
  const statistics = parameters.filter(({ role }) => role === "mean" || role === "variance");
  const kept = new Set(batchNorm === "interpolate" ? [] : statistics.map(({ name }) => name));
  const moved = (values: Values): Values => new Map([...values].filter(([name]) => !kept.has(name)));
  if (directions.kind === "to") {
    return [moved(originValues(parameters)), moved(await readWeights(directions.checkpoint, model, rename))];
  }
  const [from, to] = directions.checkpoints;
  return [moved(await readWeights(from, model, rename)), moved(await readWeights(to, model, rename))];
}
