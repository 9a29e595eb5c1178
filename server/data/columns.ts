import type { LabelledData } from "./dataset";
import { labelsMismatch, mismatch } from "./problems";

/** Usual names of the column of labels, in the order in which they are tried; letter case is ignored. */
const labelColumns = [
  "label",
  "labels",
  "class",
  "target",
  "targets",
  "y",
  "category",
  "fine_label",
  "species",
  "outcome",
];

/** Names of columns that only number the rows. */
const indexColumn = /^(|index|id|unnamed: ?\d+|__index_level_\d+__)$/i;

const mostClasses = 100_000;

/** Which columns hold what, by their places. */
export interface Columns {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly notices: readonly string[];
}

/**
 * Chooses columns of samples and labels: those that the study names, with `*` for any text and commas between several;
 * else the usual names of labels, or `fallback`; and all others, but those that number the rows, for the samples.
 * @param fallback the column to take for the labels where no name tells, and what to say of it
 * @throws ProblemError `data-mismatch` when there is none, or none of those that the study names
 */
export function chooseColumns(
  path: string,
  names: readonly string[],
  asked: { readonly x?: string; readonly y?: string },
  fallback: () => number | undefined,
): Columns {
  const notices: string[] = [];
  let y = asked.y === undefined ? [] : named(path, names, asked.y);
  if (asked.y === undefined) {
    const lower = names.map((name) => name.toLowerCase());
    let place = labelColumns.map((name) => lower.indexOf(name)).find((found) => found >= 0);
    if (place === undefined) {
      place = fallback();
      if (place === undefined) throw noColumn(path, names, "has no column of labels");
      const which = place === 0 ? "first" : place === names.length - 1 ? "last" : "only text";
      notices.push(
        `The ${which} column, ${names[place]}, is taken for the labels; another one can be named as "y" of "data".`,
      );
    }
    y = [place];
  }
  const taken = new Set(y);
  if (asked.x !== undefined) return { x: named(path, names, asked.x).filter((place) => !taken.has(place)), y, notices };
  const others = names.map((_, place) => place).filter((place) => !taken.has(place));
  const x = others.filter((place) => !indexColumn.test(names[place]!));
  const left = others
    .filter((place) => indexColumn.test(names[place]!))
    .map((place) => names[place] || "without a name");
  if (left.length > 0) notices.push(`The column ${left.join(", ")} numbers the rows and is left out of the samples.`);
  if (x.length === 0) throw noColumn(path, names, "has no column beside the labels");
  return { x, y, notices };
}

function named(path: string, names: readonly string[], asked: string): number[] {
  const places = asked.split(",").flatMap((part) => {
    const parts = part.trim().split("*");
    const escaped = parts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    // One star is enough for any usual pattern, and many would make matching slow.
    const pattern = new RegExp(`^${escaped.slice(0, 3).join(".*")}$`, "s");
    const found = names.flatMap((name, place) => (pattern.test(name) ? [place] : []));
    if (found.length === 0) throw noColumn(path, names, `has no column ${part.trim()}`);
    return found;
  });
  return [...new Set(places)];
}

function noColumn(path: string, names: readonly string[], found: string): Error {
  const shown = names.slice(0, 12).join(", ") + (names.length > 12 ? `, … (${names.length} in all)` : "");
  const advice = 'Name the columns in the study as "x" and "y" of "data", e.g. "x": "pixel*", "y": "digit".';
  return mismatch(path, "The columns were not found", `${found}; its columns are ${shown}`, advice);
}

/** Labels that are text, numbered in sorted order of their names. */
export class TextLabels {
  private readonly numbers = new Map<string, number>();
  private readonly seen: number[] = [];

  constructor(
    private readonly path: string,
    private readonly column: string,
  ) {}

  add(text: string): void {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.numbers.size;
      if (number === mostClasses) {
        const found = `has more than ${mostClasses} different texts in the column ${this.column}, too many for classes`;
        throw labelsMismatch(this.path, found, 'Name the column of labels in the study as "y" of "data".');
      }
      this.numbers.set(text, number);
    }
    this.seen.push(number);
  }

  finish(): Required<Pick<LabelledData, "y" | "classes">> {
    const classes = [...this.numbers.keys()].sort();
    const place = new Map(classes.map((name, i) => [this.numbers.get(name)!, i]));
    const data = Int32Array.from(this.seen, (number) => place.get(number)!);
    return { classes, y: { dtype: "int32", shape: [data.length], data } };
  }
}

/** "1 file", "2 files". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
