/** What a call that is proposed is for: a model file, or weights of every epoch. */
export type Purpose = "export" | "checkpoint";

/** Text to be put into a file. Lines and characters count from 0. */
export interface Insertion {
  readonly line: number;
  readonly character: number;
  readonly text: string;
}

/** A call that can be put into a program, at a place where it belongs. */
export interface Proposal {
  readonly purpose: Purpose;
  /** The line of the code that it goes with. */
  readonly line: number;
  readonly insertions: readonly Insertion[];
  /** The call alone, to be copied. */
  readonly text: string;
}

/** The lines of a program. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

/** The white space before a line's code. */
export function indentOf(line: string): string {
  return /^\s*/.exec(line)![0];
}

/** `text` with every line of code that far in. */
export function indented(text: string, indent: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : indent + line))
    .join("\n");
}

/** `text` as lines of their own before line `line`, or at the end where the program has no such line. */
export function linesBefore(lines: readonly string[], line: number, text: string): Insertion {
  if (line < lines.length) return { line, character: 0, text: `${text}\n` };
  const last = lines.length - 1;
  return { line: last, character: lines[last]!.length, text: `${lines[last] === "" ? "" : "\n"}${text}\n` };
}

/** Name of the variable that the first pattern with a match captures. */
export function firstName(text: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where the parenthesis that opens first at or after a place is closed; undefined when it is not. Texts are skipped. */
export function closing(
  lines: readonly string[],
  from: { readonly line: number; readonly character: number },
): { readonly line: number; readonly character: number } | undefined {
  let depth = 0;
  let quote = "";
  for (let line = from.line; line < lines.length; line++) {
    const code = lines[line]!;
    for (let k = line === from.line ? from.character : 0; k < code.length; k++) {
      const character = code[k]!;
      if (quote !== "") {
        if (character === "\\") k++;
        else if (character === quote) quote = "";
      } else if (character === '"' || character === "'" || character === "`") quote = character;
      else if (character === "#" || code.startsWith("//", k)) break;
      else if ("([{".includes(character)) depth++;
      else if (")]}".includes(character) && --depth === 0) return { line, character: k };
    }
  }
  return undefined;
}
