import path from "node:path";
import type { DataSelection, SplitChoice } from "../protocol/study";
import { dataBeside } from "./dataBeside";
import { splitOf } from "./propose";

/** What tells of a data file: its arrays by name, where its format has names for them. */
export type ListArrays = (file: string) => Promise<readonly string[]>;

/**
 * The splits that may be measured of a study's data: those that it measures, in its order, then others that differ from
 * its first one in the word for the split alone, one for each word: arrays of the same file (`x_train` beside `x_test`),
 * then files beside it (`train.npz` beside `test.npz`). What is found is told by names; it is held against the model when
 * a run of it begins.
 *
 * @param list names of the arrays of a file; it is not asked where the study names none.
 */
export async function splitsBeside(
  measured: readonly [DataSelection, ...DataSelection[]],
  list: ListArrays,
): Promise<readonly SplitChoice[]> {
  const [first] = measured;
  const own = measured.map(choiceOf);
  const found = [...(await arraysLike(first, list)), ...(await filesLike(first))];
  const taken = new Set(own.map(({ split }) => split));
  return [
    ...own,
    ...found.filter(({ split, ...place }) => {
      const isNew = !taken.has(split) && !own.some((each) => isSame(each, place));
      if (isNew) taken.add(split);
      return isNew;
    }),
  ];
}

function choiceOf({ split, path: file, x, y }: DataSelection): SplitChoice {
  return { split, path: file, ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
}

function isSame(a: Omit<SplitChoice, "split">, b: Omit<SplitChoice, "split">): boolean {
  return a.path === b.path && a.x === b.x && a.y === b.y;
}

/** Pairs of arrays of one file whose names differ from those of the first split in the word for the split. */
async function arraysLike({ path: file, x, y }: DataSelection, list: ListArrays): Promise<readonly SplitChoice[]> {
  if (x === undefined || y === undefined || splitOf(x) === undefined || path.isAbsolute(y)) return [];
  const names = await list(file);
  return names.flatMap((samples): SplitChoice[] => {
    const split = splitOf(samples);
    if (split === undefined || withoutSplit(samples) !== withoutSplit(x)) return [];
    const labels = names.find((name) => splitOf(name) === split && withoutSplit(name) === withoutSplit(y));
    return labels === undefined ? [] : [{ split, path: file, x: samples, y: labels }];
  });
}

/** Files beside the one of the first split, called like it but for the split. */
async function filesLike({ path: file, x, y }: DataSelection): Promise<readonly SplitChoice[]> {
  if (splitOfFile(file) === undefined) return [];
  // Names without a split in them are the same in all files; others, and files of labels, are found by their usual names.
  const isShared = x !== undefined && y !== undefined && splitOf(x) === undefined && !path.isAbsolute(y);
  const names = isShared ? { x, y } : {};
  return (await dataBeside(file)).flatMap((other): SplitChoice[] => {
    const split = splitOfFile(other);
    const isLike = split !== undefined && other !== file && familyOf(other) === familyOf(file);
    return isLike ? [{ split, path: other, ...names }] : [];
  });
}

/** CIFAR-10 calls its training data batches by their numbers. */
function usual(file: string): string {
  return path.join(path.dirname(file), path.basename(file).replace(/^data_batch_1(?=$|\.)/, "train_batch"));
}

const splitOfFile = (file: string): string | undefined => splitOf(usual(file));

/** The path of a file without its split, the number of its parts, and how it is packed. */
function familyOf(file: string): string {
  const name = path.basename(usual(file)).replace(/\.(gz|zip|bz2|xz)$/i, "");
  return path.join(path.dirname(file), withoutSplit(name.replace(/-\d+-of-\d+/, "")));
}

/** A name with a mark in place of the word that tells its split. */
function withoutSplit(name: string): string {
  return name
    .toLowerCase()
    .split(/([^a-z0-9]+)/)
    .map((word) => (splitOf(word) === undefined ? word : "*"))
    .join("");
}
