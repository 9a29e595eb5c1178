import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../../protocol/problem";

/** Most alternatives that braces may make, and most files and folders that a search may look at. */
const mostAlternatives = 256;
const mostEntries = 100_000;

/** Files that a pattern matches, unordered and each once: `*`, `?`, `{a,b}` within names, `**` for any folders. */
export async function findFiles(pattern: string, base: string): Promise<readonly string[]> {
  const budget = { left: mostEntries, pattern };
  const found = new Set<string>();
  for (const plain of expandBraces(forwardSlashes(pattern))) {
    const { root } = path.parse(plain);
    const parts = plain
      .slice(root.length)
      .split("/")
      .filter((part) => part !== "" && part !== ".");
    await search(root === "" ? path.resolve(base) : path.resolve(root), parts, found, budget);
  }
  return [...found];
}

function forwardSlashes(pattern: string): string {
  return path.sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
}

async function search(
  folder: string,
  [part, ...rest]: readonly string[],
  found: Set<string>,
  budget: { left: number; readonly pattern: string },
): Promise<void> {
  if (part === undefined) return;
  if (part !== "**" && !/[*?]/.test(part)) {
    await visit(path.join(folder, part), rest, found, budget);
    return;
  }
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  budget.left -= entries.length + 1;
  if (budget.left < 0) throw tooMany(budget.pattern);
  if (part === "**") await search(folder, rest, found, budget);
  for (const entry of entries) {
    // Hidden files have to be asked for; links to folders are not followed by `**`, which could go round in circles.
    if (entry.name.startsWith(".") && !part.startsWith(".")) continue;
    const full = path.join(folder, entry.name);
    if (part === "**") {
      if (entry.isDirectory()) await search(full, [part, ...rest], found, budget);
    } else if (matches(entry.name, part)) await visit(full, rest, found, budget);
  }
}

async function visit(
  full: string,
  rest: readonly string[],
  found: Set<string>,
  budget: { left: number; readonly pattern: string },
): Promise<void> {
  const status = await stat(full).catch(() => undefined);
  if (rest.length === 0) {
    if (status?.isFile()) found.add(full);
  } else if (status?.isDirectory()) await search(full, rest, found, budget);
}

/** Whether a name matches a pattern of `*` and `?`, in time proportional to the product of their lengths. */
export function matches(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const wanted = pattern[next];
    if (wanted === "*") {
      star = next++;
      resume = at;
    } else if (wanted === "?" || wanted === name[at]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      next = star + 1;
      at = resume += 1;
    } else return false;
  }
  while (pattern[next] === "*") next += 1;
  return next === pattern.length;
}

/** `a{b,c}d` as `abd` and `acd`; braces without a comma stand for themselves. */
export function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const waiting = [pattern];
  while (waiting.length > 0) {
    const text = waiting.pop()!;
    const braces = innermost(text);
    if (!braces) done.push(text);
    else {
      const [start, end] = braces;
      const choices = text.slice(start + 1, end).split(",");
      for (const choice of choices.reverse()) waiting.push(text.slice(0, start) + choice + text.slice(end + 1));
    }
    if (done.length + waiting.length > mostAlternatives) throw tooMany(pattern);
  }
  return [...new Set(done)];
}

/** Where the first pair of braces is that has a comma and no braces inside. */
function innermost(text: string): readonly [number, number] | undefined {
  const found = /\{[^{}]*,[^{}]*\}/.exec(text);
  return found ? [found.index, found.index + found[0].length - 1] : undefined;
}

function tooMany(pattern: string): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "The pattern matches too much",
    message: `The pattern "${pattern}" asks to look at more than ${mostEntries} files, or has too many alternatives.`,
    advice: "Name the folder of the checkpoints more closely.",
  });
}
