import path from "node:path";
import { EvaluatorPool } from "../../../server/evaluator/pool";
import type { Prepared } from "../../../server/evaluator/messages";
import type { Study } from "../../../server/protocol/study";

/** The evaluators of a study as a run has them, all of them ready to measure. The caller closes the pool. */
export async function preparedPool(
  study: Study,
): Promise<{ readonly pool: EvaluatorPool; readonly prepared: Prepared }> {
  const { evaluators } = study.compute;
  const pool = new EvaluatorPool({ evaluatorPath: path.resolve("dist", "evaluator.js"), evaluators, log: () => {} });
  try {
    const prepared = await pool.prepare(study, await pool.fingerprints(study));
    while (pool.report.prepared < evaluators) await new Promise((resolve) => setTimeout(resolve, 20));
    return { pool, prepared };
  } catch (error) {
    await pool.close();
    throw error;
  }
}
