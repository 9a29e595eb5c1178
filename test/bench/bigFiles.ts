import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openCheckpoint } from "../../server/formats/openCheckpoint";
import { toFloat32 } from "../../server/graph/elements";
import type { Parameter } from "../../server/graph/graph";
import { gramMatrix } from "../../server/landscape/trajectory/gram";
import type { WeightSource } from "../../server/landscape/trajectory/source";
import type { Report } from "./support/report";
import { residentBytes } from "./support/residentMemory";

/** Tensors of 2048 × 4096 float32, 32 MiB each: 96 of them are 3 GiB, more than one read or array may take. */
const shape = [2048, 4096];
const tensorBytes = 4 * 2048 * 4096;
const tensors = 96;
/** Of the path, whose checkpoints are all compared with one another, only so many tensors are taken. */
const pathTensors = 6;
const pathLength = 4;
/** Beside the weights at hand: the engine of JavaScript and what it has not collected yet. */
const mostMemory = 0.25;

interface Peak {
  readonly bytes: number;
  stop(): void;
}

/** The most memory that the process holds from now on. */
function watch(): Peak {
  const peak = { bytes: residentBytes(process.pid), stop: () => {} };
  const timer = setInterval(() => (peak.bytes = Math.max(peak.bytes, residentBytes(process.pid))), 20);
  peak.stop = () => clearInterval(timer);
  return peak;
}

/**
 * Writes a file of safetensors block by block; each tensor is one number over and over, so that nothing large is held.
 * @param values of tensor k: `first + k`.
 */
async function writeBig(file: string, count: number, first: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, k) => {
    const offsets = [k * tensorBytes, (k + 1) * tensorBytes];
    return [`layers.${k}.weight`, { dtype: "F32", shape, data_offsets: offsets }] as const;
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  const handle = await open(file, "w");
  try {
    await handle.writeFile(Buffer.concat([head, text]));
    const block = new Float32Array(tensorBytes / 4);
    for (let k = 0; k < count; k++) {
      block.fill(first + k);
      block[0] = first * k;
      await handle.writeFile(new Uint8Array(block.buffer));
    }
  } finally {
    await handle.close();
  }
}

function tell(report: Report, what: string, seconds: number, bytes: number, peak: number, base: number): void {
  const size = bytes / 2 ** 30;
  report.line({
    what: `memory beside what is at hand, ${what}`,
    value: (100 * (peak - base)) / bytes,
    unit: "% of the file",
    digits: 1,
    goal: { atMost: 100 * mostMemory },
    remark: `${size.toFixed(1)} GiB in ${seconds.toFixed(1)} s (${(size / seconds).toFixed(2)} GiB/s)`,
  });
}

async function readWhole(report: Report, file: string): Promise<void> {
  const base = residentBytes(process.pid);
  const peak = watch();
  const start = performance.now();
  const checkpoint = await openCheckpoint(file);
  let k = 0;
  for (const name of checkpoint.tensors.keys()) {
    const { data } = await checkpoint.read(name);
    if (data.at(-1) !== 1 + k) throw new Error(`${name} is ${String(data.at(-1))}, not ${1 + k}`);
    k += 1;
  }
  await checkpoint.close();
  peak.stop();
  tell(
    report,
    "safetensors tensor by tensor",
    (performance.now() - start) / 1000,
    tensors * tensorBytes,
    peak.bytes,
    base,
  );
}

/** The Gram matrix of a path of checkpoints that are together larger than may be held. */
async function compare(report: Report, folder: string): Promise<void> {
  const files = Array.from({ length: pathLength }, (_, k) => path.join(folder, `epoch_${k}.safetensors`));
  for (const [k, file] of files.entries()) await writeBig(file, pathTensors, k + 1);
  const opened = await Promise.all(files.map((file) => openCheckpoint(file)));
  const sources: readonly WeightSource[] = opened.map((checkpoint) => ({
    path: checkpoint.path,
    values: async (name) => toFloat32(await checkpoint.read(name)),
  }));
  const origin = new Map<string, Float32Array>();
  const parameters: Parameter[] = [];
  const zeros = new Float32Array(tensorBytes / 4);
  for (let k = 0; k < pathTensors; k++) {
    const name = `layers.${k}.weight`;
    origin.set(name, zeros);
    parameters.push({
      name,
      value: name,
      role: "kernel",
      tensor: { dtype: "float32", shape, data: zeros },
      filterAxes: [0],
    });
  }
  const base = residentBytes(process.pid);
  const peak = watch();
  const start = performance.now();
  // As much memory as two of the four versions of one tensor need, so that groups have to be read again.
  const gram = await gramMatrix(sources, origin, parameters, 2 * tensorBytes);
  peak.stop();
  for (const each of opened) await each.close();
  const expected = Array.from({ length: pathTensors }, (_, k) => (tensorBytes / 4 - 1) * (1 + k) * (2 + k) + k * 2 * k);
  const found = gram[0]![1]!;
  const error = Math.abs(found / expected.reduce((sum, value) => sum + value, 0) - 1);
  if (!(error < 1e-12)) throw new Error(`The Gram matrix is wrong by ${error}.`);
  const bytes = pathLength * pathTensors * tensorBytes;
  tell(report, "Gram matrix of four checkpoints", (performance.now() - start) / 1000, bytes, peak.bytes, base);
}

/**
 * Whether files beyond what one read takes are read in bounded memory: a file of safetensors of 3 GiB tensor by tensor, and
 * the Gram matrix of a path of checkpoints. The growth of the process's memory as a share of the files is at most a
 * quarter. Takes 3 GiB of the temporary folder for a while.
 */
export async function main(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "big-"));
  try {
    await compare(report, folder);
    const file = path.join(folder, "big.safetensors");
    await writeBig(file, tensors, 1);
    await readWhole(report, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
