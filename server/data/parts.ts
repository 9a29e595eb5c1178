import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Names of files that are one part of a split each: the batches of CIFAR and the shards of Parquet files. */
const numbered = /^(.*data_batch_)(\d+)((?:\.bin)?)$|^(.*-)(\d{5})(-of-\d{5}\.parquet)$/;

/**
 * All files that make up a split together with `path`, in the order of their numbers: `data_batch_1 … 5`,
 * `train-00000-of-00003.parquet …`; `path` alone for other names.
 */
export async function partsOf(path: string): Promise<readonly string[]> {
  const own = numbered.exec(basename(path));
  if (!own) return [path];
  const alike = (name: string): number | undefined => {
    const other = numbered.exec(name);
    const same = other !== null && [1, 3, 4, 6].every((group) => other[group] === own[group]);
    return same ? Number(other[2] ?? other[5]) : undefined;
  };
  const names = await readdir(dirname(path)).catch(() => [basename(path)]);
  const parts = names.flatMap((name) => {
    const number = alike(name);
    return number === undefined ? [] : [{ name, number }];
  });
  parts.sort((a, b) => a.number - b.number);
  return parts.map(({ name }) => join(dirname(path), name));
}

/** The part of ascending indices that lies in one of several files in a row. */
export interface PartIndices {
  readonly part: number;
  /** Counted from the file's first sample. */
  readonly indices: Uint32Array;
}

/** Shares ascending indices among files of `counts` samples; files without any are left out. */
export function shareIndices(indices: Uint32Array, counts: readonly number[]): readonly PartIndices[] {
  let before = 0;
  return counts.flatMap((count, part) => {
    const from = before;
    before += count;
    const own = indices.filter((index) => index >= from && index < from + count).map((index) => index - from);
    return own.length > 0 ? [{ part, indices: own }] : [];
  });
}
