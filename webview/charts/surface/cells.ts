/**
 * The part of a quadrilateral at or above `level`, where `values` belong to its four corners in order and vary linearly
 * along its edges. `corners` are pairs of numbers; the result is written to `to` and its length in numbers returned
 * (0 to 16).
 */
export function regionAbove(
  corners: ArrayLike<number>,
  values: ArrayLike<number>,
  level: number,
  to: Float64Array,
): number {
  let count = 0;
  for (let k = 0; k < 4; k++) {
    const next = (k + 1) & 3;
    const [a, b] = [values[k]!, values[next]!];
    const inside = a >= level;
    if (inside) {
      to[count++] = corners[2 * k]!;
      to[count++] = corners[2 * k + 1]!;
    }
    if (inside !== b >= level) {
      const share = (level - a) / (b - a);
      to[count++] = corners[2 * k]! + (corners[2 * next]! - corners[2 * k]!) * share;
      to[count++] = corners[2 * k + 1]! + (corners[2 * next + 1]! - corners[2 * k + 1]!) * share;
    }
  }
  return count;
}

/**
 * The line of `level` through the same quadrilateral, as one or two pieces of two points each: 0, 4 or 8 numbers. At a
 * saddle the higher corners stay connected, as in `regionAbove`.
 */
export function lineThrough(
  corners: ArrayLike<number>,
  values: ArrayLike<number>,
  level: number,
  to: Float64Array,
): number {
  let count = 0;
  let rising = false;
  for (let k = 0; k < 4; k++) {
    const next = (k + 1) & 3;
    const [a, b] = [values[k]!, values[next]!];
    if (a >= level === b >= level) continue;
    if (count === 0) rising = b >= level;
    const share = (level - a) / (b - a);
    to[count++] = corners[2 * k]! + (corners[2 * next]! - corners[2 * k]!) * share;
    to[count++] = corners[2 * k + 1]! + (corners[2 * next + 1]! - corners[2 * k + 1]!) * share;
  }
  if (count < 8) return count;
  // Crossings alternate between rising and falling; a piece cuts off a low corner, from where it is entered to where it is left.
  if (rising) rotateByOne(to);
  return 8;
}

/** Moves the first of four points to the end. */
function rotateByOne(points: Float64Array): void {
  const [x, y] = [points[0]!, points[1]!];
  points.copyWithin(0, 2, 8);
  points[6] = x;
  points[7] = y;
}

/**
 * The order in which rows (or columns) of cells are painted so that nearer ones come later: from both ends towards the
 * eye. `nodes` are the coordinates of the grid along that axis, `eye` is the eye's.
 */
export function farToNear(nodes: ArrayLike<number>, eye: number): Int32Array {
  const cells = nodes.length - 1;
  const rising = nodes[0]! <= nodes[cells]!;
  // The cell under the eye, beyond which order turns round.
  let under = 0;
  while (under < cells && (rising ? nodes[under + 1]! < eye : nodes[under + 1]! > eye)) under++;
  const order = new Int32Array(cells);
  let next = 0;
  for (let k = 0; k < Math.min(under, cells); k++) order[next++] = k;
  for (let k = cells - 1; k >= under; k--) order[next++] = k;
  return order;
}
