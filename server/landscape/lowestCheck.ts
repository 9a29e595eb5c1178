import { fromJsonNumber } from "../protocol/numbers";
import type { Check, Point } from "../protocol/result";
import { exactTolerance } from "./checks";
import { plural, short, signed } from "./words";

/**
 * Whether the trained weights are the lowest point of the plane: the value is the number of measured points whose loss is
 * below that of the centre by more than 1e-6 of it, which is rounding. A warning when there is one. Undefined where the
 * centre's loss is not a finite number.
 * @param centre loss of the model itself
 * @param x coordinates of the columns, and `y` of the rows
 */
export function lowestCheck(
  points: readonly Pick<Point, "index" | "loss">[],
  centre: number,
  { x, y }: { readonly x: readonly number[]; readonly y: readonly number[] },
): Check | undefined {
  if (!Number.isFinite(centre)) return undefined;
  const below = points
    .map(({ index, loss }) => ({ index, loss: fromJsonNumber(loss) }))
    .filter(({ loss }) => loss < centre - exactTolerance * Math.abs(centre));
  const base = { name: "lowest", value: below.length, expected: 0 };
  const total = plural(points.length, "measured point");
  const [first, ...others] = below;
  if (!first) return { ...base, level: "ok", message: `None of ${total} lies below the trained weights.` };
  const lowest = others.reduce((least, each) => (each.loss < least.loss ? each : least), first);
  const [alpha, beta] = [x[lowest.index % x.length]!, y[Math.floor(lowest.index / x.length)]!];
  const count = below.length === 1 ? "1" : String(below.length);
  const lie = below.length === 1 ? "lies" : "lie";
  const message = `${count} of ${total} ${lie} below the trained weights, the lowest at α ${signed(alpha)}, β ${signed(beta)} with the loss ${short(lowest.loss)} instead of ${short(centre)}: the weights are not a minimum of this loss in this plane.`;
  return { ...base, level: "warning", message };
}
