import path from "node:path";
import { corrupt } from "../files/faults";
import { parseJson } from "../files/json";
import type { Checkpoint, CheckpointFormat, TensorFacts } from "./checkpoint";
import { stripPrefixes, wrappers } from "./prefixes";
import { withSource } from "./source";

/** Largest index that is read; it has about 100 bytes for each tensor. */
const largestIndex = 2 ** 25;

/** Longest name of a file that systems take. */
const longestName = 255;

/** A way to write weights into several files, with an index of which is where. */
interface Sharding {
  readonly index: RegExp;
  /** Names of the files that an index may list. */
  readonly shard: RegExp;
  /** Name of the index of a file, if that is one of several. */
  readonly indexOf: (name: string) => string | undefined;
  /** Whether an entry of the index stands for weights, not for the state of the training. */
  readonly counts: (entry: string) => boolean;
  /** The tensors of a shard that an entry stands for, by their names in the whole. */
  readonly tensors: (entry: string, shard: Checkpoint) => ReadonlyMap<string, string>;
}

const shardings: readonly Sharding[] = [
  // Hugging Face: an entry for each tensor.
  {
    index: /\.(safetensors|bin)\.index\.json$/i,
    shard: /^[^/\\:]+\.(safetensors|bin)$/i,
    indexOf: (name) => replaced(name, /-\d+-of-\d+(\.(?:safetensors|bin))$/i, "$1.index.json"),
    counts: () => true,
    tensors: (entry, shard) => {
      const inShard = nameInShard(entry, shard);
      return new Map(inShard === undefined ? [] : [[entry, inShard]]);
    },
  },
  // Keras: an entry for each group of variables, `/layers/dense_1/vars`, which several files may share.
  {
    index: /\.weights\.json$/i,
    shard: /^[^/\\:]+\.weights\.h5$/i,
    indexOf: (name) => replaced(name, /_\d{5}\.weights\.h5$/i, ".weights.json"),
    counts: (entry) => !/(^|\/)(optimizer|seed_generator)\//.test(entry),
    tensors: (entry, shard) => {
      const group = `${entry.replace(/^\//, "").replaceAll(/(^|\/)_/g, "$1")}/`;
      return new Map([...shard.tensors.keys()].filter((name) => name.startsWith(group)).map((name) => [name, name]));
    },
  },
];

function replaced(name: string, pattern: RegExp, by: string): string | undefined {
  return pattern.test(name) ? name.replace(pattern, by) : undefined;
}

/**
 * Weights in several files with an index, e.g. `model.safetensors.index.json` or `model.weights.json`.
 * @param openShard opens one of the files.
 */
export function shardedFormat(openShard: (file: string) => Promise<Checkpoint>): CheckpointFormat {
  return {
    label: "sharded weights",

    match: (file) => shardings.some(({ index }) => index.test(file)),

    async open(file): Promise<Checkpoint> {
      const sharding = shardings.find(({ index }) => index.test(file))!;
      const index = await readIndex(file, sharding);
      const shards = new Map<string, Checkpoint>();
      const close = async (): Promise<void> => {
        for (const shard of shards.values()) await shard.close();
      };
      try {
        for (const name of new Set([...index.values()].flat())) {
          shards.set(name, await openShard(path.join(path.dirname(file), name)));
        }
        return { ...wholeOf(file, sharding, index, shards), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** The index of the file, if that is one of several that only together are the weights. */
export async function indexOfShard(file: string): Promise<string | undefined> {
  const name = path.basename(file);
  for (const sharding of shardings) {
    const beside = sharding.indexOf(name);
    if (beside === undefined) continue;
    const index = path.join(path.dirname(file), beside);
    const listed = await readIndex(index, sharding).catch(() => undefined);
    if (listed && [...listed.values()].some((files) => files.includes(name))) return index;
  }
  return undefined;
}

/** Whether a file may be, by its name, one of several that only together are the weights. */
export function isShardName(name: string): boolean {
  return shardings.some(({ indexOf }) => indexOf(name) !== undefined);
}

/** Whether a file of that name is, by the index that lies beside it, one of several that only together are the weights. */
export function isShardBeside(name: string, beside: ReadonlySet<string>): boolean {
  return shardings.some(({ indexOf }) => {
    const index = indexOf(name);
    return index !== undefined && beside.has(index);
  });
}

/** The files as one checkpoint. */
function wholeOf(
  file: string,
  { tensors: tensorsOf }: Sharding,
  index: ReadonlyMap<string, readonly string[]>,
  shards: ReadonlyMap<string, Checkpoint>,
): Omit<Checkpoint, "close"> {
  const facts = new Map<string, TensorFacts>();
  const owners = new Map<string, string>();
  const holders = new Map<string, readonly [Checkpoint, string]>();
  for (const [entry, files] of index) {
    for (const name of files) {
      const shard = shards.get(name)!;
      const found = tensorsOf(entry, shard);
      if (found.size === 0) throw corrupt(file, `does not fit its files: ${name} has no tensor ${entry}`);
      for (const [whole, inShard] of found) {
        facts.set(whole, shard.tensors.get(inShard)!);
        holders.set(whole, [shard, inShard]);
        const owner = shard.owners?.get(inShard);
        if (owner !== undefined) owners.set(whole, owner);
      }
    }
  }
  const { tensors, nameInFile } = stripPrefixes(facts);
  const all = [...shards.values()];
  const learningRate = all.map((shard) => shard.learningRate).find((rate) => rate !== undefined);
  return {
    path: file,
    files: all.map((shard) => shard.path),
    format: all[0]!.format,
    tensors,
    ...(owners.size > 0 ? { owners } : {}),
    ...(learningRate === undefined ? {} : { learningRate }),
    async read(name) {
      const [shard, inShard] = holders.get(nameInFile(name))!;
      return shard.read(inShard);
    },
  };
}

/** A shard strips the wrappers' prefixes that all of its own tensors have, which may be more than the whole has. */
function nameInShard(name: string, { tensors }: Checkpoint): string | undefined {
  let rest = name;
  for (;;) {
    if (tensors.has(rest)) return rest;
    const wrapper = wrappers.find((candidate) => rest.startsWith(candidate));
    if (wrapper === undefined) return undefined;
    rest = rest.slice(wrapper.length);
  }
}

/** Names of the files for each entry that counts. */
async function readIndex(file: string, { shard, counts }: Sharding): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await withSource(file, (source) => {
    if (source.size > largestIndex) throw corrupt(file, `is no index of weights: it has ${source.size} bytes`);
    return source.read(0, source.size);
  });
  const map = (parseJson(text) as { weight_map?: unknown } | null | undefined)?.weight_map;
  if (typeof map !== "object" || map === null) throw corrupt(file, "is no index of weights: it has no weight_map");
  const entries = Object.entries(map as Record<string, unknown>).filter(([name]) => counts(name));
  if (entries.length === 0) throw corrupt(file, "is an index of no weights");
  const isPlain = (holder: unknown): holder is string =>
    typeof holder === "string" && shard.test(holder) && holder.length <= longestName;
  const index = new Map<string, readonly string[]>();
  for (const [name, holder] of entries) {
    const holders: readonly unknown[] = Array.isArray(holder) ? holder : [holder];
    if (holders.length === 0 || !holders.every(isPlain)) {
      throw corrupt(file, `names as the file of ${name} what is none beside it`);
    }
    index.set(name, [...new Set(holders)]);
  }
  return index;
}
