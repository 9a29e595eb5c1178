import { unzipSync, zipSync } from "fflate";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { loadModel } from "../../../server/evaluator/model";
import { readDirections } from "../../../server/formats/directions";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { readReferenceFigures } from "../../../server/formats/reference/surface";
import { readLearningRates } from "../../../server/formats/series";
import type { Parameter } from "../../../server/graph/graph";
import { toResult } from "../../../server/runs/export/json";
import { openRun } from "../../../server/runs/open";
import { endLine, headerLine, pointLine } from "../../../server/runs/record";
import { readStudy } from "../../../server/study/read";
import { headerFor } from "../../unit/runs/header";
import { mutated, type Random } from "./mutate";

/** A real file and what reads it. */
export interface Target {
  /** Which reader, e.g. "checkpoint". */
  readonly reader: string;
  /** What the file is called. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Damages the bytes; those of archives are damaged within, too, and packed again with the right checksums. */
  damage(random: Random): Uint8Array;
  read(file: string): Promise<unknown>;
}

/** How many models of one kind of layers are taken. */
const mostOfKind = 3;

const fixtures = path.resolve("test/fixtures");

/**
 * Real files of every format, with the reader of each.
 * @param folder where the damaged files will be; what they refer to is written there.
 */
export async function fuzzTargets(folder: string): Promise<readonly Target[]> {
  const resnet = await loadModel({ path: path.join(fixtures, "pytorch-resnet8", "model.onnx") });
  const { parameters } = resnet.graph;
  return [
    ...models().map((file) => target("model", file, loadWhole)),
    ...layers().map(([name, bytes]) => madeUp("model", name, bytes, loadWhole)),
    ...browserModels(folder),
    ...checkpoints().map((file) => target("checkpoint", file, readAll)),
    ...shards(folder),
    ...directions().map((file) => target("directions", file, (damaged) => readSaved(damaged, parameters))),
    ...inFolder("reference-h5", /\.h5$/).map((file) =>
      target("results of the authors' code", file, readReferenceFigures),
    ),
    ...logs().map((file) => target("log", file, readLearningRates)),
    madeUp(
      "log",
      "trainer_state.json",
      JSON.stringify({ log_history: [{ epoch: 0.5, step: 10, learning_rate: 1e-4 }] }),
      readLearningRates,
    ),
    madeUp("study", "net.landscape.json", studyIn(folder), readStudy),
    madeUp("journal", "net-0123.landscape-run.jsonl", journal(), async (file) => toResult(await openRun(file), 0)),
  ];
}

function models(): readonly string[] {
  return [
    ...inFolder("onnx", /\.onnx$/),
    ...["keras-sequential", "keras-models"].flatMap((name) => inFolder(name, /\.(keras|h5)$/)),
  ];
}

function loadWhole(file: string): Promise<unknown> {
  return loadModel({ path: file });
}

/** Keras models of a few layers of each kind. */
function layers(): readonly (readonly [string, Uint8Array])[] {
  return inFolder("keras-layers", /\.zip\.gz$/).flatMap((file) => {
    const entries = Object.entries(unzipSync(gunzipSync(readFileSync(file))));
    const kept = entries.filter(([name]) => name.endsWith(".keras")).slice(0, mostOfKind);
    return kept.map(([name, bytes]) => [path.basename(name), bytes] as const);
  });
}

/** Models of TensorFlow.js, whose description and whose weights are damaged, the other being as it was. */
function browserModels(folder: string): readonly Target[] {
  const models = readdirSync(path.join(fixtures, "tfjs"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return models.flatMap(({ name: model }) => {
    const files = inFolder(path.join("tfjs", model), /\.(json|bin)$/);
    return files.map((file) => {
      const own = path.join(`${model}-${path.basename(file)}`, path.basename(file));
      mkdirSync(path.join(folder, path.dirname(own)), { recursive: true });
      for (const each of files) copyFileSync(each, path.join(folder, path.dirname(own), path.basename(each)));
      const read = (damaged: string): Promise<unknown> => loadWhole(path.join(path.dirname(damaged), "model.json"));
      return madeUp("model", own, readFileSync(file), read);
    });
  });
}

function checkpoints(): readonly string[] {
  const kept =
    /^(tiny|types|views|extras|lightning|model_3|two|quantised|malicious).*\.(pt|pth|t7|ckpt|npz|safetensors)$/;
  return [
    ...inFolder("checkpoints", kept),
    ...inFolder("keras-sequential", /\.keras$/),
    ...inFolder("keras-sequential/checkpoints", /_0[01]\.weights\.h5$/),
  ];
}

function directions(): readonly string[] {
  return inFolder("pytorch-resnet8", /^directions\.(npz|h5)$/);
}

function logs(): readonly string[] {
  return [...inFolder("learning-rates", /tfevents|\.csv$/), ...inFolder("pytorch-resnet8", /^log\.csv$/)];
}

function inFolder(name: string, kept: RegExp): readonly string[] {
  const folder = path.join(fixtures, name);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => kept.test(file));
  return files.sort().map((file) => path.join(folder, file));
}

function target(reader: string, file: string, read: Target["read"]): Target {
  return madeUp(reader, path.basename(file), readFileSync(file), read);
}

function madeUp(reader: string, name: string, content: Uint8Array | string, read: Target["read"]): Target {
  const bytes = new Uint8Array(Buffer.from(content));
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const damage = (random: Random): Uint8Array =>
    isArchive && random(2) === 0 ? damagedWithin(bytes, random) : mutated(bytes, random);
  return { reader, name, bytes, damage, read };
}

/** An archive of which one entry is damaged. */
function damagedWithin(bytes: Uint8Array, random: Random): Uint8Array {
  const entries = unzipSync(bytes);
  const names = Object.keys(entries).filter((name) => entries[name]!.length > 0);
  // The structure is in small entries, of which there are few among the weights.
  const small = names.filter((name) => /\.(pkl|json)$/.test(name));
  const from = small.length > 0 && random(4) > 0 ? small : names;
  const name = from[random(from.length)]!;
  return zipSync({ ...entries, [name]: mutated(entries[name]!, random) }, { level: 0 });
}

async function readAll(file: string): Promise<void> {
  const checkpoint = await openCheckpoint(file);
  try {
    for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
  } finally {
    await checkpoint.close();
  }
}

function readSaved(file: string, parameters: readonly Parameter[]): Promise<unknown> {
  return readDirections(file, parameters, "model.onnx");
}

/** An index of shards, with the shards beside it. */
function shards(folder: string): readonly Target[] {
  for (const file of inFolder("checkpoints", /of-00002\.safetensors$/)) {
    writeFileSync(path.join(folder, path.basename(file)), readFileSync(file));
  }
  return inFolder("checkpoints", /index\.json$/).map((file) => target("checkpoint", file, readAll));
}

function studyIn(folder: string): string {
  writeFileSync(path.join(folder, "net.onnx"), "");
  writeFileSync(path.join(folder, "test.npz"), "");
  const study = {
    model: { path: "net.onnx" },
    data: { path: "test.npz", samples: 50, seed: 3, test: { x: "x_test", y: "y_test" } },
    checkpoints: {
      files: ["a.pt", "b_*.pt"],
      every: 2,
      log: "log.csv",
      learningRateDrops: [3],
      rename: { "a.*": "*" },
    },
    preprocess: { scale: 2, mean: [0.5], std: [0.25] },
    loss: { name: "huber", delta: 2 },
    directions: { kind: "between", checkpoints: ["a.pt", "b.pt"], batchNorm: "interpolate" },
    grid: { x: [-1, 1], y: [-1, 1], points: [5, 5], refine: 0.01 },
    curvature: { points: 3, samples: 64, traceProbes: 3 },
    compute: { engine: "auto", evaluators: 1 },
  };
  return `// A study\n${JSON.stringify(study, undefined, 2)}\n`;
}

function journal(): string {
  const header = headerFor([5, 5]);
  const points = Array.from({ length: 25 }, (_, index) =>
    pointLine({ index, loss: index / 7, accuracy: 80, lossError: 0.1 }),
  );
  return headerLine(header) + points.join("") + endLine({ end: "done", checks: [], seconds: 3 });
}
