import { contours } from "d3-contour";
import type { Field } from "./field";
import type { Levels } from "./levels";

/** Points of one line in plane coordinates: α0, β0, α1, β1, … */
export type Polyline = Float64Array;

/** What is drawn for one level. */
export interface LevelShape {
  /** Closed rings around everything at or above the level, along the border where it leaves the plane. */
  readonly region: readonly Polyline[];
  /** The level line itself, without the runs along the border; closed ones end where they begin. */
  readonly lines: readonly Polyline[];
}

type Position = readonly [number, number];

/** Regions and lines of every level, in plane coordinates, of a grid with two columns and rows at least. */
export function levelShapes(field: Field, levels: Levels): readonly LevelShape[] {
  const columns = field.x.length;
  const rows = field.y.length;
  const positive = levels.levels.every(({ value }) => value > 0);
  const into = (value: number): number => (positive ? Math.log(Math.max(value, Number.MIN_VALUE)) : value);
  const values = Float64Array.from(field.values, (value) => (Number.isFinite(value) ? into(value) : NaN));
  fillGaps(values, columns, rows);
  // The typed array serves as well as a plain one; the type declarations know only the latter.
  const input = values as unknown as number[];
  const generator = contours().size([columns, rows]);
  return levels.levels.map(({ value }) => {
    const rings = generator
      .contour(input, into(value))
      .coordinates.flat()
      .map((ring) => rounded(ring.slice(0, -1) as unknown as readonly Position[], columns, rows));
    return {
      region: rings.map((ring) => inPlane([...ring, ring[0]!], field)),
      lines: rings.flatMap((ring) => openRuns(ring, columns, rows)).map((run) => inPlane(run, field)),
    };
  });
}

/**
 * Fills NaN with the mean of finite neighbours, ring by ring: cells with such a corner are covered afterwards, and lines
 * reach the cover in a sensible place.
 */
function fillGaps(values: Float64Array, columns: number, rows: number): void {
  let gaps = [...values.keys()].filter((index) => Number.isNaN(values[index]!));
  while (gaps.length > 0) {
    const filled = new Map<number, number>();
    for (const index of gaps) {
      const known = neighbours(index, columns, rows)
        .map((other) => values[other]!)
        .filter((value) => !Number.isNaN(value));
      if (known.length > 0) filled.set(index, known.reduce((sum, value) => sum + value, 0) / known.length);
    }
    if (filled.size === 0) return;
    for (const [index, value] of filled) values[index] = value;
    gaps = gaps.filter((index) => !filled.has(index));
  }
}

function neighbours(index: number, columns: number, rows: number): readonly number[] {
  const column = index % columns;
  const row = Math.floor(index / columns);
  const found: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) found.push(r * columns + c);
  }
  return found;
}

const epsilon = 1e-6;

/** On or beyond the outermost grid points, where d3-contour (whose grid points lie at k + ½) leaves the data. */
function onBorder([x, y]: Position, columns: number, rows: number): boolean {
  return x <= 0.5 + epsilon || y <= 0.5 + epsilon || x >= columns - 0.5 - epsilon || y >= rows - 0.5 - epsilon;
}

/** Strictly outside the outermost grid points: these runs follow the frame and belong to no level line. */
function outside([x, y]: Position, columns: number, rows: number): boolean {
  return x <= epsilon || y <= epsilon || x >= columns - epsilon || y >= rows - epsilon;
}

/**
 * The ring after one round of corner cutting (Chaikin 1974), which takes the facets off the linear interpolation. Points
 * on the border stay, so that regions still reach the frame.
 */
function rounded(points: readonly Position[], columns: number, rows: number): readonly Position[] {
  const cut: Position[] = [];
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length]!;
    const fixed = onBorder(point, columns, rows);
    const nextFixed = onBorder(next, columns, rows);
    if (fixed) cut.push(point);
    if (fixed && nextFixed) return;
    if (!fixed) cut.push([0.75 * point[0] + 0.25 * next[0], 0.75 * point[1] + 0.25 * next[1]]);
    if (!nextFixed) cut.push([0.25 * point[0] + 0.75 * next[0], 0.25 * point[1] + 0.75 * next[1]]);
  });
  return cut;
}

/** The parts of a ring that do not follow the frame; a ring that never does is returned closed. */
function openRuns(ring: readonly Position[], columns: number, rows: number): readonly Position[][] {
  const first = ring.findIndex((point) => outside(point, columns, rows));
  if (first < 0) return [[...ring, ring[0]!]];
  const runs: Position[][] = [];
  let run: Position[] = [];
  for (let step = 1; step <= ring.length; step++) {
    const point = ring[(first + step) % ring.length]!;
    if (!outside(point, columns, rows)) run.push(point);
    else {
      if (run.length > 1) runs.push(run);
      run = [];
    }
  }
  return runs;
}

function inPlane(points: readonly Position[], field: Field): Polyline {
  const line = new Float64Array(points.length * 2);
  points.forEach(([x, y], index) => {
    line[2 * index] = coordinateAt(field.x, x - 0.5);
    line[2 * index + 1] = coordinateAt(field.y, y - 0.5);
  });
  return line;
}

/** The coordinate at a fractional index, held inside. */
function coordinateAt(nodes: readonly number[], index: number): number {
  const last = nodes.length - 1;
  const at = Math.min(last, Math.max(0, index));
  const low = Math.min(Math.floor(at), last - 1);
  const share = at - low;
  return nodes[low]! * (1 - share) + nodes[low + 1]! * share;
}

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
