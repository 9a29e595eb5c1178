import { parseArgs } from "node:util";

/** The command was not written as it should be; exit code 2. */
export class UsageError extends Error {}

/** A flag of a command, as it is parsed and as the help shows it. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** Placeholder of the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export interface Parsed {
  readonly positionals: readonly string[];
  text(flag: string): string | undefined;
  has(flag: string): boolean;
  /** What `read` makes of a flag's value; undefined when the flag is not given. */
  as<T>(flag: string, read: (text: string) => T): T | undefined;
}

/**
 * Reads flags and positionals. Values may begin with a dash (`--x -1:1`).
 *
 * @throws UsageError for an unknown flag, a missing value, or a flag given twice.
 */
export function readFlags(command: string, args: readonly string[], flags: Readonly<Record<string, Flag>>): Parsed {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short }]) => [name, { type, ...(short === undefined ? {} : { short }) }]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string | undefined>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined) throw new UsageError(`${rawName} is not a flag of "${command}"`);
    if (flag.type === "boolean" && value !== undefined) throw new UsageError(`${rawName} takes no value`);
    if (flag.type === "string" && (value === undefined || (!inlineValue && value.startsWith("--")))) {
      throw new UsageError(`${rawName} needs a value`);
    }
    if (values.has(name)) throw new UsageError(`${rawName} is given twice`);
    values.set(name, value);
  }
  return {
    positionals,
    text: (flag) => values.get(flag),
    has: (flag) => values.has(flag),
    as: (flag, read) => {
      const text = values.get(flag);
      return text === undefined ? undefined : read(text);
    },
  };
}

/** A whole number within bounds, or a UsageError that says so. */
export function wholeNumber(flag: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  throw new UsageError(`--${flag} must be a whole number from ${minimum} to ${maximum}, but is "${text}"`);
}

/** A number above zero, or of at least `minimum` where that is given; otherwise a UsageError that says so. */
export function positiveNumber(flag: string, text: string, minimum?: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = minimum === undefined ? value > 0 : value >= minimum;
  if (fits && Number.isFinite(value)) return value;
  const expected = minimum === undefined ? "a number above 0" : `a number of at least ${minimum}`;
  throw new UsageError(`--${flag} must be ${expected}, but is "${text}"`);
}

/** `-1:1` as [-1, 1]. */
export function numberRange(flag: string, text: string): readonly [number, number] {
  const parts = text.split(":");
  const [from = NaN, to = NaN] = parts.map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (parts.length === 2 && Number.isFinite(from) && Number.isFinite(to) && from < to) return [from, to];
  throw new UsageError(`--${flag} must be FROM:TO with FROM below TO, such as -1:1, but is "${text}"`);
}

/** `51` as [51, 51], `51x41` as [51, 41]. */
export function gridPoints(flag: string, text: string, maximum: number): readonly [number, number] {
  const match = /^(\d+)(?:[x×](\d+))?$/.exec(text);
  const columns = Number(match?.[1] ?? 0);
  const rows = Number(match?.[2] ?? columns);
  if (columns >= 1 && rows >= 1 && columns <= maximum && rows <= maximum) return [columns, rows];
  throw new UsageError(`--${flag} must be N or NxM with numbers from 1 to ${maximum}, but is "${text}"`);
}

/** One of `values`; otherwise a UsageError that lists them. */
export function oneOf<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${flag} must be one of ${values.join(", ")}, but is "${text}"`);
}
