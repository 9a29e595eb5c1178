import path from "node:path";
import { EvaluatorProcess } from "../../server/evaluator/process";
import type { Study } from "../../server/protocol/study";
import type { Report } from "./support/report";
import { residentBytes } from "./support/residentMemory";

const folder = path.resolve("test", "fixtures", "pytorch-resnet8");
const interval = 100;
/** By then the pools of the engine and of JavaScript have their size. */
const settled = 200;
const mostGrowth = 0.05;

const study: Study = {
  model: { path: path.join(folder, "model.onnx") },
  data: { path: path.join(folder, "test.npz"), split: "test", samples: 50, sample: "first", seed: 0 },
  preprocess: { scale: 1, mean: [], std: [] },
  loss: { name: "crossEntropy" },
  directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
  grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
  compute: { engine: "onnxruntime", evaluators: 1, batchSize: 10 },
};

interface Sample {
  readonly points: number;
  readonly bytes: number;
}

/**
 * The C library of Linux keeps freed memory by thresholds that it adjusts itself, as much again as is in use, more or less
 * by chance. With a fixed one it gives back what is freed, and what is left is held by the evaluator.
 */
function startEvaluator(): EvaluatorProcess {
  const name = "MALLOC_TRIM_THRESHOLD_";
  const before = process.env[name];
  process.env[name] = String(2 ** 17);
  const evaluator = new EvaluatorProcess(path.resolve("dist", "evaluator.js"), () => {});
  // Other benchmarks of this process are measured as the product runs.
  if (before === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = before;
  return evaluator;
}

/** The memory of one evaluator after every hundred points, all of them different. */
async function measure(total: number): Promise<readonly Sample[]> {
  const evaluator = startEvaluator();
  try {
    await evaluator.request({ kind: "prepare", study });
    const samples: Sample[] = [];
    const losses = new Set<number>();
    for (let points = 1; points <= total; points++) {
      const at = { alpha: Math.cos(points), beta: Math.sin(2 * points) };
      const { sums } = await evaluator.request({ kind: "evaluate", ...at });
      losses.add(sums.lossSum);
      if (points % interval === 0) samples.push({ points, bytes: residentBytes(evaluator.pid!) });
    }
    if (losses.size < total) throw new Error(`Of ${total} points only ${losses.size} have a loss of their own.`);
    return samples;
  } finally {
    await evaluator.kill();
  }
}

/**
 * Whether an evaluator grows with the number of points that it measures: its resident memory every 100 points of the
 * ResNet-8 on ONNX Runtime, and the ratio of that after the last point to that after point 200, which is at most 1.05.
 */
export async function main(report: Report): Promise<void> {
  const total = report.quick ? 600 : 2000;
  const samples = await measure(total);
  const base = samples.find(({ points }) => points === settled)!;
  report.line({
    what: "memory of an evaluator after many points, of that after the first 200",
    value: samples.at(-1)!.bytes / base.bytes,
    unit: "×",
    digits: 3,
    goal: { atMost: 1 + mostGrowth },
    remark: `after ${total} points`,
  });
  const told = samples.filter(({ points }) => points % (total / 10) === 0);
  report.table(
    ["points", "MB"],
    told.map(({ points, bytes }) => [String(points), (bytes / 2 ** 20).toFixed(1)]),
  );
}
