import type { Polyline } from "./contours";

/**
 * A polyline in pixels without the points that lie within `tolerance` of the line through their neighbours
 * (Ramer 1972, Douglas and Peucker 1973).
 */
export function simplified(points: Polyline, tolerance: number): Polyline {
  const count = points.length / 2;
  if (count < 3) return points;
  const kept = new Uint8Array(count);
  kept[0] = kept[count - 1] = 1;
  const open: [number, number][] = [[0, count - 1]];
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range;
    let farthest = 0;
    let worst = tolerance;
    for (let k = from + 1; k < to; k++) {
      const away = distance(points, k, from, to);
      if (away > worst) {
        worst = away;
        farthest = k;
      }
    }
    if (farthest === 0) continue;
    kept[farthest] = 1;
    open.push([from, farthest], [farthest, to]);
  }
  return points.filter((_, k) => kept[k >> 1] === 1);
}

/** Of point k from the segment between two others. */
function distance(points: Polyline, k: number, from: number, to: number): number {
  const [ax, ay] = [points[2 * from]!, points[2 * from + 1]!];
  const [dx, dy] = [points[2 * to]! - ax, points[2 * to + 1]! - ay];
  const [px, py] = [points[2 * k]! - ax, points[2 * k + 1]! - ay];
  const length = dx * dx + dy * dy;
  const share = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
  return Math.hypot(px - share * dx, py - share * dy);
}
