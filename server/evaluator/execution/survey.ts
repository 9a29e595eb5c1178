import type { Study } from "../../protocol/study";
import type { Survey } from "../messages";
import { openStudy } from "../opening";
import type { OpeningOptions } from "../opening";
import { chooseExecution, measure } from "./choose";
import { sharingOf } from "./divide";

/** Milliseconds for timing, for which a run would not wait. */
const patience = 20_000;

/**
 * Chooses the execution of a study as its run does, and tells what the others take; those that a run has no need to time
 * are timed too.
 * @throws ProblemError as the run would.
 */
export async function surveyExecutions(study: Study, options: OpeningOptions): Promise<Survey> {
  const { engine, why: whyEngine, choice } = await openStudy(withoutPlan(study), { ...options, leads: true, patience });
  try {
    const chosen = await chooseExecution(choice);
    const sharing = await sharingOf(choice, chosen);
    const { execution, executable, elsewhere, why, remembered, timings, dropped } = chosen;
    await executable.dispose();
    const device = (elsewhere ?? engine).device;
    await elsewhere?.dispose();
    const isComplete = timings.some(({ execution: { provider } }) => provider === "cpu");
    const here = isComplete ? undefined : await measure(choice);
    const { name, label, version } = engine;
    return {
      engine: { name, label, version, device, why: whyEngine },
      samples: choice.samples,
      execution,
      why,
      ...(remembered === undefined ? {} : { remembered }),
      isStated: study.compute.execution !== undefined || study.compute.batchSize > 0,
      isTimedNow: here !== undefined || remembered === undefined,
      timings: [...(here?.timings ?? []), ...timings],
      dropped: [...(here?.dropped ?? []), ...dropped],
      ...sharing,
    };
  } finally {
    await engine.dispose();
  }
}

/** The study with directions that need no planning: how long a point takes does not depend on where it lies. */
export function withoutPlan(study: Study): Study {
  const { kind } = study.directions;
  if (kind !== "pca" && kind !== "hessian") return study;
  return { ...study, directions: { kind: "random", seed: 0, normalise: "none", ignore: "none" } };
}
