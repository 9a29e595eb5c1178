import path from "node:path";

/** What of a path is the same for all files of a series: everything but numbers. */
const textOf = (file: string): string => file.replaceAll(/\d+/g, "#");

/**
 * Tells which files are called like those of a series: their paths differ from one of them in numbers only, and they are
 * none of them.
 */
export function alikeNames(known: readonly string[]): (file: string) => boolean {
  const texts = new Set(known.filter((file) => /\d/.test(file)).map(textOf));
  const files = new Set(known);
  return (file) => texts.has(textOf(file)) && !files.has(file);
}

/** Where new files of a series will appear: the folder that holds all of them, and how many folders below it they are. */
export function placeOfSeries(known: readonly string[]): { readonly folder: string; readonly depth: number } {
  const folders = known.map((file) => path.dirname(file).split(path.sep));
  const [first = []] = folders;
  let common = first.length;
  for (const folder of folders) {
    let same = 0;
    while (same < common && folder[same] === first[same]) same += 1;
    common = same;
  }
  const folder = first.slice(0, common).join(path.sep) || path.sep;
  return { folder, depth: Math.max(...folders.map((parts) => parts.length - common), 0) };
}
