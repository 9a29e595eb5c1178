import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { EvaluatorProcess } from "../../server/evaluator/process";
import type { Study } from "../../server/protocol/study";

const folder = path.resolve("test", "fixtures", "pytorch-resnet8");
const samples = 500;
const batchSize = 100;
const seconds = 4;
const rounds = 3;
const cores = availableParallelism();

const study: Study = {
  model: { path: path.join(folder, "model.onnx") },
  data: { path: path.join(folder, "test.npz"), split: "test", samples, sample: "first", seed: 0 },
  preprocess: { scale: 1, mean: [], std: [] },
  loss: { name: "crossEntropy" },
  directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
  grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
  compute: { engine: "onnxruntime", evaluators: cores, batchSize },
};

interface Measured {
  readonly imagesPerSecond: number;
  /** Loss of the model itself: shows that all measure the same network. */
  readonly centre: number;
}

interface Contender {
  readonly label: string;
  measure(): Promise<Measured>;
}

/** The product's own evaluators, one process for each core, each at points of its own. */
async function measureEvaluators(): Promise<Measured> {
  const evaluators = Array.from(
    { length: cores },
    () => new EvaluatorProcess(path.resolve("dist", "evaluator.js"), () => {}),
  );
  try {
    const prepared = await Promise.all(evaluators.map((each) => each.request({ kind: "prepare", study })));
    const { lossSum, count } = prepared[0]!.prepared.centre;
    const begun = performance.now();
    const rates = await Promise.all(
      evaluators.map(async (each, k) => {
        let points = 0;
        while (performance.now() - begun < seconds * 1000) {
          await each.request({ kind: "evaluate", alpha: Math.cos(points + k), beta: Math.sin(2 * points + k) });
          points++;
        }
        return (points * count * 1000) / (performance.now() - begun);
      }),
    );
    return { imagesPerSecond: rates.reduce((sum, rate) => sum + rate, 0), centre: lossSum / count };
  } finally {
    await Promise.all(evaluators.map((each) => each.kill()));
  }
}

const python = process.env.PYTHON ?? "python3";

function measurePyTorch(processes: number, layout: "contiguous" | "channels_last"): Measured {
  const script = path.resolve("test", "bench", "throughput.py");
  const options = [folder, seconds, batchSize, processes, layout].map(String);
  const { status, stdout, stderr } = spawnSync(python, [script, ...options], { encoding: "utf8" });
  if (status !== 0) throw new Error(`PyTorch stopped: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  return JSON.parse(stdout) as Measured;
}

function contenders(): readonly Contender[] {
  const ours: Contender = {
    label: `ONNX Runtime, ${cores} evaluators of one thread`,
    measure: measureEvaluators,
  };
  if (spawnSync(python, ["-c", "import torch, numpy"]).status !== 0) {
    console.log("PyTorch: skipped, not installed (PYTHON names another interpreter)");
    return [ours];
  }
  const pyTorch = (how: string, processes: number, layout: "contiguous" | "channels_last"): Contender => ({
    label: `PyTorch, ${how}`,
    measure: async () => measurePyTorch(processes, layout),
  });
  return [
    ours,
    pyTorch("one process, its own threads", 1, "contiguous"),
    pyTorch("one process, channels last", 1, "channels_last"),
    pyTorch(`${cores} processes of one thread`, cores, "contiguous"),
    pyTorch(`${cores} processes, channels last`, cores, "channels_last"),
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Images per second of loss evaluation at perturbed points of the ResNet-8, against PyTorch in the same run where it is
 * installed. The contenders take turns, so that a busy machine slows all of them; medians and ratios of the rounds.
 */
export async function main(): Promise<void> {
  const entries = contenders().map((contender) => ({ ...contender, rates: [] as number[], centre: NaN }));
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const { imagesPerSecond, centre } = await entry.measure();
      entry.rates.push(imagesPerSecond);
      entry.centre = centre;
    }
  }
  const [ours] = entries;
  for (const entry of entries) {
    if (Math.abs(entry.centre - ours!.centre) > 1e-4) throw new Error(`${entry.label} measured another network.`);
    const ratio = median(ours!.rates.map((rate, round) => rate / entry.rates[round]!));
    const comparison = entry === ours ? "" : `, ONNX Runtime is ${ratio.toFixed(2)} × as fast`;
    console.log(`${entry.label.padEnd(42)} ${median(entry.rates).toFixed(0).padStart(7)} images/s${comparison}`);
  }
}
