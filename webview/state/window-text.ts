import type { RunHeader } from "../../server/protocol/result";
import { formatTick } from "../charts/format";
import { strings } from "../strings/strings";
import type { PlaneWindow } from "./window";
import { wholePlane } from "./window";

/** Both ends of a range with three digits, or as many as a narrow range needs. */
function endsOf([from, to]: readonly [number, number]): [string, string] {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(to - from) || 1)));
  const short = (value: number): number => {
    const rounded = Number(value.toPrecision(3));
    return Math.abs(value - rounded) <= Math.abs(to - from) / 100 ? rounded : Number(value.toFixed(decimals));
  };
  return [formatTick(short(from)), formatTick(short(to))];
}

/** A part of the plane in words: "±1" where both ranges are the same and symmetric. */
export function windowText({ x, y }: PlaneWindow): string {
  if (x[0] === -x[1] && y[0] === -y[1] && x[1] === y[1]) return strings.plusMinusRange(endsOf(x)[1]);
  return strings.ranges(endsOf(x), endsOf(y));
}

/** The extent of a run in words: of its plane, or of its lines. */
export function extentText({ x, y, study }: Pick<RunHeader, "x" | "y" | "study">): string {
  const whole = wholePlane(x, y);
  if (study.grid.lines !== true) return windowText(whole);
  const [from, to] = endsOf(whole.x);
  return whole.x[0] === -whole.x[1] ? strings.plusMinusRange(to) : strings.range(from, to);
}
