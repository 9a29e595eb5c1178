import type { GridLevel } from "./grid";
import type { Values } from "./interpolate";

/** Share of a node's correction at the grid lines around it: [line, share], the share falling linearly to 0. */
type Hat = readonly (readonly [line: number, share: number])[];

/**
 * Bends an estimate towards the points of the next level that are measured already, so that a level that is half done
 * does not stand in the picture as a field of single points.
 *
 * Each measured node of `next` adds its surplus (measured minus estimated, in the logarithm of the loss and in
 * percentage points of accuracy), times the product of two hat functions that are 1 at the node and fall linearly to 0
 * at the neighbouring lines of `next`: the hierarchical basis of H. Yserentant, Numerische Mathematik 49, 1986. Nodes of
 * `next` do not disturb one another, and with all of them measured the result is exact at all of them. Values that are
 * not finite or not positive, and estimates of them, are left out.
 *
 * @param estimate values at every grid point, row-major, from the level before `next`
 * @param measured row-major over the grid; NaN where not measured
 */
export function blend(
  x: readonly number[],
  y: readonly number[],
  estimate: Values,
  next: GridLevel,
  measured: Values,
): Values {
  const bend = new Float64Array(estimate.loss.length);
  const accuracy = estimate.accuracy.slice();
  const across = hats(x, next.columns);
  const down = hats(y, next.rows);
  for (const index of next.indices) {
    const surplus = logarithm(measured.loss[index]!) - logarithm(estimate.loss[index]!);
    const points = measured.accuracy[index]! - estimate.accuracy[index]!;
    const bendsLoss = Number.isFinite(surplus);
    const bendsAccuracy = Number.isFinite(points);
    if (!bendsLoss && !bendsAccuracy) continue;
    for (const [row, v] of down.get(Math.floor(index / x.length))!) {
      for (const [column, u] of across.get(index % x.length)!) {
        const at = row * x.length + column;
        if (bendsLoss) bend[at]! += u * v * surplus;
        if (bendsAccuracy) accuracy[at] = Math.min(100, Math.max(0, accuracy[at]! + u * v * points));
      }
    }
  }
  return { loss: estimate.loss.map((loss, at) => (bend[at] === 0 ? loss : loss * Math.exp(bend[at]!))), accuracy };
}

/** The natural logarithm; NaN of what is not positive and finite. */
function logarithm(value: number): number {
  return value > 0 && value < Infinity ? Math.log(value) : NaN;
}

/** The hat function of every line of a level, by line. */
function hats(coordinates: readonly number[], lines: readonly number[]): ReadonlyMap<number, Hat> {
  return new Map(
    lines.map((line, at) => {
      const hat: [number, number][] = [[line, 1]];
      for (const neighbour of [lines[at - 1], lines[at + 1]]) {
        if (neighbour === undefined) continue;
        const length = Math.abs(coordinates[neighbour]! - coordinates[line]!);
        const step = Math.sign(neighbour - line);
        for (let other = line + step; other !== neighbour; other += step) {
          hat.push([other, 1 - Math.abs(coordinates[other]! - coordinates[line]!) / length]);
        }
      }
      return [line, hat];
    }),
  );
}
