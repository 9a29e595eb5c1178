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

/**
 * Weights in several files with an index of which is where, e.g. `model.safetensors.index.json`.
 * @param openShard opens one of the files.
 */
export function shardedFormat(openShard: (file: string) => Promise<Checkpoint>): CheckpointFormat {
  return {
    label: "sharded weights",

    match: (file) => /\.(safetensors|bin)\.index\.json$/i.test(file),

    async open(file): Promise<Checkpoint> {
      const index = await readIndex(file);
      const shards = new Map<string, Checkpoint>();
      const close = async (): Promise<void> => {
        for (const shard of shards.values()) await shard.close();
      };
      try {
        for (const name of new Set(index.values())) {
          shards.set(name, await openShard(path.join(path.dirname(file), name)));
        }
        const facts = new Map<string, TensorFacts>();
        const holders = new Map<string, readonly [Checkpoint, string]>();
        for (const [name, holder] of index) {
          const shard = shards.get(holder)!;
          const inShard = nameInShard(name, shard);
          if (inShard === undefined) throw corrupt(file, `does not fit its files: ${holder} has no tensor ${name}`);
          facts.set(name, shard.tensors.get(inShard)!);
          holders.set(name, [shard, inShard]);
        }
        const { tensors, nameInFile } = stripPrefixes(facts);
        return {
          path: file,
          format: shards.values().next().value?.format ?? "safetensors",
          tensors,
          async read(name) {
            const [shard, inShard] = holders.get(nameInFile(name))!;
            return shard.read(inShard);
          },
          close,
        };
      } catch (error) {
        await close();
        throw error;
      }
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

/** Name of the file for each tensor. */
async function readIndex(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await withSource(file, (source) => {
    if (source.size > largestIndex) throw corrupt(file, `is no index of weights: it has ${source.size} bytes`);
    return source.read(0, source.size);
  });
  const map = (parseJson(text) as { weight_map?: unknown } | null | undefined)?.weight_map;
  if (typeof map !== "object" || map === null) throw corrupt(file, "is no index of weights: it has no weight_map");
  const entries = Object.entries(map as Record<string, unknown>);
  if (entries.length === 0) throw corrupt(file, "is an index of no weights");
  for (const [name, holder] of entries) {
    const plain = typeof holder === "string" && /^[^/\\:]+\.(safetensors|bin)$/i.test(holder);
    if (!plain || holder.length > longestName) {
      throw corrupt(file, `names as the file of ${name} what is none beside it`);
    }
  }
  return new Map(entries as [string, string][]);
}
