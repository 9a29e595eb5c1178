import type { ModelDescription, Survey } from "../evaluator/messages";
import { EvaluatorPool } from "../evaluator/pool";
import { siblingEvaluator } from "../evaluator/process";
import type { Study } from "../protocol/study";
import { evaluatorsFor, meansOf, threadsFor } from "../runs/evaluators";
import { describeStudy } from "./describe";
import type { DescribeOptions, Described } from "./describe";

export interface SurveyOptions extends Pick<DescribeOptions, "file" | "data" | "log"> {
  /** File in which evaluators remember what is fast on this machine; absolute. */
  readonly memory: string;
  /** Whether it is found out even where it is remembered. */
  readonly anew: boolean;
}

/** How the points of a model are measured on this machine. */
export interface Surveyed {
  readonly kind: "surveyed";
  readonly study: Study;
  readonly model: ModelDescription;
  /** Processes that share the points on the CPU, and threads of each. */
  readonly evaluators: number;
  readonly threads: number;
  readonly survey: Survey;
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
  const pool = new EvaluatorPool({ evaluatorPath: siblingEvaluator(), evaluators: 1, log: options.log });
  try {
    await pool.fingerprints(study);
    const means = await meansOf(study, pool.parameters, pool.sampleSizes);
    const evaluators = evaluatorsFor(study, means);
    const threads = threadsFor(study, evaluators, means.cores);
    const survey = await pool.survey(study, { threads, memory }, anew);
    return { kind: "surveyed", study, model, evaluators, threads, survey, notices };
  } finally {
    await pool.close();
  }
}
