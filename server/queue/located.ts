import { copyFile, link, mkdir, mkdtemp, opendir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StudyFile } from "../evaluator/digest";
import { fingerprintOf } from "../evaluator/digest";
import type { DirectionsFile } from "../evaluator/messages";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import type { RunNotice } from "./notice";

/** A run's files as they are on this machine. */
export interface Located {
  readonly study: Study;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly directions?: DirectionsFile;
  /** Removes what was made to bring the files together. */
  release(): Promise<void>;
}

export interface LocateOptions {
  /** Absolute paths of folders in which files are looked for that are not at the coordinator's paths. */
  readonly folders: readonly string[];
  /** The bytes of the run's directions, if they can be had. */
  readonly directions: (digest: string) => Promise<Uint8Array | undefined>;
}

/** Files under the folders that are looked at, at most. */
const MOST_FILES = 2_000_000;

/**
 * Finds the files of a run: at the paths that they have at the coordinator, or anywhere in `folders`, by what they hold.
 * @throws ProblemError that names a file which is not there or is another one.
 */
export async function locate(notice: RunNotice, { folders, directions }: LocateOptions): Promise<Located> {
  const made = await mkdtemp(path.join(tmpdir(), "loss-landscape-"));
  const release = (): Promise<void> => rm(made, { recursive: true, force: true });
  try {
    const search = new Search(folders);
    const found = new Map<string, string>();
    for (const file of notice.files) found.set(file.path, await search.find(file, notice.title));
    const places = await together(found, path.join(made, "files"));
    const at = (value: string): string => places.get(value) ?? value;
    return {
      study: mapStrings(notice.study, at) as Study,
      fingerprints: Object.fromEntries(Object.entries(notice.fingerprints).map(([file, print]) => [at(file), print])),
      ...(notice.directions
        ? { directions: await locateDirections(notice.directions, notice.title, search, directions, made) }
        : {}),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function locateDirections(
  { path: file, digest, size }: NonNullable<RunNotice["directions"]>,
  title: string,
  search: Search,
  directions: LocateOptions["directions"],
  folder: string,
): Promise<DirectionsFile> {
  const content = await directions(digest);
  if (content === undefined) {
    return { path: await search.find({ path: file, role: "directions", size, digest }, title), digest };
  }
  const own = path.join(folder, "directions.npz");
  await writeFile(own, content);
  return { path: own, digest };
}

/** Looks for files by what they hold. */
class Search {
  private bySize: Promise<ReadonlyMap<number, readonly string[]>> | undefined;
  private readonly digests = new Map<string, Promise<string | undefined>>();

  constructor(private readonly folders: readonly string[]) {}

  /** Where the file is. @throws ProblemError `file-missing`, `file-changed`. */
  async find(file: StudyFile, title: string): Promise<string> {
    const there = await stat(file.path).catch(() => undefined);
    const isFolder = there?.isDirectory() ?? false;
    const isLike = there !== undefined && (isFolder || there.size === file.size);
    if (isLike && (await this.digestOf(file.path, file)) === file.digest) return file.path;
    for (const candidate of await this.candidates(file)) {
      if ((await this.digestOf(candidate, file)) === file.digest) return candidate;
    }
    const elsewhere =
      this.folders.length === 0 ? "" : `, and none of the files in ${this.folders.join(", ")} is the same`;
    const expected = `SHA-256 ${file.digest.slice(0, 12)}…`;
    throw new ProblemError({
      reason: there === undefined ? "file-missing" : "file-changed",
      title: "A file of the run is not here",
      message:
        there === undefined
          ? `"${file.path}" (${expected}), which the run of ${title} needs, is not on this machine${elsewhere}.`
          : `"${file.path}" on this machine is not the file of the run of ${title} (${expected})${elsewhere}.`,
      advice: "Share the folder under the same path, or name a folder that holds the run's files with --files FOLDER.",
      file: file.path,
    });
  }

  private async candidates(file: StudyFile): Promise<readonly string[]> {
    this.bySize ??= listBySize(this.folders);
    const all = await this.bySize;
    // Of a folder the size says nothing; it is told by its name.
    if (file.size === 0) return (all.get(-1) ?? []).filter((folder) => nameOf(folder) === nameOf(file.path));
    return all.get(file.size) ?? [];
  }

  private digestOf(file: string, { role }: StudyFile): Promise<string | undefined> {
    let digest = this.digests.get(file);
    if (!digest) {
      digest = fingerprintOf(file, role).catch(() => undefined);
      this.digests.set(file, digest);
    }
    return digest;
  }
}

/** All files below the folders by their size; folders have −1. */
async function listBySize(folders: readonly string[]): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  const add = (size: number, file: string): void => {
    const list = found.get(size);
    if (list) list.push(file);
    else found.set(size, [file]);
  };
  let count = 0;
  for (const folder of folders) {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (++count > MOST_FILES) return found;
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isDirectory()) add(-1, file);
      else {
        const { size } = await stat(file).catch(() => ({ size: -2 }));
        if (size >= 0) add(size, file);
      }
    }
  }
  return found;
}

/**
 * Where files lie as they do at the coordinator, each beside the others: where they were found if they do, otherwise
 * under `folder`, by links.
 */
async function together(found: ReadonlyMap<string, string>, folder: string): Promise<ReadonlyMap<string, string>> {
  if (isMoved(found)) return found;
  const places = new Map<string, string>();
  for (const [original, file] of found) {
    const place = path.join(folder, ...segmentsOf(original));
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(file, place).catch(() => link(file, place).catch(() => copyFile(file, place)));
    places.set(original, place);
  }
  return places;
}

/** Whether all files lie to each other as they do at the coordinator, in whatever folder. */
function isMoved(found: ReadonlyMap<string, string>): boolean {
  const originals = [...found.keys()].map(segmentsOf);
  let common = 0;
  while (originals.every((each) => common < each.length - 1 && each[common] === originals[0]![common])) common++;
  const roots = [...found].map(([original, file]) => {
    const rest = segmentsOf(original).slice(common);
    const segments = segmentsOf(file);
    return segments.slice(-rest.length).join("/") === rest.join("/") ? segments.slice(0, -rest.length).join("/") : file;
  });
  return new Set(roots).size === 1;
}

/** The parts of an absolute path of any system. */
function segmentsOf(file: string): readonly string[] {
  return file
    .replace(/^([A-Za-z]):/, "$1")
    .split(/[\\/]+/)
    .filter((part) => part !== "" && part !== "..");
}

function nameOf(file: string): string | undefined {
  return segmentsOf(file).at(-1);
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, map)]));
}
