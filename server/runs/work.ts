import type { Centre, SplitSums, Task } from "../evaluator/messages";
import type { EvaluatorPool } from "../evaluator/pool";
import { recordOf, valuesOf } from "./extras";
import type { Preliminary, Step } from "./preliminary";
import type { Recorder } from "./recorder";
import type { RunState } from "./state";

/**
 * Measures all that is missing of a run: preliminary values where the points would be long in coming, the coarsest grid first, then the checkpoints of its path, the finer grids, and
 * last the curvature, which takes longest.
 * @throws ProblemError; PoolCancelledError.
 */
export async function measureRun(pool: EvaluatorPool, state: RunState, recorder: Recorder): Promise<void> {
  await sample(pool, state, recorder);
  await nextWave(pool, state, recorder);
  await sample(pool, state, recorder);
  await tasks(pool, state, recorder, "checkpoint");
  while (await nextWave(pool, state, recorder)) await sample(pool, state, recorder);
  await recorder.drain();
  recorder.beginOther();
  await tasks(pool, state, recorder, "curvature", "trace", "density", "sharpness");
}

/**
 * Measures the model itself, before anything else of a run is kept.
 * @throws ProblemError; PoolCancelledError.
 */
export async function measureCentre(pool: EvaluatorPool): Promise<Centre> {
  let found: Centre | undefined;
  await pool.performTasks([{ kind: "centre" }], (answer) => {
    if (answer.kind === "centre") found = answer.centre;
  });
  return found!;
}

/** Measures nodes with a part of the samples, as long as that makes the picture better sooner than the points do. */
async function sample(pool: EvaluatorPool, { preliminary, surface }: RunState, recorder: Recorder): Promise<void> {
  for (let step = preliminary?.next(surface); preliminary && step; step = preliminary.next(surface)) {
    await takeStep(pool, preliminary, step);
    recorder.showEstimate();
  }
}

/** Has evaluators do a step of preliminary values. @throws ProblemError; PoolCancelledError. */
export async function takeStep(pool: EvaluatorPool, preliminary: Preliminary, step: Step): Promise<void> {
  const began = performance.now();
  const found = new Map<number, readonly SplitSums[]>();
  await pool.sample(step.points, step.subset, ({ index }, groups) => {
    found.set(index, groups);
  });
  preliminary.add(step, found, (performance.now() - began) / 1000);
}

/** Measures the points that the surface asks for next; false when there are none. */
async function nextWave(pool: EvaluatorPool, { surface }: RunState, recorder: Recorder): Promise<boolean> {
  const wave = surface.wave();
  if (wave.length === 0) return false;
  await pool.measure(wave, ({ index }, sums, further) => {
    const others = further ? { further: further.map(valuesOf) } : {};
    recorder.add({ index, ...valuesOf(sums), ...others });
  });
  // What comes next depends on what was found.
  await recorder.drain();
  return true;
}

async function tasks(
  pool: EvaluatorPool,
  { extras }: RunState,
  recorder: Recorder,
  ...kinds: readonly Task["kind"][]
): Promise<void> {
  await pool.performTasks(extras.remaining(...kinds), (answer) => {
    const record = recordOf(answer);
    if (record) recorder.addExtra(record);
  });
}
