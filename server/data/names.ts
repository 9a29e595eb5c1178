import { basename } from "node:path";
import type { DataType } from "../graph/tensor";
import { mismatch } from "./problems";

/** What is known of an array before it is read; its type is undefined when its elements are no plain numbers. */
export interface ArraySummary {
  readonly dtype?: DataType | undefined;
  readonly shape: readonly number[];
}

interface Names {
  readonly x: string;
  readonly y: string;
}

/** Usual words for samples and labels, in the order in which they are tried. */
const wordPairs: readonly Names[] = [
  ["x", "y"],
  ["images", "labels"],
  ["image", "label"],
  ["data", "targets"],
  ["data", "labels"],
  ["data", "target"],
  ["data", "fine_labels"],
  ["features", "labels"],
  ["features", "targets"],
  ["features", "target"],
  ["samples", "labels"],
  ["samples", "targets"],
  ["inputs", "targets"],
  ["inputs", "labels"],
  ["input", "target"],
  ["inputids", "labels"],
  ["inputids", "label"],
  ["tokens", "labels"],
  ["tokens", "targets"],
  ["x", "labels"],
  ["x", "targets"],
].map(([x, y]) => ({ x: x!, y: y! }));

/** Names of splits, held-out ones first; "" where the file holds one split only. */
const splits = ["test", "val", "valid", "validation", "dev", "train", "training", ""];

/** `x_test`, `test_x`, `xTest`, …: separators and letter case are ignored. */
const usualPairs: readonly Names[] = splits.flatMap((split) =>
  wordPairs.flatMap(({ x, y }) => [
    { x: x + split, y: y + split },
    { x: split + x, y: split + y },
  ]),
);

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
  const keys = [...arrays.keys()];
  const plain = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]+/g, "");
  return keys.find((key) => key.toLowerCase() === name) ?? keys.find((key) => plain(key) === name);
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
