/** JSON has no words for these numbers. */
const named: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };

/** A value as text, its numbers to the last bit. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "number") return item;
    if (Object.is(item, -0)) return { $number: "-0" };
    return Number.isFinite(item) ? item : { $number: String(item) };
  });
}

/**
 * The value that `encode` was given.
 * @throws SyntaxError when it was not.
 */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || !("$number" in item)) return item;
    return named[String(item.$number)];
  });
}
