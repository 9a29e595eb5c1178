import path from "node:path";
import { besideFile } from "../../files/beside";
import { joined } from "../../files/bytes";
import { corrupt, tooLarge, unsupported } from "../../files/faults";
import { sizeOf, type Tensor } from "../../graph/tensor";
import { ProblemError } from "../../protocol/problem";
import type { TensorFacts } from "../checkpoint";
import { withSource } from "../source";
import { decode } from "./encoding";
import { fieldOf, listOf, objectOf, textOf, type Json, type JsonObject } from "./json";
import { readEntry, type Entry } from "./manifest";

/** A stretch of one file. */
interface Shard {
  readonly path: string;
  readonly size: number;
}

interface StoredWeight {
  readonly entry: Entry;
  readonly shards: readonly Shard[];
  /** Where its bytes begin in its group's files, one after the other. */
  readonly position: number;
}

/** The weights of a `model.json`, which lie in files beside it and are read one by one. */
export interface Weights {
  /** By their names in the manifest; text and complex numbers are left out, as is the optimiser's state. */
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  /** Absolute paths of the files. */
  readonly files: readonly string[];
  /** How quantised weights are stored, e.g. "uint8", each once; empty when none are. */
  readonly quantised: readonly string[];
  /**
   * @param name one of `tensors`.
   * @throws ProblemError when a file cannot be read any more.
   */
  read(name: string): Promise<Tensor>;
}

/**
 * Reads where the weights of a model lie, and checks that they do.
 * @param model path of the `model.json`.
 * @throws ProblemError `file-corrupt` or `file-missing`; both name the file.
 */
export async function openWeights(model: string, content: JsonObject): Promise<Weights> {
  const stored = new Map<string, StoredWeight>();
  const files = new Set<string>();
  for (const value of groupsOf(content, model)) {
    const group = objectOf(value);
    const shards = await shardsOf(group, model);
    for (const { path } of shards) files.add(path);
    const entries = listOf(fieldOf(group, "weights"))?.map((entry) => readEntry(entry, model));
    if (!entries) throw corrupt(model, "has a weightsManifest with a group that lists no weights");
    let position = 0;
    for (const entry of entries) {
      if (stored.has(entry.name)) throw corrupt(model, `lists the weight ${entry.name} twice`);
      const length = entry.stored === "string" ? await textLength(entry, shards, position) : entry.length;
      stored.set(entry.name, { entry, shards, position });
      position += length;
    }
    checkLength(position, shards, model);
  }
  const numeric = [...stored].filter(([, { entry }]) => entry.dtype !== undefined && entry.group !== "optimizer");
  const quantised = numeric.flatMap(([, { entry }]) => entry.quantisation?.dtype ?? []);
  return {
    tensors: new Map(numeric.map(([name, { entry }]) => [name, { dtype: entry.dtype!, shape: entry.shape }])),
    files: [...files],
    quantised: [...new Set(quantised)],
    async read(name) {
      const { entry, shards, position } = stored.get(name)!;
      return decode(entry, await readAt(shards, position, entry.length));
    },
  };
}

/** Most bytes that the weights of one model may take; no engine can hold more in one. */
const mostBytes = 2 ** 31 - 1;

/** @throws ProblemError `too-large` for more weights than a model may have, which are four bytes each once dequantised. */
export function refuseLarge({ tensors }: Weights, model: string): void {
  const bytes = [...tensors.values()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (bytes <= mostBytes) return;
  const found = `has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights; models of up to 2 GiB can be read`;
  throw tooLarge(model, found, "Use a smaller model.");
}

/** What to tell of a model whose weights were quantised; nothing when they were not. */
export function quantisationNotices({ quantised }: Weights): readonly string[] {
  if (quantised.length === 0) return [];
  return [
    `The weights are stored quantised (${quantised.join(", ")}) and were dequantised, as TensorFlow.js does; ` +
      "the picture is that of the dequantised model.",
  ];
}

function groupsOf(content: JsonObject, model: string): readonly Json[] {
  const groups = listOf(fieldOf(content, "weightsManifest"));
  if (groups) return groups;
  throw unsupported(
    model,
    "has no weightsManifest, so that it does not say where its weights are",
    "Save or convert the model again, with its weights.",
  );
}

async function shardsOf(group: JsonObject | undefined, model: string): Promise<readonly Shard[]> {
  const paths = listOf(fieldOf(group, "paths"))?.map(textOf);
  if (!paths || paths.includes(undefined)) throw corrupt(model, "has a weightsManifest with a group without files");
  const shards: Shard[] = [];
  for (const location of paths as readonly string[]) {
    const file = besideFile(model, location);
    if (file === undefined) throw outside(location, model);
    shards.push({ path: file, size: await shardSize(file, location, model) });
  }
  return shards;
}

async function shardSize(file: string, location: string, model: string): Promise<number> {
  try {
    return await withSource(file, ({ size }) => Promise.resolve(size));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError({
      reason: "file-missing",
      title: "A weight file of the model is missing",
      message: `${path.basename(model)} keeps weights in ${location}, which cannot be read in the model's folder.`,
      advice: `Copy ${location} to the same place relative to ${path.basename(model)}.`,
      file: model,
    });
  }
}

function outside(location: string, model: string): ProblemError {
  return corrupt(
    model,
    `keeps weights in "${location}", which is no file inside the model's own folder`,
    "Save or convert the model again, so that its weight files lie beside it.",
  );
}

function checkLength(needed: number, shards: readonly Shard[], model: string): void {
  const held = shards.reduce((sum, { size }) => sum + size, 0);
  if (held === needed) return;
  const names = shards.map((shard) => path.basename(shard.path)).join(", ") || "no file";
  throw corrupt(
    model,
    `does not fit its weights: it needs ${needed} bytes of ${names}, which ${shards.length === 1 ? "has" : "have"} ${held}`,
    "Copy model.json and all of its weight files together again.",
  );
}

/** Texts are stored each behind its own length. More than there is when the bytes end before the texts do. */
async function textLength(entry: Entry, shards: readonly Shard[], start: number): Promise<number> {
  const held = shards.reduce((sum, { size }) => sum + size, 0);
  const bytes = await readAt(shards, start, Math.max(0, held - start));
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (let left = sizeOf(entry.shape); left > 0 && position <= bytes.length; left--) {
    position += 4 + (position + 4 > bytes.length ? bytes.length : view.getUint32(position, true));
  }
  return position;
}

/** Bytes of several files, one after the other. */
async function readAt(shards: readonly Shard[], position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let start = position;
  let left = length;
  for (const { path: file, size } of shards) {
    const count = Math.min(left, size - start);
    if (count > 0) {
      const from = start;
      parts.push(await withSource(file, (source) => source.read(from, count)));
      left -= count;
    }
    start = Math.max(0, start - size);
  }
  return joined(parts);
}
