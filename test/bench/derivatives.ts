import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Executable } from "../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../server/engines/onnxruntime/engine";
import { canonicalise } from "../../server/graph/canonical/canonical";
import { gradientOf } from "../../server/graph/differentiate/gradient";
import { hessianProduct } from "../../server/graph/differentiate/hessian";
import { lossInputs, withLoss } from "../../server/graph/differentiate/loss";
import type { Graph } from "../../server/graph/graph";
import { sizeOf, type Tensor } from "../../server/graph/tensor";
import { hasTorch, noTorch, runPython } from "./support/python";
import { median } from "./support/report";
import type { Report } from "./support/report";
import { randomTensor, resnet20 } from "./support/resnet20";

const batch = 64;
const classes = 10;
const seconds = 3;

type Feeds = Record<string, Tensor>;

interface Measured {
  /** Images per second of processor time through a gradient, a product whose first stage is made for it, and a product alone. */
  readonly gradient: number;
  readonly product: number;
  readonly cached: number;
  /** Loss, ‖∇L‖² and vᵀHv of the first batch: show that all measure the same. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly curvature: number;
}

const labelled = ["gradient", "product", "cached"] as const;
/** Of the speed of PyTorch as it is used by default. */
const goals: Partial<Record<(typeof labelled)[number], number>> = { gradient: 1, cached: 1.2 };
const titles = { gradient: "gradient", product: "H·v", cached: "H·v again" } as const;

/** Gradient and Hessian-vector products of one batch, as the product computes them. */
class Ours {
  private constructor(
    private readonly gradient: Executable,
    private readonly primal: Executable,
    private readonly product: Executable,
    private readonly feeds: Feeds,
    private readonly vectors: Feeds,
    private readonly names: readonly string[],
  ) {}

  static async create(model: Graph, feeds: Feeds, directions: ReadonlyMap<string, Tensor>): Promise<Ours> {
    const names = [...directions.keys()];
    const shapes = { x: feeds.x!.shape };
    const loss = withLoss(canonicalise(model, shapes), { name: "crossEntropy" });
    const engine = await createOnnxRuntimeEngine();
    const { primal, product } = hessianProduct(loss, names);
    const vectors = Object.fromEntries([...directions].map(([name, tensor]) => [`vector/${name}`, tensor]));
    return new Ours(
      await engine.compile(gradientOf(loss, names).graph),
      await engine.compile(primal),
      await engine.compile(product),
      feeds,
      vectors,
      names,
    );
  }

  async measure(): Promise<Measured> {
    const found = await this.gradient.run(this.feeds);
    let cached = await this.primal.run(this.feeds);
    const products = await this.multiply(cached);
    const gradient = await rate(async () => void (await this.gradient.run(this.feeds)));
    const product = await rate(async () => void (await this.multiply((cached = await this.primal.run(this.feeds)))));
    const alone = await rate(async () => void (await this.multiply(cached)));
    return {
      gradient,
      product,
      cached: alone,
      loss: found.loss!.data[0] as number,
      gradientNorm: total(this.names, (name) => dot(found[`gradient/${name}`]!, found[`gradient/${name}`]!)),
      curvature: total(this.names, (name) => dot(products[`product/${name}`]!, this.vectors[`vector/${name}`]!)),
    };
  }

  private multiply(cached: Feeds): Promise<Feeds> {
    return this.product.run({ ...this.feeds, ...this.vectors, ...cached });
  }
}

/**
 * Images per second of processor time of a computation about one batch. On one thread that is what a clock says on an
 * idle machine, and a busy one disturbs it less.
 */
async function rate(work: () => Promise<void>): Promise<number> {
  const used = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const begun = used();
  let times = 0;
  while (used() - begun < seconds) {
    await work();
    times++;
  }
  return (times * batch) / (used() - begun);
}

function dot(a: Tensor, b: Tensor): number {
  return (a.data as Float32Array).reduce((sum, value, i) => sum + value * (b.data[i] as number), 0);
}

function total(names: readonly string[], value: (name: string) => number): number {
  return names.reduce((sum, name) => sum + value(name), 0);
}

function measurePyTorch(folder: string, layout: string): Measured {
  const script = path.resolve("test", "bench", "derivatives.py");
  return JSON.parse(runPython(script, folder, String(seconds), layout)) as Measured;
}

/** One batch, its labels one-hot and weighted to a mean. */
function batchOf(): { feeds: Feeds; labels: Int32Array } {
  const labels = Int32Array.from({ length: batch }, (_, i) => (7 * i + 3) % classes);
  const targets = new Float32Array(batch * classes);
  labels.forEach((label, i) => (targets[i * classes + label] = 1));
  const weights = new Float32Array(batch).fill(1 / batch);
  const feeds = {
    x: randomTensor([batch, 3, 32, 32], 1, 5),
    [lossInputs.targets]: { dtype: "float32", shape: [batch, classes], data: targets },
    [lossInputs.weights]: { dtype: "float32", shape: [batch], data: weights },
  } satisfies Feeds;
  return { feeds, labels };
}

/** Raw numbers for the other side: the parameters in order with their names and shapes, the directions, the batch. */
function writeNumbers(
  folder: string,
  model: Graph,
  directions: ReadonlyMap<string, Tensor>,
  x: Tensor,
  labels: Int32Array,
): void {
  const write = (file: string, tensors: readonly Tensor[]): void => {
    const joined = new Float32Array(tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    let at = 0;
    for (const { data } of tensors) {
      joined.set(data as Float32Array, at);
      at += data.length;
    }
    writeFileSync(path.join(folder, file), joined);
  };
  const order = model.parameters.map(({ name, tensor }) => ({ name, shape: tensor.shape }));
  writeFileSync(path.join(folder, "parameters.json"), JSON.stringify(order));
  write(
    "parameters.bin",
    model.parameters.map(({ tensor }) => tensor),
  );
  write("directions.bin", [...directions.values()]);
  write("x.bin", [x]);
  writeFileSync(path.join(folder, "labels.bin"), labels);
}

interface Contender {
  readonly label: string;
  measure(): Promise<Measured>;
}

function contenders(ours: Ours, folder: string): readonly Contender[] {
  const first: Contender = { label: "ONNX Runtime, one thread", measure: () => ours.measure() };
  if (!hasTorch()) return [first];
  const pyTorch = (how: string, layout: string): Contender => ({
    label: `PyTorch, one thread, ${how}`,
    measure: async () => measurePyTorch(folder, layout),
  });
  return [first, pyTorch("NCHW", "contiguous"), pyTorch("channels last", "channels_last")];
}

function requireSame(first: Measured, other: Measured, label: string): void {
  for (const key of ["loss", "gradientNorm", "curvature"] as const) {
    // A rectifier at 1e-7 from its kink may fall on the other side elsewhere.
    if (Math.abs(first[key] - other[key]) > 1e-2 * Math.abs(first[key])) {
      throw new Error(`${label} measured another network: ${key} is ${other[key]} instead of ${first[key]}.`);
    }
  }
}

async function compare(report: Report, folder: string): Promise<void> {
  const model = resnet20(classes);
  const trained = model.parameters.filter(({ role }) => role !== "mean" && role !== "variance");
  const directions = new Map(trained.map(({ name, tensor }, k) => [name, randomTensor(tensor.shape, 1, 100 + k)]));
  const { feeds, labels } = batchOf();
  writeNumbers(folder, model, directions, feeds.x!, labels);
  const entries = contenders(await Ours.create(model, feeds, directions), folder).map((contender) => ({
    ...contender,
    found: [] as Measured[],
  }));
  const rounds = report.quick ? 1 : 3;
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      entry.found.push(await entry.measure());
      requireSame(entries[0]!.found[0]!, entry.found[round]!, entry.label);
    }
  }
  const [ours, ...others] = entries;
  for (const key of labelled) {
    for (const [k, how] of ["PyTorch", "PyTorch with channels last"].entries()) {
      const found = others[k]?.found;
      report.line({
        what: `${titles[key]}, of the speed of ${how}`,
        value: found ? median(found.map((each, round) => ours!.found[round]![key] / each[key])) : noTorch,
        unit: "×",
        digits: 2,
        ...(k === 0 && key in goals ? { goal: { atLeast: goals[key]! } } : {}),
      });
    }
  }
  report.table(
    ["images/s", ...labelled.map((key) => titles[key])],
    entries.map(({ label, found }) => [
      label,
      ...labelled.map((key) => median(found.map((each) => each[key])).toFixed(0)),
    ]),
  );
}

/**
 * Images per second of processor time of gradients and exact Hessian-vector products of a ResNet-20 over all its trained
 * parameters, one batch of 64 on one thread, against PyTorch's reverse mode and double backward in the same run where it
 * is installed. “H·v” computes everything for one vector; “H·v again” is one more vector of the same batch (ours: first
 * stage kept; PyTorch: graph retained). Medians of the rounds, ratios round by round.
 */
export async function main(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "derivatives-"));
  try {
    await compare(report, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
