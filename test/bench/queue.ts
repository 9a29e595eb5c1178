import { availableParallelism } from "node:os";
import path from "node:path";
import manifest from "../../package.json";
import { EvaluatorPool } from "../../server/evaluator/pool";
import type { Study } from "../../server/protocol/study";
import { invitationTo } from "../../server/runs/remote";
import { measureCentre } from "../../server/runs/work";
import { endAll, start } from "../integration/queue/support/commands";
import { hasRedis, RedisServer } from "../integration/queue/support/redis";
import { preparedPool } from "./support/pool";
import { median, written } from "./support/report";
import type { Report } from "./support/report";

const fixture = path.resolve("test", "fixtures", "pytorch-resnet8");

function studyOf(samples: number, evaluators: number): Study {
  return {
    model: { path: path.join(fixture, "model.onnx") },
    data: { path: path.join(fixture, "test.npz"), split: "test", samples, sample: "first", seed: 0 },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
    compute: { engine: "auto", evaluators, batchSize: 100 },
  };
}

/** A pool whose points are all measured by the evaluators of another process, which has them through Redis. */
async function queuedPool(study: Study, redis: RedisServer): Promise<EvaluatorPool> {
  const evaluators = study.compute.evaluators;
  const evaluatorPath = path.resolve("dist", "evaluator.js");
  const pool = new EvaluatorPool({ evaluatorPath, evaluators: 1, log: () => {} });
  const fingerprints = await pool.fingerprints(study, true);
  const prepared = await pool.prepare(study, fingerprints);
  let tell: (sentence: string) => void = () => {};
  const joined = new Promise<void>((resolve) => {
    tell = (sentence) => {
      if (sentence.endsWith("joined")) resolve();
    };
  });
  const wish = { url: redis.url, only: true, version: manifest.version, tell: (sentence: string) => tell(sentence) };
  const header = { id: `bench-${String(study.data.samples)}`, model: prepared.model };
  const centre = (await measureCentre(pool)).sums[0]!;
  const told = { engine: prepared.engine, centre };
  await (await invitationTo(wish, evaluatorPath, () => {})).send(pool, header, told);
  start(["evaluate", "--evaluators", String(evaluators)], { LOSS_LANDSCAPE_QUEUE: redis.url });
  await joined;
  // All of its evaluators are ready, and it takes as many jobs at once.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return pool;
}

/** Milliseconds for each of so many points. */
async function perPoint(pool: EvaluatorPool, count: number): Promise<number> {
  const points = Array.from({ length: count }, (_, k) => ({ index: k, alpha: Math.cos(k) / 2, beta: Math.sin(k) / 2 }));
  const begun = performance.now();
  await pool.measure(points, () => {});
  return (performance.now() - begun) / count;
}

/** What a queue in Redis costs: the same points by as many evaluators, of this process and of another one. */
export async function main(report: Report): Promise<void> {
  report.heading("The queue against the embedded pool");
  if (!hasRedis) {
    report.note("There is no Redis server on this machine.");
    return;
  }
  const evaluators = Math.min(2, availableParallelism());
  // As many points as the last levels of a surface have; what begins and ends them weighs more in fewer.
  const [rounds, count] = report.quick ? [2, 20] : [5, 400];
  for (const samples of [100, 500]) {
    const redis = await RedisServer.start();
    const study = studyOf(samples, evaluators);
    const { pool: embedded } = await preparedPool(study);
    const queued = await queuedPool(study, redis);
    try {
      const times: [number[], number[]] = [[], []];
      for (let round = 0; round <= rounds; round++) {
        for (const [k, pool] of [embedded, queued].entries()) {
          const took = await perPoint(pool, count);
          // What is measured first is slower.
          if (round > 0) times[k]!.push(took);
        }
      }
      const [own, other] = times.map(median) as [number, number];
      report.line({
        what: `time of a point of ${String(samples)} samples through the queue`,
        value: other / own,
        unit: "×",
        digits: 2,
        goal: { atMost: 1.1 },
        remark: `${written(other, "ms")} against ${written(own, "ms")}, ${String(evaluators)} evaluators each`,
      });
    } finally {
      await Promise.all([embedded.close(), queued.close()]);
      await endAll();
      await redis.kill();
    }
  }
}
