import type { JsonNumber } from "../../server/protocol/result";

/** The number that JSON could not carry as one. */
export function toNumber(value: JsonNumber): number {
  return typeof value === "number" ? value : Number(value);
}
