import { availableParallelism } from "node:os";
import path from "node:path";
import { divisionsFor, divisionText } from "../../../server/evaluator/execution/division";
import type { Division } from "../../../server/evaluator/execution/division";
import { EvaluatorPool } from "../../../server/evaluator/pool";
import type { Execution, Study } from "../../../server/protocol/study";
import { preparedPool } from "./pool";
import { hasTorch } from "./python";
import { median, written } from "./report";
import type { Report } from "./report";
import { makeSubjects } from "./subjects";
import type { Subject } from "./subjects";

const names = ["resnet20", "vgg9", "mlp"] as const;

interface Choice {
  readonly execution: Execution;
  readonly evaluators: number;
  /** What it took to find out, in milliseconds, with everything else that comes before the first point. */
  readonly took: number;
}

/** What a long run of the study comes to by itself. */
async function choiceFor(study: Study, folder: string): Promise<Choice> {
  const evaluators = availableParallelism();
  const evaluatorPath = path.resolve("dist", "evaluator.js");
  const pool = new EvaluatorPool({ evaluatorPath, evaluators, log: () => {} });
  try {
    const open: Study = {
      ...study,
      // As many points as take longer than a minute whatever the model.
      grid: { ...study.grid, points: [501, 501] },
      compute: { engine: "onnxruntime", evaluators: 0, batchSize: 0 },
    };
    const fingerprints = await pool.fingerprints(open);
    const begun = performance.now();
    const workplace = { threads: 1, evaluators, memory: path.join(folder, `${path.basename(study.model.path)}.json`) };
    const { engine } = await pool.prepare(open, fingerprints, undefined, workplace);
    return { execution: engine.execution!, evaluators: pool.evaluators, took: performance.now() - begun };
  } finally {
    await pool.close();
  }
}

/** Milliseconds for a point in each division, medians of rounds by turns. */
async function timesOf(
  study: Study,
  execution: Execution,
  divisions: readonly Division[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly number[]> {
  const pools: EvaluatorPool[] = [];
  try {
    for (const { evaluators, threads } of divisions) {
      const compute = {
        engine: "onnxruntime",
        evaluators,
        batchSize: 0,
        execution: { ...execution, threads },
      } as const;
      pools.push((await preparedPool({ ...study, compute })).pool);
    }
    const measured = async (pool: EvaluatorPool, count: number): Promise<number> => {
      const points = Array.from({ length: count }, (_, k) => ({
        index: k,
        alpha: Math.cos(k) / 2,
        beta: Math.sin(k) / 2,
      }));
      const begun = performance.now();
      await pool.measure(points, () => {});
      return (performance.now() - begun) / count;
    };
    const most = divisions[0]!.evaluators;
    const counts: number[] = [];
    for (const pool of pools) {
      await measured(pool, most);
      counts.push(most * Math.max(1, Math.round((1000 * seconds) / (await measured(pool, most)) / most)));
    }
    const times: number[][] = pools.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [k, pool] of pools.entries()) times[k]!.push(await measured(pool, counts[k]!));
    }
    return times.map(median);
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

async function tell(report: Report, { label, study }: Subject, folder: string): Promise<readonly string[]> {
  const cores = availableParallelism();
  const { execution, evaluators, took } = await choiceFor(study, folder);
  const divisions = divisionsFor(cores, { evaluators: cores, threads: 1 });
  const budget = report.quick ? { rounds: 1, seconds: 1 } : { rounds: 5, seconds: 2 };
  const times = await timesOf(study, execution, divisions, budget);
  const chosen = divisions.findIndex(({ threads }) => threads === execution.threads);
  const best = Math.min(...times);
  report.line({
    what: `${label}, speed of the chosen processes and threads, of that of the best`,
    value: (100 * best) / times[chosen]!,
    unit: "%",
    digits: 0,
    goal: { atLeast: 90 },
    remark: `chose ${divisionText({ evaluators, threads: execution.threads })}; ready after ${written(took, "ms")}`,
  });
  return [label, ...times.map((time) => written(time, "ms"))];
}

/**
 * Points in each division of the cores among evaluators, by turns, against the division that a long run comes to by having
 * its evaluators try all of them.
 */
export async function divisions(report: Report, folder: string): Promise<void> {
  const cores = availableParallelism();
  if (cores < 2) return;
  const subjects = await makeSubjects(folder, hasTorch() ? names : ["resnet20"], cores, hasTorch());
  const rows: (readonly string[])[] = [];
  for (const subject of subjects) rows.push(await tell(report, subject, folder));
  const headings = divisionsFor(cores, { evaluators: cores, threads: 1 }).map(divisionText);
  report.table(["a point of", ...headings], rows);
}
