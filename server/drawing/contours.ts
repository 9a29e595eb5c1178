import { contours } from "d3-contour";

/** Points of one line in plane coordinates: α0, β0, α1, β1, … */
export type Polyline = Float64Array;

/** One quantity on a grid, row-major. */
export interface Grid {
  /** Coordinates of the columns and rows, ascending. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly values: ArrayLike<number>;
}

/** What is drawn for one level. */
export interface LevelShape {
  /** Closed rings around everything at or above the level, along the border where it leaves the plane. */
  readonly region: readonly Polyline[];
  /** The level line itself, without the runs along the border; closed ones end where they begin. */
  readonly lines: readonly Polyline[];
}

export interface ContourOptions {
  /** Interpolates the logarithms of the values, those below `floor` (above 0) as `floor`; the values when absent. */
  readonly floor?: number;
  /** How often corners are cut: grids of large cells need it more. */
  readonly rounds: number;
}

type Position = readonly [number, number];
const epsilon = 1e-6;

/**
 * The values as the contours see them: their logarithm if that is asked for, and at non-finite points the mean of the
 * nearest finite ones, since the cells around them are covered anyway and lines reach the cover in a sensible place.
 */
export function contourValues({ x, y, values }: Grid, floor?: number): Float64Array {
  const seen = new Float64Array(values.length);
  for (let index = 0; index < seen.length; index++) {
    const value = values[index]!;
    seen[index] = !Number.isFinite(value) ? NaN : floor === undefined ? value : Math.log(Math.max(value, floor));
  }
  fillGaps(seen, x.length, y.length);
  return seen;
}

/** Fills NaN entries from their finite neighbours, ring by ring. */
function fillGaps(values: Float64Array, columns: number, rows: number): void {
  let gaps: number[] = [];
  for (let index = 0; index < values.length; index++) if (Number.isNaN(values[index]!)) gaps.push(index);
  while (gaps.length > 0) {
    const filled = new Map<number, number>();
    for (const index of gaps) {
      const column = index % columns;
      const row = Math.floor(index / columns);
      let sum = 0;
      let count = 0;
      for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
          const value = values[r * columns + c]!;
          if (!Number.isNaN(value)) {
            sum += value;
            count += 1;
          }
        }
      }
      if (count > 0) filled.set(index, sum / count);
    }
    if (filled.size === 0) return;
    for (const [index, value] of filled) values[index] = value;
    gaps = gaps.filter((index) => !filled.has(index));
  }
}

/**
 * Regions and lines of levels, in plane coordinates, one level after another, so that the work can be spread. The grid has
 * two columns and rows at least.
 */
export function* levelShapes(
  grid: Grid,
  levels: readonly number[],
  { floor, rounds }: ContourOptions,
): Generator<LevelShape, void> {
  const [columns, rows] = [grid.x.length, grid.y.length];
  // The typed array serves as well as a plain one; the type declarations know only the latter.
  const input = contourValues(grid, floor) as unknown as number[];
  const generator = contours().size([columns, rows]);
  for (const level of levels) {
    const rings = generator
      .contour(input, floor === undefined ? level : Math.log(level))
      .coordinates.flat()
      .map((ring) => rounded(ring as unknown as readonly Position[], columns, rows, rounds));
    yield {
      region: rings.map((ring) => inPlane([...ring, ring[0]!], grid)),
      lines: rings.flatMap((ring) => openRuns(ring, columns, rows)).map((run) => inPlane(run, grid)),
    };
  }
}

/** On or beyond the outermost grid points, where d3-contour (whose grid points lie at k + ½) leaves the data. */
function onBorder([x, y]: Position, columns: number, rows: number): boolean {
  return x <= 0.5 + epsilon || y <= 0.5 + epsilon || x >= columns - 0.5 - epsilon || y >= rows - 0.5 - epsilon;
}

/** Strictly outside the outermost grid points: these runs follow the frame and belong to no level line. */
function outside([x, y]: Position, columns: number, rows: number): boolean {
  return x <= epsilon || y <= epsilon || x >= columns - epsilon || y >= rows - epsilon;
}

/**
 * The ring (without its closing point) after rounds of corner cutting (Chaikin 1974), which takes the facets off the
 * linear interpolation. Points on the border stay, so that regions still reach the frame.
 */
function rounded(ring: readonly Position[], columns: number, rows: number, rounds: number): readonly Position[] {
  let points = ring.slice(0, -1);
  for (let round = 0; round < rounds; round++) {
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
    points = cut;
  }
  return points;
}

/** The parts of a ring that do not follow the frame; a ring that never does is returned closed. */
function openRuns(ring: readonly Position[], columns: number, rows: number): Position[][] {
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

function inPlane(points: readonly Position[], grid: Grid): Polyline {
  const line = new Float64Array(points.length * 2);
  points.forEach(([x, y], index) => {
    line[2 * index] = coordinateAt(grid.x, x - 0.5);
    line[2 * index + 1] = coordinateAt(grid.y, y - 0.5);
  });
  return line;
}

/** The coordinate at a fractional index, held inside. */
function coordinateAt(nodes: readonly number[], index: number): number {
  const last = nodes.length - 1;
  const at = Math.min(last, Math.max(0, index));
  const low = Math.min(Math.floor(at), last - 1);
  const share = at - low;
  return share === 0
    ? nodes[low]!
    : share === 1
      ? nodes[low + 1]!
      : nodes[low]! * (1 - share) + nodes[low + 1]! * share;
}
