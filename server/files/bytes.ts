/** Pieces one after the other: a single one as it is, several as a copy with a buffer of its own. */
export function joined<T extends Uint8Array>(parts: readonly T[]): T | Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}
