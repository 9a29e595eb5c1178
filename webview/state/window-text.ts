import { formatTick } from "../charts/format";
import { strings } from "../strings/strings";
import type { PlaneWindow } from "./window";

/** A part of the plane in words: "±1" where both ranges are the same and symmetric. */
export function windowText({ x, y }: PlaneWindow): string {
  if (x[0] === -x[1] && y[0] === -y[1] && x[1] === y[1]) return strings.plusMinusRange(formatTick(x[1]));
  return strings.ranges([formatTick(x[0]), formatTick(x[1])], [formatTick(y[0]), formatTick(y[1])]);
}
