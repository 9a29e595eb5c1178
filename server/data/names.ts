import { basename } from "node:path";
import type { NpyHeader } from "../files/npy";
import { mismatch } from "./problems";

/** What is known of an array before it is read. */
export type ArraySummary = Pick<NpyHeader, "dtype" | "shape">;

interface Names {
  readonly x: string;
  readonly y: string;
}

/** Usual names of samples and labels, in the order in which they are tried; letter case is ignored. */
const usualPairs: readonly Names[] = [
  { x: "x_test", y: "y_test" },
  { x: "x_train", y: "y_train" },
  { x: "x", y: "y" },
  { x: "images", y: "labels" },
  { x: "test_images", y: "test_labels" },
  { x: "train_images", y: "train_labels" },
  { x: "data", y: "targets" },
  { x: "data", y: "labels" },
];

/**
 * The arrays that hold samples and labels: those that the study names, else the first usual pair, else the only two
 * whose shapes can be samples [N, …] and labels [N] or [N, classes].
 * @throws ProblemError `data-mismatch` that lists what the file holds
 */
export function chooseArrays(path: string, arrays: ReadonlyMap<string, ArraySummary>, asked: Partial<Names>): Names {
  for (const name of [asked.x, asked.y]) {
    if (name !== undefined && !arrays.has(name)) {
      throw notFound(path, arrays, `has no array named ${name}; it holds ${listed(arrays)}`);
    }
  }
  if (asked.x !== undefined && asked.y !== undefined) return { x: asked.x, y: asked.y };
  const suits = ({ x, y }: Names): boolean => (asked.x ?? x) === x && (asked.y ?? y) === y;
  for (const usual of usualPairs) {
    const x = lookup(arrays, usual.x);
    const y = lookup(arrays, usual.y);
    if (x !== undefined && y !== undefined && suits({ x, y })) return { x, y };
  }
  const possible = shapedPairs(arrays).filter(suits);
  if (possible.length === 1) return possible[0]!;
  throw notFound(path, arrays, `holds ${listed(arrays)}, and which are the samples and which the labels is unclear`);
}

function lookup(arrays: ReadonlyMap<string, ArraySummary>, name: string): string | undefined {
  if (arrays.has(name)) return name;
  return [...arrays.keys()].find((key) => key.toLowerCase() === name);
}

function shapedPairs(arrays: ReadonlyMap<string, ArraySummary>): readonly Names[] {
  const pairs: Names[] = [];
  for (const [x, samples] of arrays) {
    if (samples.shape.length < 2 || !samples.dtype) continue;
    for (const [y, labels] of arrays) {
      const sameCount = labels.shape[0] === samples.shape[0];
      if (x === y || !sameCount || !labels.dtype || labels.shape.length > 2) continue;
      if (labels.shape.length === 1 || labels.shape.length < samples.shape.length) pairs.push({ x, y });
    }
  }
  return pairs;
}

function notFound(path: string, arrays: ReadonlyMap<string, ArraySummary>, found: string): Error {
  const title = "Samples and labels were not found in the file";
  const advice = `Name them in the study as "x" and "y" of "data", or as x_test and y_test in ${basename(path)}.`;
  const facts = [...arrays].map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
  return mismatch(path, title, found, advice, facts.slice(0, 20));
}

function listed(arrays: ReadonlyMap<string, ArraySummary>): string {
  const names = [...arrays].slice(0, 8).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
  const rest = arrays.size - names.length;
  return names.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
