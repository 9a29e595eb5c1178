import { readdir, stat } from "node:fs/promises";
import type { Dirent } from "node:fs";
import path from "node:path";
import { splitOf } from "./propose";

/** Looking into more files than this would take longer than asking. */
const mostCandidates = 16;
/** Tables are read whole to be held against a model; larger ones, in bytes, are taken only when they are named. */
const largestTable = 2 ** 26;
/** Folders and entries that are looked through, and how deep below the model's folder. */
const mostFolders = 64;
const mostEntries = 5000;
const deepest = 3;

/** Folders beside a model in which data are looked for, with what they hold. */
const dataFolder = /^(data|dataset|datasets)$/i;
const cifarFolder = /^cifar-?100?-(batches-(py|bin)|python|binary)$/i;

const word = "(^|[^a-z])(x|images?|imgs|data|features|samples|inputs|test|val|valid|validation|dev|train|t10k)";
/** Names of files that may hold samples. Weights have some of the endings too, and logs are tables. */
const patterns: readonly RegExp[] = [
  /\.npz$/i,
  new RegExp(`${word}[^/]*\\.npy$`, "i"),
  /(^|[-_.])images?[-.]idx\d-ubyte(\.gz)?$/i,
  /^(?!.*(log|history|metrics|progress|results?|loss|scalars)).*\.(csv|tsv)$/i,
  /^(?!.*-(?!00000)\d{5}-of-\d{5}).*\.parquet$/i,
  new RegExp(`^(?!.*(model|weights|checkpoint))(?=.*${word}).*\\.(safetensors|pkl|pickle)$`, "i"),
  /^(test_batch|data_batch_1)(\.bin)?$/i,
];
/** CIFAR-100 calls its files by the split alone. */
const bareSplit = /^(test|train)(\.bin)?$/i;
/** What belongs to a pair of which another file is the one with the samples. */
const labelsFile = /(^|[^a-z])(y|labels?|targets?)(?=[^a-z]|test|train|val|$)/i;

/**
 * Files and folders of pictures that may hold a model's labelled data, told by their names: in the model's own folder,
 * and in `data`, `dataset` and `datasets` beside it. Those of a test or validation split come first, then those nearest
 * to the model; there are at most 16.
 */
export async function dataBeside(model: string): Promise<readonly string[]> {
  const found: Candidate[] = [];
  const search = { folders: 0, found };
  await look(path.dirname(model), 0, search);
  const heldOut = ({ file }: Candidate): number => (["test", "validation"].includes(splitOfPath(file) ?? "") ? 0 : 1);
  found.sort((a, b) => heldOut(a) - heldOut(b) || a.depth - b.depth || (a.file < b.file ? -1 : 1));
  return found.slice(0, mostCandidates).map(({ file }) => file);
}

interface Candidate {
  readonly file: string;
  readonly depth: number;
}

interface Search {
  folders: number;
  readonly found: Candidate[];
}

async function look(folder: string, depth: number, search: Search): Promise<void> {
  search.folders += 1;
  const entries = (await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])).slice(0, mostEntries);
  const names = new Set(entries.map(({ name }) => name));
  const inCifar = cifarFolder.test(path.basename(folder));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry;
    const file = path.join(folder, name);
    if (entry.isDirectory()) {
      if (name.startsWith(".") || search.folders >= mostFolders) continue;
      const isSplit = splitOf(name) !== undefined;
      if (isSplit && (await hasFolders(file))) search.found.push({ file, depth });
      const inData = depth > 0 || dataFolder.test(name) || cifarFolder.test(name);
      if (inData && !isSplit && depth < deepest) await look(file, depth + 1, search);
    } else if ((isCandidate(name, names) && !(await isLargeTable(file))) || (inCifar && bareSplit.test(name))) {
      search.found.push({ file, depth });
    }
  }
}

function isCandidate(name: string, beside: ReadonlySet<string>): boolean {
  if (!patterns.some((pattern) => pattern.test(name))) return false;
  if (/\.gz$/i.test(name) && beside.has(name.slice(0, -3))) return false;
  return !(/\.npy$/i.test(name) && labelsFile.test(name));
}

async function isLargeTable(file: string): Promise<boolean> {
  if (!/\.(csv|tsv)$/i.test(file)) return false;
  return stat(file).then(
    ({ size }) => size > largestTable,
    () => true,
  );
}

/** Pictures are in a subfolder for each class. */
async function hasFolders(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries.some((entry) => entry.isDirectory());
}

/** The split that a file's name tells, or the folder that it is in. */
function splitOfPath(file: string): string | undefined {
  return splitOf(file) ?? splitOf(path.dirname(file));
}
