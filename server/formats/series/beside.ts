import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { orderCheckpoints, type CheckpointOrder } from "../series";
import { isShardBeside } from "../sharded";
import { matches } from "./glob";
import { hasTag, isCentreName, numbersIn, type NumberedName } from "./names";

/** Checkpoints of a training that were found beside a model. */
export interface FoundSeries {
  /**
   * How a study in the model's folder names them: one pattern (`checkpoints/epoch_*.weights.h5`) or, where a pattern would
   * take in other files, the list. Paths are relative to the model's folder, with forward slashes.
   */
  readonly written: string | readonly string[];
  /** Absolute paths in the order of training, without the model itself. */
  readonly files: readonly string[];
  /** What the order goes by. */
  readonly by: CheckpointOrder["by"];
  /** Absolute paths of files beside them that are named best or last: not of the series, but possible centres. */
  readonly centres: readonly string[];
}

/** Endings of checkpoints that may belong to models of some endings; the first family that has the model's is taken. */
const families: readonly { readonly models: RegExp; readonly checkpoints: RegExp }[] = [
  { models: /\.(keras|h5|hdf5)$/i, checkpoints: /\.(keras|h5|hdf5|weights\.json)$/i },
  { models: /\.json$/i, checkpoints: /\.json$/i },
  {
    models: /\.(onnx|pt|pth|t7|ckpt|safetensors|bin|npz|tar)$/i,
    checkpoints: /(\.(onnx|pt|pth|t7|ckpt|safetensors|bin|npz)|\.(pt|pth)\.tar|\.(safetensors|bin)\.index\.json)$/i,
  },
];

/** Folders that training programs make for checkpoints, and those in which they make a folder for each training. */
const forCheckpoints = /^(checkpoints?|ckpts?|weights|snapshots?|epochs)$/i;
const forTrainings =
  /^(runs?|lightning_logs|logs?|out(?:puts?)?|results|experiments?|trainings?|(?:saved[-_]?)?models?)$/i;
/** How deep a folder of trainings is searched, e.g. `runs/NAME/version_0/checkpoints`. */
const deepest = 3;
/** Most folders that are looked into, and most entries of one of them. */
const mostFolders = 200;
const mostEntries = 10_000;

/** Files that hold data as often as weights: without a tag, and not in a folder for checkpoints, they are left alone. */
const ambiguous = /(?<!\.weights)\.(npz|h5|hdf5|bin|json)$/i;
/** One of several files that only together are the weights. */
const shard = /\d+-of-\d+/i;
/** Checkpoints of one architecture are of one size, untagged numbers of several architectures (`resnet18`) are not. */
const sameSize = 1.25;

/**
 * Finds what is probably the training of a model: checkpoints of its family of formats whose names follow one pattern with
 * numbers, in the model's own folder, in folders for checkpoints or trainings beside it (`checkpoints/`, `runs/…`), or one
 * in each of several folders (`checkpoint-500/model.safetensors`). Only names and sizes are looked at: whether the
 * weights fit is for whoever opens them.
 *
 * @param model absolute path of the model.
 * @returns likeliest first: nearest to the model, then those whose names tell epochs or steps, then the longest.
 */
export async function checkpointsBeside(model: string): Promise<readonly FoundSeries[]> {
  const family = families.find(({ models }) => models.test(model));
  if (!family) return [];
  const base = path.dirname(path.resolve(model));
  const found: Ranked[] = [];
  for (const folder of await foldersBeside(base)) {
    const groups = [...inFolder(folder, family.checkpoints), ...(await inFolders(folder, family.checkpoints))];
    for (const group of groups) {
      const series = await seriesOf(group, path.resolve(model), base);
      if (series) found.push(series);
    }
  }
  found.sort((a, b) => a.depth - b.depth || Number(b.tagged) - Number(a.tagged) || b.files.length - a.files.length);
  return found.map(({ written, files, by, centres }) => ({ written, files, by, centres }));
}

/** A folder that may hold checkpoints. */
interface Folder {
  readonly path: string;
  /** How many folders below the model's. */
  readonly depth: number;
  /** Whether its name says that it holds checkpoints. */
  readonly dedicated: boolean;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

async function foldersBeside(base: string): Promise<readonly Folder[]> {
  const found: Folder[] = [];
  const visit = async (folder: string, depth: number, further: number, dedicated: boolean): Promise<void> => {
    if (found.length >= mostFolders) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const visible = entries.slice(0, mostEntries).filter(({ name }) => !name.startsWith("."));
    const names = (kept: typeof visible): string[] => kept.map(({ name }) => name).sort();
    const folders = names(visible.filter((entry) => entry.isDirectory()));
    const files = names(visible.filter((entry) => entry.isFile() || entry.isSymbolicLink()));
    found.push({ path: folder, depth, dedicated, files, folders });
    for (const name of folders) {
      const full = path.join(folder, name);
      if (forCheckpoints.test(name)) await visit(full, depth + 1, Math.max(0, further - 1), true);
      else if (depth === 0 && forTrainings.test(name)) await visit(full, 1, deepest, false);
      else if (further > 0) await visit(full, depth + 1, further - 1, false);
    }
  };
  await visit(base, 0, 0, false);
  return found;
}

/** Files whose paths follow one pattern. */
interface Group {
  readonly folder: Folder;
  /** Relative to the folder, with forward slashes. */
  readonly pattern: string;
  readonly names: readonly string[];
  /** Other files of the folder that the pattern would match. */
  readonly others: readonly string[];
  readonly tagged: boolean;
}

interface Ranked extends FoundSeries {
  readonly depth: number;
  readonly tagged: boolean;
}

/** Groups of files of one folder, by what their names are apart from numbers. */
function inFolder(folder: Folder, endings: RegExp): readonly Group[] {
  const beside = new Set(folder.files);
  const candidates = folder.files.filter((name) => isCandidate(name, endings) && !isShardBeside(name, beside));
  return grouped(candidates).map(({ pattern, names }) => {
    const others = folder.files.filter((name) => matches(name, pattern) && !names.includes(name));
    return { folder, pattern, names, others, tagged: names.every(hasTag) };
  });
}

/** Groups of files of one name in several folders, whose names are those of epochs or steps. */
async function inFolders(folder: Folder, endings: RegExp): Promise<readonly Group[]> {
  const candidates = folder.folders.filter((name) => hasTag(name) || (folder.dedicated && /^\d+$/.test(name)));
  const groups: Group[] = [];
  for (const { pattern, names } of grouped(candidates.filter(isPlain))) {
    const holders = new Map<string, string[]>();
    for (const name of names) {
      const files = await readdir(path.join(folder.path, name)).catch(() => []);
      for (const file of files.slice(0, mostEntries)) {
        if (!isCandidate(file, endings) || numbersIn(file).numbers.length > 0) continue;
        holders.set(file, [...(holders.get(file) ?? []), `${name}/${file}`]);
      }
    }
    for (const [file, paths] of holders) {
      groups.push({ folder, pattern: `${pattern}/${file}`, names: paths, others: [], tagged: true });
    }
  }
  return groups;
}

/** Whether a file may be a checkpoint of a series by its name alone. */
function isCandidate(name: string, endings: RegExp): boolean {
  return endings.test(name) && isPlain(name) && !shard.test(name) && !isTimeless(name);
}

/** Whether a name means itself in a pattern. */
function isPlain(name: string): boolean {
  return !/[*?{}]/.test(name);
}

function isTimeless(name: string): boolean {
  return orderCheckpoints([name]).leftOut.length > 0;
}

/**
 * Names that differ in numbers only, with the pattern of each group. What comes before the first number that varies is
 * written out. Of names without a tag only one whole number may vary: two would be another training's, or a seed's.
 */
function grouped(names: readonly string[]): readonly Pick<Group, "pattern" | "names">[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const { texts, numbers } = numbersIn(name);
    if (numbers.length > 0) groups.set(texts.join("*"), [...(groups.get(texts.join("*")) ?? []), name]);
  }
  return [...groups.values()].flatMap((members) => {
    const all = members.map(numbersIn);
    const [{ texts, numbers }] = all as [NumberedName];
    const varying = numbers.map((number, i) => all.some((other) => other.numbers[i] !== number));
    const whole = varying.filter((varies, i) => varies && all.every((name) => /^\d+$/.test(name.numbers[i]!)));
    const start = varying.indexOf(true);
    if (start < 0 || (whole.length !== 1 && !members.every(hasTag))) return [];
    const parts = texts.map((text, i) => (i === 0 ? text : (i - 1 < start ? numbers[i - 1]! : "*") + text));
    return [{ pattern: parts.join(""), names: members }];
  });
}

async function seriesOf(group: Group, model: string, base: string): Promise<Ranked | undefined> {
  const { folder, pattern, names, others, tagged } = group;
  const absolute = (name: string): string => path.join(folder.path, name);
  const kept = names.map(absolute).filter((file) => file !== model);
  if (kept.length < (tagged || folder.dedicated ? 2 : 3)) return undefined;
  if (!tagged && !folder.dedicated && (names.some((name) => ambiguous.test(name)) || !(await areAlike(kept)))) {
    return undefined;
  }
  const { files, by } = orderCheckpoints(kept);
  if (by !== "epoch" && by !== "step" && by !== "number") return undefined;
  const relative = (file: string): string => path.relative(base, file).replaceAll("\\", "/");
  // A pattern leaves out best and last by itself, and the model.
  const clear = others.every(isTimeless) && isPlain(relative(folder.path));
  const ending = path.extname(names[0]!);
  const centres = folder.files.filter((name) => isCentreName(name) && name.endsWith(ending)).map(absolute);
  return {
    written: clear ? relative(absolute(pattern)) : files.map((file) => relative(file.path)),
    files: files.map((file) => file.path),
    by,
    centres: centres.filter((file) => file !== model),
    depth: folder.depth,
    tagged,
  };
}

/** Whether files are of about the same size. */
async function areAlike(files: readonly string[]): Promise<boolean> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return Math.max(...sizes) <= sameSize * Math.min(...sizes);
}
