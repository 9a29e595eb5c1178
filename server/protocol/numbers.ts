import type { JsonNumber } from "./result";

/** A number as JSON can carry it: NaN and infinities by their names. */
export function toJsonNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

/** The number that `toJsonNumber` was given. */
export function fromJsonNumber(value: JsonNumber): number {
  return Number(value);
}
