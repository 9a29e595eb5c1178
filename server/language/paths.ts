import { readdir } from "node:fs/promises";
import path from "node:path";
import { CompletionItemKind } from "vscode-json-languageservice";
import { ProblemError } from "../protocol/problem";
import type { FileKind } from "../study/schemaNodes";
import type { CompletionSources, Suggestion } from "./completion";
import { suits } from "./kinds";

/** More than this nobody reads through. */
const mostFiles = 200;
/** Folders that are looked into for series. */
const mostFolders = 50;
/** Patterns that are tried in a folder. */
const mostPatterns = 8;

/**
 * Paths that a field takes, as they go on from what is written: series of checkpoints first, then files, then folders.
 * @param folder of the study.
 * @param written what is in the quotation marks before the cursor.
 */
export async function pathsFor(
  kind: FileKind,
  folder: string,
  written: string,
  sources: Pick<CompletionSources, "series">,
): Promise<readonly Suggestion[]> {
  const before = written.slice(0, written.lastIndexOf("/") + 1);
  const within = path.resolve(folder, before === "" ? "." : before);
  const entries = await readdir(within, { withFileTypes: true }).catch(() => []);
  const isHidden = (name: string): boolean => name.startsWith(".") || name === "node_modules";
  const shown = entries.filter(({ name }) => !isHidden(name)).sort((a, b) => byName(a.name, b.name));
  const files = shown.filter((entry) => !entry.isDirectory() && suits(kind, entry.name)).map(({ name }) => name);
  const folders = shown.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const series = kind === "checkpoints" ? await seriesFor(folder, before, within, files, folders, sources) : [];
  return [
    ...series,
    ...files.slice(0, mostFiles).map((name): Suggestion => ({ value: before + name, kind: CompletionItemKind.File })),
    ...folders.slice(0, mostFiles).map((name): Suggestion => ({
      value: `${before}${name}/`,
      kind: CompletionItemKind.Folder,
      goesOn: true,
    })),
  ];
}

/** One suggestion for all files whose names differ by a number, of this folder and of those in it. */
async function seriesFor(
  folder: string,
  before: string,
  within: string,
  files: readonly string[],
  folders: readonly string[],
  { series }: Pick<CompletionSources, "series">,
): Promise<readonly Suggestion[]> {
  const patterns = new Set(patternsOf(files).map((pattern) => before + pattern));
  for (const name of folders.slice(0, mostFolders)) {
    const inner = await readdir(path.join(within, name)).catch(() => []);
    const fitting = inner.filter((each) => suits("checkpoints", each));
    for (const pattern of patternsOf(fitting)) patterns.add(`${before}${name}/${pattern}`);
  }
  const found: Suggestion[] = [];
  for (const pattern of [...patterns].slice(0, mostPatterns)) {
    const { files: members, by } = await series(path.resolve(folder, pattern), folder).catch((error: unknown) => {
      if (error instanceof ProblemError) return { files: [], by: "" };
      throw error;
    });
    if (members.length < 2) continue;
    const detail = `${members.length} checkpoints by ${by}`;
    found.push({ value: pattern, label: `${pattern} (${members.length})`, detail, kind: CompletionItemKind.Value });
  }
  return found;
}

/** `epoch_*.pt` for names that differ by their last number only; the pattern of most files first. */
export function patternsOf(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const ending = /(\.(weights|t7|h5|index|tar))?\.[a-z0-9]+$/i.exec(name)?.[0] ?? "";
    const stem = name.slice(0, name.length - ending.length);
    const pattern = stem.replace(/(\d+)(?=\D*$)/, "*") + ending;
    if (pattern !== name) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .sort(([, a], [, b]) => b - a)
    .map(([pattern]) => pattern);
}

const collator = new Intl.Collator("en", { numeric: true });

function byName(first: string, second: string): number {
  return collator.compare(first, second);
}
