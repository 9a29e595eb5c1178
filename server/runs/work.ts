import type { Task } from "../evaluator/messages";
import type { EvaluatorPool } from "../evaluator/pool";
import { recordOf, valuesOf } from "./extras";
import type { Recorder } from "./recorder";
import type { RunState } from "./state";

/**
 * Measures all that is missing of a run: the coarsest grid first, then the checkpoints of its path, the finer grids, and
 * last the curvature, which takes longest.
 * @throws ProblemError; PoolCancelledError.
 */
export async function measureRun(pool: EvaluatorPool, state: RunState, recorder: Recorder): Promise<void> {
  await nextWave(pool, state, recorder);
  await tasks(pool, state, recorder, "checkpoint");
  while (await nextWave(pool, state, recorder));
  await recorder.drain();
  recorder.beginOther();
  await tasks(pool, state, recorder, "curvature", "trace", "density", "sharpness");
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
