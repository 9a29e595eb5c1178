import type { ArrayFacts } from "../protocol/files";

/** 78042 as `78,042`, the same in every locale. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 sample`, `2 samples`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** 28×28×1; an open extent is a question mark. */
export function times(shape: readonly (number | null)[]): string {
  return shape.length > 0 ? shape.map((extent) => extent ?? "?").join("×") : "a single number";
}

/** `uint8 [100, 28, 28]`; empty for a column, whose type is not told. */
export function typeOf({ dtype, shape }: ArrayFacts): string {
  return [dtype, shape && `[${shape.join(", ")}]`].filter((part) => part !== undefined).join(" ");
}

/** A length of time as people say it: `40 s`, `3 min`, `2 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return "1 s";
  if (seconds < 10) return `${Math.round(seconds)} s`;
  if (seconds < 100) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** A clause as a sentence. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
