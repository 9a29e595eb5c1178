import type { Centre } from "../evaluator/messages";
import type { EvaluatorPool } from "../evaluator/pool";
import { headerOf } from "./header";
import type { Prospect } from "./header";
import type { Preliminary } from "./preliminary";
import { RunState } from "./state";
import { Surface } from "./surface";
import { measureCentre, takeStep } from "./work";

export interface GlimpseParts {
  readonly prospect: Prospect;
  readonly preliminary: Preliminary;
  /** How long the model itself probably takes, in seconds. */
  readonly seconds: number;
  /**
   * Takes the run as a part of the samples shows it: what stands at its centre is as preliminary as the picture. Called
   * again whenever there is more of it.
   */
  readonly show: (state: RunState) => void;
}

/**
 * Measures the model itself, and shows a picture from a part of the samples before that is done: all evaluators make the
 * first one together, then one of them measures the model while the others make the picture better, as long as they are
 * done with that first.
 * @throws ProblemError; PoolCancelledError.
 */
export async function glimpse(pool: EvaluatorPool, parts: GlimpseParts): Promise<Centre> {
  const { prospect, preliminary, seconds, show } = parts;
  // Nothing of what follows is a point of it.
  const surface = new Surface({ x: prospect.x, y: prospect.y });
  const showNow = (): void => {
    const state = new RunState(headerOf(prospect, preliminary.centre, []));
    state.preliminary = preliminary;
    show(state);
  };
  const first = preliminary.next(surface);
  if (!first) return measureCentre(pool);
  await takeStep(pool, preliminary, first);
  showNow();

  const until = performance.now() + 1000 * seconds;
  const others = prospect.evaluators - 1;
  const improve = async (): Promise<void> => {
    for (let step = preliminary.next(surface); step && others > 0; step = preliminary.next(surface)) {
      const takes = (preliminary.secondsFor(step) * prospect.evaluators) / others;
      if (performance.now() + 1000 * takes > until) return;
      await takeStep(pool, preliminary, step);
      showNow();
    }
  };
  const [centre] = await Promise.all([measureCentre(pool), improve()]);
  return centre;
}
