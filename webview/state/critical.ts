import { accuracyError } from "../charts/format";
import type { Extreme, Field } from "./field";
import { origin } from "./field";
import type { RunData } from "./model";
import { splitsIn } from "./splits";

/** The ring of 8 neighbours of a grid point, in order around it, as steps of column and row. */
const ring = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

/** A saddle is told from noise where it stands out by this many standard errors. */
const standardErrors = 2;

/**
 * The saddles of a field of which every point is measured, the lowest ones first.
 *
 * - A grid point inside the plane is a saddle when value(neighbour) − value(point) changes its sign four times or more
 *   around its ring of 8 neighbours: it lies between two lower and two higher sides (T. K. Peucker and D. H. Douglas,
 *   "Detection of surface-specific points by local parallel processing of discrete terrain elevation data", 1975; the
 *   index 1 − changes / 2 is that of T. Banchoff, "Critical points and curvature for embedded polyhedral surfaces",
 *   1970). Equal values are told apart by the order of the grid, so that a plateau has no chance sign.
 * - Noise makes such points by the dozen. One is kept when both what it separates are real: it lies more than 2 standard
 *   errors above the higher of the minima whose basins meet there, or below the lower of the maxima whose hills meet
 *   there (its persistence: H. Edelsbrunner, D. Letscher and A. Zomorodian, "Topological persistence and
 *   simplification", 2002). The standard error is that of the difference of both values, as if their samples were
 *   different ones; they are the same ones, so that this is on the safe side.
 *
 * None where a point is not measured or not finite around it; what is interpolated has no saddles of its own.
 * @param error standard error of the value at a grid index.
 */
export function saddlesOf(field: Field, error: (index: number) => number): readonly Extreme[] {
  const { columns, rows, values, origins } = field;
  for (let index = 0; index < values.length; index++) if (origins[index] !== origin.measured) return [];
  const candidates = candidatesOf(field);
  if (candidates.length === 0) return [];
  const size = columns * rows;
  const finite = Array.from({ length: size }, (_, index) => index).filter((index) => Number.isFinite(values[index]!));
  const ascending = finite.sort((a, b) => values[a]! - values[b]! || a - b);
  const above = merges(field, ascending);
  const below = merges(field, ascending.slice().reverse());
  const stands = (index: number, extremum: number | undefined) =>
    extremum !== undefined &&
    Math.abs(values[index]! - values[extremum]!) > standardErrors * Math.hypot(error(index), error(extremum));
  const adjoins = (a: number, b: number) =>
    Math.abs((a % columns) - (b % columns)) <= 1 && Math.abs(Math.floor(a / columns) - Math.floor(b / columns)) <= 1;
  // A saddle between grid points is seen from both of its sides: the basins meet at one point, the hills at the next.
  return candidates
    .filter((index) => stands(index, above.get(index)) || stands(index, below.get(index)))
    .sort((a, b) => values[a]! - values[b]!)
    .filter((index, k, all) => !all.slice(0, k).some((other) => adjoins(index, other)))
    .map((index) => ({
      index,
      alpha: field.x[index % columns]!,
      beta: field.y[Math.floor(index / columns)]!,
      value: values[index]!,
    }));
}

/** Grid points inside the plane around which the sign changes four times or more. */
function candidatesOf({ columns, rows, values }: Field): number[] {
  const found: number[] = [];
  for (let row = 1; row + 1 < rows; row++) {
    for (let column = 1; column + 1 < columns; column++) {
      const index = row * columns + column;
      const value = values[index]!;
      if (!Number.isFinite(value)) continue;
      let changes = 0;
      let isFinite = true;
      let before = isHigher(7);
      for (let k = 0; k < 8; k++) {
        const higher = isHigher(k);
        if (higher !== before) changes += 1;
        before = higher;
      }
      if (isFinite && changes >= 4) found.push(index);

      function isHigher(k: number): boolean {
        const neighbour = index + ring[k]![0] + ring[k]![1] * columns;
        const other = values[neighbour]!;
        if (!Number.isFinite(other)) isFinite = false;
        return other > value || (other === value && neighbour > index);
      }
    }
  }
  return found;
}

/**
 * Grows the regions of the values in the order given (ascending: basins, descending: hills). For every point at which
 * regions meet: the extremum of the one that ends there, which is the region that began last.
 */
function merges({ columns, rows }: Field, order: readonly number[]): ReadonlyMap<number, number> {
  const parent = new Int32Array(columns * rows).fill(-1);
  const born = new Int32Array(columns * rows);
  const met = new Map<number, number>();
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  order.forEach((index, place) => {
    parent[index] = index;
    born[index] = place;
    const column = index % columns;
    const row = Math.floor(index / columns);
    for (const [right, up] of ring) {
      const [c, r] = [column + right, row + up];
      if (c < 0 || r < 0 || c >= columns || r >= rows || parent[r * columns + c] === -1) continue;
      const [a, b] = [root(index), root(r * columns + c)];
      if (a === b) continue;
      const [older, younger] = born[a]! < born[b]! ? [a, b] : [b, a];
      // A region that begins with the point itself does not meet another one there.
      if (younger !== index) {
        const known = met.get(index);
        if (known === undefined || born[younger]! < born[known]!) met.set(index, younger);
      }
      parent[younger] = older;
    }
  });
  return met;
}

const kept = new WeakMap<Field, readonly Extreme[]>();

/** The saddles of what is shown of a run; worked out once for each field. */
export function saddlesIn(run: RunData, field: Field): readonly Extreme[] {
  const known = kept.get(field);
  if (known) return known;
  const splits = splitsIn(run, field.split);
  const error = (index: number) =>
    Math.hypot(
      ...splits.map(({ measured, data }) =>
        field.metric === "loss" ? measured.lossError[index]! : accuracyError(measured.accuracy[index]!, data.samples),
      ),
    );
  const found = saddlesOf(field, error);
  kept.set(field, found);
  return found;
}
