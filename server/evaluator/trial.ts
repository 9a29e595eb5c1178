import type { Execution, Study } from "../protocol/study";
import { selfTestTolerance } from "../engines/selfTest";
import { relativeDifference } from "./agreement";
import { divisionText, fastestDivision, together } from "./execution/division";
import type { Division, RememberedDivision, TimedDivision, Undivided } from "./execution/division";
import { ExecutionMemory } from "./execution/memory";
import type { Workplace } from "./execution/workplace";
import type { EvaluatorProcess } from "./process";

/** What a run waits for it, in milliseconds. */
export const usualPatience = 1800;
/** How long evaluators work at a time, in milliseconds. */
const turn = 150;
/** The least time of so many rounds counts: whatever disturbs them makes it longer. */
const mostRounds = 4;

/** What evaluators are to try together. */
export interface Question {
  readonly study: Study;
  readonly workplace: Workplace;
  /** The way and size of batches of the run. */
  readonly execution: Execution;
  readonly undivided: Undivided;
}

interface TrialParts extends Question {
  /** As many as the usual division has, at least. */
  readonly evaluators: readonly Pick<EvaluatorProcess, "request">[];
  /** Milliseconds after which nothing further is tried. */
  readonly patience: number;
  readonly log: (message: string) => void;
}

/**
 * Has evaluators find out how they share the cores best: in each division all of its evaluators work at the same time, on the
 * same batches, the divisions taking turns, so that what disturbs one disturbs all. What is found is remembered.
 * @throws EvaluatorLostError when one of them ends; ProblemError when the model cannot be run.
 */
export async function tryDivisions(parts: TrialParts): Promise<RememberedDivision> {
  const { undivided, workplace, patience, log } = parts;
  const best = new Map<Division, number>();
  const begun = performance.now();
  const left = (): number => patience - (performance.now() - begun);
  let loss: number | undefined;
  for (let round = 0, took = 0; round < mostRounds && (round === 0 || took < left()); round++) {
    const from = performance.now();
    for (const division of round === 0 ? undivided.divisions : [...best.keys()]) {
      // With less than two nothing is found out.
      if (round === 0 && best.size > 1 && left() <= 0) break;
      const found = await inDivision(parts, division);
      loss ??= found.loss;
      // Whatever computes something else is out of the question.
      if (relativeDifference(found.loss, loss) > selfTestTolerance) {
        log(`${divisionText(division)}: not used, its loss is off`);
        continue;
      }
      best.set(division, Math.min(best.get(division) ?? Infinity, found.perPoint));
    }
    took = performance.now() - from;
  }
  const timings = [...best].map(([division, perPoint]) => ({ ...division, perPoint }));
  const decided = {
    ...fastestDivision(timings as [TimedDivision, ...TimedDivision[]]),
    found: new Date().toISOString(),
    timings,
  };
  log(`${timings.map((each) => `${divisionText(each)} ${each.perPoint.toPrecision(3)} ms`).join(", ")} for a point`);
  await new ExecutionMemory(workplace.memory, log).rememberDivision(undivided.key, decided);
  return decided;
}

/** One turn: the evaluators have everything ready first, and begin together. */
async function inDivision(
  { evaluators, study, workplace, execution, undivided }: TrialParts,
  { evaluators: count, threads }: Division,
): Promise<{ readonly perPoint: number; readonly loss: number }> {
  const crew = evaluators.slice(0, count);
  const call = {
    kind: "try",
    study,
    workplace,
    execution: { ...execution, threads, batchSize: undivided.size },
  } as const;
  await Promise.all(crew.map((each) => each.request({ ...call, milliseconds: 0 })));
  const answers = await Promise.all(crew.map((each) => each.request({ ...call, milliseconds: turn })));
  const trials = answers.map(({ trial }) => trial);
  return { perPoint: together(trials.map(({ perPoint }) => perPoint)), loss: trials[0]!.loss };
}
