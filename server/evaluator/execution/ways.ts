import type { Engine, Executable } from "../../engines/engine";
import type { ParameterValues } from "../../graph/fill";
import { sizeOf } from "../../graph/tensor";
import { Plane } from "../../landscape/plane";
import type { WeightPath } from "../../landscape/plane";
import { movable } from "../../landscape/values";
import type { Study, Way } from "../../protocol/study";
import type { LoadedModel } from "../model";
import { PlaneExecutable } from "../planeExecutable";

/** A graph that computes its weights holds origin and directions in double precision; beyond so many that is too much. */
const mostInPlane = 4e6;

/** Ways of execution that a study can be measured in, the usual one first. */
export function sensibleWays(
  { batchNorm, loss }: Pick<Study, "batchNorm" | "loss">,
  { graph }: Pick<LoadedModel, "graph">,
  engine: Engine,
  path: WeightPath,
): readonly [Way, ...Way[]] {
  const holdings = engine.holdings ?? ["fed"];
  const [usual = "fed", ...others] = holdings;
  const moved = movable(graph.parameters).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
  // Weight decay and statistics that are measured anew need the weights of every point themselves.
  const needsWeights = batchNorm === "recompute" || (loss.weightDecay ?? 0) > 0;
  const inPlane = holdings.includes("baked") && path instanceof Plane && moved <= mostInPlane && !needsWeights;
  return [usual, ...others, ...(inPlane ? (["plane"] as const) : [])];
}

/**
 * The model's graph, to be run in a way.
 * @returns undefined where the path has no graph that computes its weights.
 * @throws ProblemError as `Engine.compile`.
 */
export function openWay(
  engine: Engine,
  { graph }: Pick<LoadedModel, "graph">,
  path: WeightPath,
  way: Way,
): Promise<Executable | undefined> {
  if (way === "plane") return PlaneExecutable.open(engine, graph, path);
  return engine.compile(graph, engine.holdings?.includes(way) === true ? way : undefined);
}

/** Gives an executable the weights of a point. */
export async function moveTo(executable: Executable, path: WeightPath, alpha: number, beta: number): Promise<void> {
  if (executable instanceof PlaneExecutable) executable.moveTo(alpha, beta);
  else await executable.setParameters(path.fills(alpha, beta) as ParameterValues);
}
