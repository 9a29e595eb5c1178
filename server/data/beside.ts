import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { ProblemError } from "../protocol/problem";

/** What files of samples are called, and what then the file of their labels is called, likeliest first. */
const wordPairs: readonly (readonly [samples: string, labels: readonly string[]])[] = [
  ["x", ["y"]],
  ["images", ["labels"]],
  ["image", ["label", "labels"]],
  ["imgs", ["labels"]],
  ["data", ["labels", "targets", "target"]],
  ["features", ["labels", "targets", "target"]],
  ["samples", ["labels", "targets"]],
  ["inputs", ["targets", "labels", "outputs"]],
];

/**
 * Names of files of labels for a file of samples, likeliest first: `x_test.npy` → `y_test.npy`. Empty for other names.
 */
export function labelNames(samples: string): readonly string[] {
  return wordPairs.flatMap(([word, labels]) => {
    const place = new RegExp(`(?<![a-z])${word}(?=test|train|val|[^a-z]|$)`, "i");
    return place.test(samples) ? labels.map((label) => samples.replace(place, label)) : [];
  });
}

/**
 * The file of labels that belongs to a file of samples: the one that the study names (beside the samples, or by its
 * absolute path), else the first of `names` that is beside them; letter case is ignored.
 * @throws ProblemError `data-missing` when there is none of them.
 */
export async function findLabels(path: string, asked: string | undefined, names: readonly string[]): Promise<string> {
  if (asked !== undefined) return resolve(dirname(path), asked);
  const name = basename(path);
  const beside = await readdir(dirname(path)).catch(() => []);
  for (const wanted of names) {
    const found = beside.find((other) => other !== name && other.toLowerCase() === wanted.toLowerCase());
    if (found !== undefined) return join(dirname(path), found);
  }
  const missing = names.find((wanted) => wanted !== name) ?? `file of labels (*${extname(path)})`;
  throw new ProblemError({
    reason: "data-missing",
    title: "The labels were not found",
    message: `${name} holds samples only, and beside it there is no ${missing}.`,
    advice: 'Put the file of labels into the same folder, or name it in the study as "y" of "data".',
    file: path,
  });
}
