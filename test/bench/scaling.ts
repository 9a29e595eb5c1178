import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { packageVsix } from "../../.ci/steps.mjs";
import type { EvaluatorPool } from "../../server/evaluator/pool";
import { weightsOf } from "../../server/evaluator/model";
import { serialise } from "../../server/graph/onnxBytes";
import type { Study } from "../../server/protocol/study";
import { folderWith, ServerClient } from "../integration/server/client";
import { evaluatorsOf } from "../integration/runs/support/processes";
import { divisions } from "./support/divisions";
import { mlp } from "./support/mlp";
import { preparedPool } from "./support/pool";
import { median, written } from "./support/report";
import type { Report } from "./support/report";
import { randomTensor } from "./support/resnet20";
import { residentBytes } from "./support/residentMemory";
import { writeArrays } from "./support/subjects";

const fixture = path.resolve("test", "fixtures", "pytorch-resnet8");
/** Time may grow by so much more than the work. */
const slack = 1.1;

function studyOf(model: string, data: string, samples: number, evaluators: number): Study {
  return {
    model: { path: model },
    data: { path: data, split: "test", samples, sample: "first", seed: 0 },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
    compute: { engine: "auto", evaluators, batchSize: 100 },
  };
}

const resnet8 = (samples: number, evaluators = 1): Study =>
  studyOf(path.join(fixture, "model.onnx"), path.join(fixture, "test.npz"), samples, evaluators);

/** Seconds that so many points take. */
async function secondsFor(pool: EvaluatorPool, count: number): Promise<number> {
  const points = Array.from({ length: count }, (_, k) => ({ index: k, alpha: Math.cos(k) / 2, beta: Math.sin(k) / 2 }));
  const begun = performance.now();
  await pool.measure(points, () => {});
  return (performance.now() - begun) / 1000;
}

/** Medians of the seconds that each study's points take, the studies taking turns. */
async function byTurns(
  work: readonly { readonly study: Study; readonly points: number }[],
  rounds: number,
): Promise<readonly number[]> {
  const pools: EvaluatorPool[] = [];
  try {
    for (const { study } of work) pools.push((await preparedPool(study)).pool);
    const seconds: number[][] = work.map(() => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [k, { points }] of work.entries()) {
        const took = await secondsFor(pools[k]!, round === 0 ? Math.min(points, 10) : points);
        // What is measured first is slower.
        if (round > 0) seconds[k]!.push(took);
      }
    }
    return seconds.map(median);
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

/** A line: what became of the time when the work became `factor` times as much. */
function tellGrowth(report: Report, what: string, factor: number, [few, many]: readonly number[]): void {
  report.line({
    what,
    value: many! / few!,
    unit: "×",
    digits: 2,
    goal: { atMost: factor * slack },
    remark: `${written(few!, "s")} and ${written(many!, "s")}`,
  });
}

async function growth(report: Report, folder: string): Promise<void> {
  const rounds = report.quick ? 1 : 3;
  const points = report.quick ? 20 : 50;
  const few = { study: resnet8(100), points };
  tellGrowth(report, "time for 4 × the points", 4, await byTurns([few, { ...few, points: 4 * points }], rounds));
  const samples = [125, 500].map((count) => ({ study: resnet8(count), points }));
  tellGrowth(report, "time for 4 × the samples", 4, await byTurns(samples, rounds));

  const data = path.join(folder, "data.npz");
  const labels = BigInt64Array.from({ length: 200 }, (_, k) => BigInt(k % 10));
  await writeArrays(data, {
    x_test: randomTensor([200, 512], 1, 5),
    y_test: { dtype: "int64", shape: [200], data: labels },
  });
  const models = [512, 1024, 2048].map((width) => mlp(512, width, width, 10));
  const studies = models.map((model, k) => {
    const file = path.join(folder, `mlp${k}.onnx`);
    writeFileSync(file, serialise(model).bytes);
    return { study: studyOf(file, data, 200, 1), points };
  });
  const seconds = await byTurns(studies, rounds);
  const sizes = models.map(weightsOf);
  const factor = sizes.at(-1)! / sizes[0]!;
  const what = `time for ${factor.toFixed(1)} × the parameters (dense layers)`;
  tellGrowth(report, what, factor, [seconds[0]!, seconds.at(-1)!]);

  const cores = availableParallelism();
  const [one, all] = await byTurns(
    [1, cores].map((evaluators) => ({ study: resnet8(500, evaluators), points: 2 * points })),
    rounds,
  );
  report.line({
    what: `speed of ${cores} evaluators, of that of one`,
    value: one! / all!,
    unit: "×",
    digits: 2,
    ...(cores > 1 ? { goal: { atLeast: 0.9 * cores } } : {}),
    remark: `one for each core; ${written(one!, "s")} and ${written(all!, "s")}`,
  });
  report.table(
    ["dense network", "parameters", "a point", "parameters/s"],
    sizes.map((size, k) => {
      const point = seconds[k]! / points;
      return [
        `${k + 1}`,
        `${(size / 1e6).toFixed(2)} million`,
        written(1000 * point, "ms"),
        `${(size / point / 1e6).toFixed(0)} million`,
      ];
    }),
  );
}

const megabytes = (bytes: number): number => bytes / 2 ** 20;

/** What the worker and its evaluators hold, before anything was asked and while a surface is measured. */
async function memory(report: Report): Promise<void> {
  const folder = await folderWith("model.onnx", "test.npz");
  const client = await ServerClient.start();
  const { pid } = client.process;
  try {
    await client.ping();
    const atRest = residentBytes(pid!);
    const run = client.run(await client.studyOf(path.join(folder, "model.onnx")));
    await run.until((event) => event.kind === "points");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const atWork = residentBytes(pid!);
    const evaluators = evaluatorsOf(pid!).map(residentBytes);
    run.cancel();
    await run.outcome;
    const line = (what: string, bytes: number, remark: string): void =>
      report.line({ what, value: megabytes(bytes), unit: "MB", digits: 0, remark });
    line("worker’s memory at rest", atRest, "physical memory, after its first answer");
    line("worker’s memory at work", atWork, "three seconds into a surface of a ResNet-8");
    line("an evaluator’s memory at work", Math.max(...evaluators), `the largest of ${evaluators.length}`);
  } finally {
    await client.kill();
    await rm(folder, { recursive: true });
  }
}

/**
 * How time grows with points, samples, parameters and evaluators: pools of evaluators measure points of the fixtures'
 * ResNet-8 and of dense networks by turns. Then how processes and threads share the cores; then what the worker and its evaluators hold, and the size of the package.
 */
export async function main(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "scaling-"));
  try {
    report.heading("Time");
    await growth(report, folder);
    report.heading("Processes and threads");
    await divisions(report, folder);
    report.heading("Memory and package");
    await memory(report);
    const vsix = await packageVsix();
    report.line({
      what: "size of the package for this platform",
      value: megabytes(statSync(vsix).size),
      unit: "MB",
      digits: 1,
      goal: { atMost: 40 },
      remark: path.basename(vsix),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
