import { dropsOf, readLearningRates } from "../formats/series";
import { shortNames } from "../formats/series/names";
import { rateAt } from "../formats/series/rates";
import type { Direction } from "../landscape/directions";
import { projectPath } from "../landscape/trajectory/projection";
import { originValues } from "../landscape/values";
import { toProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import type { CheckpointFacts } from "../protocol/result";
import type { Study } from "../protocol/study";
import { readPlannedDirections, studyDirections } from "./directions";
import type { DirectionsFile, Placed } from "./messages";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";
import { ratesOf, timesOf } from "./times";
import type { TimedFile } from "./times";
import { CheckpointWeights } from "./weights";

/**
 * Where the study's checkpoints lie in a plane that exists already, by least squares; neither the plane nor the path so far
 * is changed. A checkpoint that cannot be read or has no place is answered with its problem.
 * @param earlier the path so far, whose files may be gone.
 * @throws ProblemError that names the model, the directions or the log at fault.
 */
export async function placeCheckpoints(
  study: Study,
  earlier: readonly CheckpointFacts[],
  file: DirectionsFile | undefined,
): Promise<Placed> {
  const model = await loadModel(study.model, study.loss);
  const found = file ? await readPlannedDirections(file, model) : await studyDirections(study, model);
  const directions = found as readonly [Direction, Direction];
  const { files, log, drops, rename } = study.checkpoints!;
  const places = new Map<string, Place | Problem>();
  for (const each of files) places.set(each, await placeOf(each, rename, model, directions));
  const fresh = [...places.values()].flatMap((place) => ("timed" in place ? [place.timed] : []));
  const before = await Promise.all(earlier.map((facts) => timedAgain(facts, rename, model)));
  const logged = log === undefined ? [] : await readLearningRates(log);
  const { times, rates } = timesOf([...before, ...fresh], logged);
  const isSame = earlier.every(({ epoch }, k) => epoch === undefined || epoch === times[k]);
  const names = shortNames([...earlier, ...fresh].map((each) => each.path));
  const checkpoints = files.map((each): Placed["checkpoints"][number] => {
    const place = places.get(each)!;
    if (!("timed" in place)) return { path: each, problem: place };
    const k = earlier.length + fresh.indexOf(place.timed);
    // Where the times of the path so far would be others now, new ones do not go with them.
    const epoch = isSame ? times[k] : undefined;
    const learningRate = place.timed.learningRate ?? (epoch === undefined ? undefined : rateAt(rates, epoch));
    return {
      facts: {
        name: names[k]!,
        path: each,
        ...(epoch === undefined ? {} : { epoch }),
        ...(learningRate === undefined ? {} : { learningRate }),
        ...place.facts,
      },
    };
  });
  const told = rates.length > 0 ? rates : ratesOf([...before, ...fresh], times);
  return { drops: drops ?? dropsOf(told), checkpoints };
}

interface Place {
  readonly timed: TimedFile;
  readonly facts: Pick<CheckpointFacts, "x" | "y" | "distance" | "offPlane">;
}

async function placeOf(
  file: string,
  rename: NonNullable<Study["checkpoints"]>["rename"],
  model: LoadedModel,
  directions: readonly [Direction, Direction],
): Promise<Place | Problem> {
  const { parameters } = model.graph;
  try {
    const weights = await CheckpointWeights.open(file, model, rename);
    try {
      const [facts] = await projectPath([weights], originValues(parameters), directions, parameters);
      return { timed: timedOf(weights), facts: facts! };
    } finally {
      await weights.close();
    }
  } catch (error) {
    return toProblem(error);
  }
}

function timedOf({ path, epoch, step, learningRate }: CheckpointWeights): TimedFile {
  return { path, epoch, step, learningRate };
}

/** What the file of an earlier checkpoint says of its time; where it is gone, what its name does. */
async function timedAgain(
  { path, learningRate }: CheckpointFacts,
  rename: NonNullable<Study["checkpoints"]>["rename"],
  model: LoadedModel,
): Promise<TimedFile> {
  const weights = await CheckpointWeights.open(path, model, rename).catch(() => undefined);
  if (!weights) return { path, learningRate };
  try {
    return timedOf(weights);
  } finally {
    await weights.close();
  }
}
