import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { EvaluatorProcess } from "../../server/evaluator/process";
import { evaluatorMemory, samplesMemory } from "../../server/formats/limits";
import { float, graphOf, int, ints, node, parameter, valueInfo } from "../../server/graph/build";
import type { Graph, GraphNode, Parameter } from "../../server/graph/graph";
import { serialise } from "../../server/graph/onnxBytes";
import { sizeOf } from "../../server/graph/tensor";
import type { Study } from "../../server/protocol/study";
import { mlp } from "./support/mlp";
import { randomTensor, resnet20 } from "./support/resnet20";
import { median } from "./support/report";
import type { Report } from "./support/report";
import { residentBytes } from "./support/residentMemory";

const points = 3;
const sample = [3, 32, 32] as const;
const classes = 10;

/** Layers that have most of their weights where an image has few positions left, so that a point takes half a minute. */
function network(): Graph {
  const nodes: GraphNode[] = [];
  const parameters: Parameter[] = [];
  const weight = (name: string, shape: number[], seed: number): string => {
    const fan = sizeOf(shape.slice(1));
    parameters.push(
      parameter(name, randomTensor(shape, Math.sqrt(2 / fan), seed), shape.length === 1 ? "bias" : "kernel"),
    );
    return name;
  };
  let x = "x";
  const convolution = (k: number, from: number, to: number, stride: number): void => {
    const inputs = [x, weight(`conv${k}.weight`, [to, from, 3, 3], k)];
    nodes.push(
      node("Conv", inputs, [`conv${k}`], {
        kernel_shape: ints(3, 3),
        strides: ints(stride, stride),
        pads: ints(1, 1, 1, 1),
      }),
      node("Relu", [`conv${k}`], [`relu${k}`]),
    );
    x = `relu${k}`;
  };
  convolution(1, 3, 32, 2);
  convolution(2, 32, 128, 2);
  convolution(3, 128, 512, 2);
  for (let k = 4; k < 10; k++) convolution(k, 512, 512, k === 4 ? 4 : 1);
  nodes.push(node("Flatten", [x], ["flat"], { axis: int(1) }));
  x = "flat";
  const dense = (k: number, from: number, to: number): void => {
    const inputs = [x, weight(`dense${k}.weight`, [to, from], 20 + k), weight(`dense${k}.bias`, [to], 40 + k)];
    nodes.push(node("Gemm", inputs, [`dense${k}`], { transB: int(1), alpha: float(1) }));
    x = `dense${k}`;
  };
  dense(1, 512, 4096);
  nodes.push(node("Relu", [x], ["hidden"]));
  x = "hidden";
  dense(2, 4096, 2048);
  dense(3, 2048, classes);
  return graphOf({
    inputs: [valueInfo("x", ["batch", ...sample])],
    outputs: [valueInfo(x, ["batch", classes])],
    nodes,
    parameters,
  });
}

/**
 * Images of bytes and labels that follow from nothing, in a file of safetensors.
 * @param as what to write instead of the bytes: these numbers of them, in single precision.
 */
async function writeImages(
  file: string,
  images: number,
  shape: readonly number[] = sample,
  as?: { readonly scale: number; readonly mean: readonly number[]; readonly std: readonly number[] },
): Promise<void> {
  const size = sizeOf(shape);
  const bytes = images * size * (as ? 4 : 1);
  const entries = {
    x: { dtype: as ? "F32" : "U8", shape: [images, ...shape], data_offsets: [0, bytes] },
    y: { dtype: "I32", shape: [images], data_offsets: [bytes, bytes + 4 * images] },
  };
  // Readers map numbers at multiples of their width.
  const json = JSON.stringify(entries);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  const handle = await open(file, "w");
  try {
    await handle.writeFile(Buffer.concat([head, text]));
    const rows = 1000;
    const block = new Uint8Array(rows * size);
    for (let first = 0; first < images; first += rows) {
      for (let i = 0; i < block.length; i++) block[i] = Math.imul(i + 31 * first, 2654435761) >>> 24;
      const part = block.subarray(0, Math.min(rows, images - first) * size);
      const numbers = as && Float32Array.from(part, (byte) => (byte * as.scale - as.mean[0]!) / as.std[0]!);
      await handle.writeFile(numbers ? new Uint8Array(numbers.buffer) : part);
    }
    await handle.writeFile(new Uint8Array(Int32Array.from({ length: images }, (_, i) => (7 * i) % classes).buffer));
  } finally {
    await handle.close();
  }
}

/** The most physical memory that a process has held so far, in bytes: the system's own account on Linux. */
function watch(pid: number): { peak(): number; stop(): void } {
  if (process.platform === "linux") {
    const peak = (): number =>
      Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1]) * 1024;
    return { peak, stop: () => {} };
  }
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentBytes(pid))), 50);
  return { peak: () => most, stop: () => clearInterval(timer) };
}

const MiB = 2 ** 20;

interface Found {
  /** The most memory that the evaluator held, in bytes. */
  readonly peak: number;
  readonly losses: readonly number[];
  /** Of the longest point. */
  readonly seconds: number;
}

/** @param memory of the machine in MiB, as the evaluator is told; its own when 0. */
function start(memory: number): EvaluatorProcess {
  const name = "LOSS_LANDSCAPE_MEMORY";
  if (memory > 0) process.env[name] = String(memory);
  const evaluator = new EvaluatorProcess(path.resolve("dist", "evaluator.js"), (text) => console.log(text));
  Reflect.deleteProperty(process.env, name);
  return evaluator;
}

/** MiB in which there is room for a model, its directions and samples as bytes, but not in single precision. */
function memoryForBytes(parameters: number, numbers: number): number {
  return Math.round(evaluatorMemory(parameters, 2 * numbers) / MiB);
}

/** Prepares one evaluator and asks it for the points. @param memory as for `start`. */
async function evaluate(study: Study, memory: number): Promise<Found> {
  const evaluator = start(memory);
  const watched = watch(evaluator.pid!);
  try {
    await evaluator.request({ kind: "prepare", study });
    const losses: number[] = [];
    let seconds = 0;
    for (let k = 1; k <= points; k++) {
      const begun = performance.now();
      const { sums } = await evaluator.request({ kind: "evaluate", alpha: 0.1 * k, beta: -0.05 * k });
      losses.push(sums.lossSum);
      seconds = Math.max(seconds, (performance.now() - begun) / 1000);
    }
    return { peak: watched.peak(), losses, seconds };
  } finally {
    watched.stop();
    await evaluator.kill();
  }
}

/** Time of points on images that are held as bytes, of that on the same numbers in single precision. */
async function compareBytes(
  report: Report,
  folder: string,
  label: string,
  graph: Graph,
  shape: readonly number[],
): Promise<void> {
  const images = 20_000;
  const parameters = graph.parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
  const model = path.join(folder, "network.onnx");
  writeFileSync(model, serialise(graph).bytes);
  const preprocess = { scale: 1 / 255, mean: [0.5], std: [0.25] };
  const evaluators: EvaluatorProcess[] = [];
  try {
    for (const kind of ["bytes", "numbers"] as const) {
      const data = path.join(folder, `${kind}.safetensors`);
      await writeImages(data, images, shape, kind === "numbers" ? preprocess : undefined);
      const study: Study = {
        model: { path: model },
        data: { path: data, split: "test", samples: images, sample: "first", seed: 0 },
        preprocess: kind === "numbers" ? { scale: 1, mean: [], std: [] } : preprocess,
        loss: { name: "crossEntropy" },
        directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
        grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
        compute: { engine: "onnxruntime", evaluators: 1, batchSize: 100 },
      };
      const evaluator = start(kind === "bytes" ? memoryForBytes(parameters, images * sizeOf(shape)) : 0);
      evaluators.push(evaluator);
      await evaluator.request({ kind: "prepare", study });
    }
    const ratios: number[] = [];
    for (let k = 1; k <= points; k++) {
      const seconds: number[] = [];
      const losses: number[] = [];
      for (const evaluator of evaluators) {
        const begun = performance.now();
        const { sums } = await evaluator.request({ kind: "evaluate", alpha: 0.1 * k, beta: -0.05 * k });
        seconds.push((performance.now() - begun) / 1000);
        losses.push(sums.lossSum);
      }
      if (losses[0] !== losses[1]) throw new Error(`The losses of ${label} differ.`);
      ratios.push(seconds[0]! / seconds[1]!);
    }
    report.line({
      what: `time of a point on ${images} images as bytes, of that in single precision, ${label}`,
      value: median(ratios),
      unit: "×",
      digits: 2,
    });
  } finally {
    for (const evaluator of evaluators) await evaluator.kill();
  }
}

/**
 * An evaluator with a model of 25 million parameters and 50,000 images of bytes (2,000 when it has to be quick), all of
 * which it evaluates at the model itself and at a few points: the most memory that it ever holds, against what is reckoned
 * with when evaluators are started; then with too little memory for images in single precision, and for directions, which
 * must give the same losses to the last bit. Last, what it costs that images are held as bytes.
 */
export async function main(report: Report): Promise<void> {
  const images = report.quick ? 2000 : 50_000;
  const folder = mkdtempSync(path.join(tmpdir(), "large-"));
  const [model, data] = [path.join(folder, "model.onnx"), path.join(folder, "images.safetensors")];
  try {
    const graph = network();
    const parameters = graph.parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
    report.note(`${(parameters / 1e6).toFixed(1)} million parameters, ${images} images of ${sample.join("×")} bytes.`);
    writeFileSync(model, serialise(graph).bytes);
    await writeImages(data, images);
    const study: Study = {
      model: { path: model },
      data: { path: data, split: "test", samples: images, sample: "first", seed: 0 },
      preprocess: { scale: 1 / 255, mean: [0.5], std: [0.25] },
      loss: { name: "crossEntropy" },
      directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
      grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
      compute: { engine: "onnxruntime", evaluators: 1, batchSize: 128 },
    };
    const numbers = images * sizeOf(sample);
    const say = (what: string, { peak, seconds }: Found, reckoned: number): void =>
      report.line({
        what: `peak memory of an evaluator, ${what}`,
        value: peak / MiB,
        unit: "MiB",
        digits: 0,
        goal: { atMost: Math.round(reckoned / MiB) },
        remark: `longest point ${seconds.toFixed(0)} s`,
      });
    const held = await evaluate(study, 0);
    say("everything held", held, evaluatorMemory(parameters, samplesMemory(numbers, false)));
    const asBytes = await evaluate(study, memoryForBytes(parameters, numbers));
    say("images as bytes", asBytes, evaluatorMemory(parameters, samplesMemory(numbers, true)));
    const drawn = await evaluate(study, 100);
    const least = evaluatorMemory(parameters, samplesMemory(numbers, true), "generator");
    say("images as bytes, directions made anew", drawn, least);
    if (new Set(held.losses).size < points) throw new Error("Two points have the same loss.");
    for (const { losses } of [asBytes, drawn])
      if (held.losses.some((loss, k) => loss !== losses[k])) throw new Error("The losses differ.");
    if (report.quick) return;
    await compareBytes(report, folder, "ResNet-20", resnet20(classes), sample);
    await compareBytes(report, folder, "MLP", mlp(sizeOf(sample), 256, 256, classes), [sizeOf(sample)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
