/** Longest line that holds a whole object or list. */
const widest = 80;

/** JSON as people write it: what fits into a line stands in one, everything else one entry to a line. */
export function jsonText(value: unknown, depth: number): string {
  const inline = inLine(value);
  if (inline.length + 2 * depth <= widest || typeof value !== "object" || value === null) return inline;
  const indent = "  ".repeat(depth);
  const entries = Array.isArray(value)
    ? value.map((entry: unknown) => jsonText(entry, depth + 1))
    : Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${jsonText(entry, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}`).join(",\n")}\n${indent}${close}`;
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${inLine(entry)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
