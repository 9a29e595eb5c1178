import type { Division, RememberedDivision } from "../evaluator/execution/division";
import type { Workplace } from "../evaluator/execution/workplace";
import type { ModelDescription, Survey } from "../evaluator/messages";
import { EvaluatorPool } from "../evaluator/pool";
import { siblingEvaluator } from "../evaluator/process";
import type { Study } from "../protocol/study";
import { evaluatorsFor, meansOf, workplaceFor } from "../runs/evaluators";
import { describeStudy } from "./describe";
import type { DescribeOptions, Described } from "./describe";

export interface SurveyOptions extends Pick<DescribeOptions, "file" | "data" | "log"> {
  /** File in which evaluators remember what is fast on this machine; absolute. */
  readonly memory: string;
  /** Whether it is found out even where it is remembered. */
  readonly anew: boolean;
}

export interface SurveyedDivision extends RememberedDivision {
  /** Whether it was found out earlier; it was found out now otherwise. */
  readonly isRemembered: boolean;
}

/** Milliseconds for timing, for which a run would not wait. */
const patience = 20_000;

/** How the points of a model are measured on this machine. */
export interface Surveyed {
  readonly kind: "surveyed";
  readonly study: Study;
  readonly model: ModelDescription;
  /** Processes that share the points on the CPU, and threads of each, where nothing else was found to be faster. */
  readonly usual: Division;
  readonly survey: Survey;
  /** How processes and threads share the cores best; absent where there is no choice. */
  readonly division?: SurveyedDivision;
  readonly notices: readonly string[];
}

/**
 * How a run of a model or study would measure its points, and what the other ways would take. Measures no surface and
 * writes nothing but what is remembered of executions.
 * @throws ProblemError that names the file at fault.
 */
export async function surveyModel({
  memory,
  anew,
  ...options
}: SurveyOptions): Promise<Surveyed | Exclude<Described, { readonly kind: "ready" }>> {
  const described = await describeStudy({ ...options, defaults: {} });
  if (described.kind !== "ready") return described;
  const { study, model, notices } = described;
  const wanted = evaluatorsFor(study, await meansOf(study, 0));
  const pool = new EvaluatorPool({ evaluatorPath: siblingEvaluator(), evaluators: wanted, log: options.log });
  try {
    await pool.fingerprints(study);
    const means = await meansOf(study, pool.parameters, pool.sampleSizes);
    const evaluators = evaluatorsFor(study, means);
    await pool.keep(evaluators);
    const workplace = workplaceFor(study, evaluators, means.cores, memory);
    const usual = { evaluators, threads: workplace.threads };
    const survey = await pool.survey(study, workplace, anew);
    const division = await divisionOf(pool, study, workplace, survey);
    return { kind: "surveyed", study, model, usual, survey, ...(division ? { division } : {}), notices };
  } finally {
    await pool.close();
  }
}

async function divisionOf(
  pool: EvaluatorPool,
  study: Study,
  workplace: Workplace,
  { division, undivided, execution }: Survey,
): Promise<SurveyedDivision | undefined> {
  if (division) return { ...division, isRemembered: true };
  if (!undivided) return undefined;
  return { ...(await pool.divide({ study, workplace, execution, undivided }, patience)), isRemembered: false };
}
