/**
 * Coordinates of `n` evenly spaced grid lines over [from, to]: (from·(n−1−i) + to·i)/(n−1). The ends are exact, a symmetric
 * range gives symmetric coordinates, and a line that falls on zero is exactly 0. For n = 1 the middle of the range.
 *
 * Where the ends are decimals of a few digits, as people write them, each coordinate is the double nearest to the exact
 * quotient: grids of any range and size have the same double where they have a line in common.
 */
export function coordinates([from, to]: readonly [number, number], n: number): number[] {
  if (n === 1) return [(from + to) / 2];
  const [first, last, unit] = wholeNumbers(from, to, n - 1) ?? [from, to, 1];
  const negligible = 1e-13 * Math.max(Math.abs(from), Math.abs(to));
  return Array.from({ length: n }, (_, i) => {
    if (i === 0) return from;
    if (i === n - 1) return to;
    const value = (first * (n - 1 - i) + last * i) / ((n - 1) * unit);
    return Math.abs(value) <= negligible ? 0 : value;
  });
}

/**
 * Two decimals as whole numbers of a power of ten's inverse, of which `parts` times their sum is exact; undefined where they
 * have too many digits.
 */
function wholeNumbers(from: number, to: number, parts: number): readonly [number, number, number] | undefined {
  const most = Number.MAX_SAFE_INTEGER / (2 * parts);
  for (let unit = 1; unit <= most; unit *= 10) {
    const [first, last] = [Math.round(from * unit), Math.round(to * unit)];
    if (Math.max(Math.abs(first), Math.abs(last)) > most) return undefined;
    // A quotient of whole numbers is the double nearest to it, and so is the number that the decimal was read as.
    if (first / unit === from && last / unit === to) return [first, last, unit];
  }
  return undefined;
}

/** One step of the way from coarse to fine. */
export interface GridLevel {
  /** Columns of the nested grid that is complete after this level, ascending. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  /** Row-major indices (row · number of all columns + column) that are new in this level, from the centre outwards. */
  readonly indices: readonly number[];
}

/**
 * Nested grids from coarse to fine: lines {0, centre, n−1} of each axis at first, then every gap is bisected (floor of
 * its middle) until all lines are there; an axis that is complete waits for the other. Over all levels every index of
 * the grid appears exactly once. Within a level, indices are ordered by their distance from the centre in units of the
 * grid's width and height, ties by index; the centre itself is the very first.
 * @param lines every row is a line of its own: all rows are there from the first level on, and the distance is that
 *   along the line.
 */
export function gridLevels(columns: number, rows: number, lines = false): readonly GridLevel[] {
  const columnLevels = axisLevels(columns);
  const rowLevels = lines ? [Array.from({ length: rows }, (_, row) => row)] : axisLevels(rows);
  const seen = new Uint8Array(columns * rows);
  const distanceOf = lines ? distanceAlong(columns) : squaredDistance(columns, rows);
  const distance = new Float64Array(columns * rows).map((_, index) => distanceOf(index));
  const levels: GridLevel[] = [];
  for (let step = 0; step < Math.max(columnLevels.length, rowLevels.length); step++) {
    const level = {
      columns: columnLevels[Math.min(step, columnLevels.length - 1)]!,
      rows: rowLevels[Math.min(step, rowLevels.length - 1)]!,
    };
    const indices: number[] = [];
    for (const row of level.rows) {
      for (const column of level.columns) {
        const index = row * columns + column;
        if (!seen[index]) indices.push(index);
        seen[index] = 1;
      }
    }
    indices.sort((a, b) => distance[a]! - distance[b]! || a - b);
    levels.push({ ...level, indices });
  }
  return levels;
}

/** The middle line of an axis; of two middle lines the lower. */
function centreOf(n: number): number {
  return Math.floor((n - 1) / 2);
}

function axisLevels(n: number): readonly (readonly number[])[] {
  const levels = [[...new Set([0, centreOf(n), n - 1])]];
  for (let last = levels[0]!; last.length < n;) {
    const next = [last[0]!];
    for (let i = 1; i < last.length; i++) {
      const middle = Math.floor((last[i - 1]! + last[i]!) / 2);
      if (middle > last[i - 1]!) next.push(middle);
      next.push(last[i]!);
    }
    levels.push(next);
    last = next;
  }
  return levels;
}

/** Distance from the middle column. */
function distanceAlong(columns: number): (index: number) => number {
  const centre = centreOf(columns);
  return (index) => Math.abs((index % columns) - centre);
}

/** Squared distance from the centre in units of the axes' lengths, scaled to integers so that ties are exact. */
function squaredDistance(columns: number, rows: number): (index: number) => number {
  const width = Math.max(1, columns - 1);
  const height = Math.max(1, rows - 1);
  const centreColumn = centreOf(columns);
  const centreRow = centreOf(rows);
  return (index) => {
    const dx = ((index % columns) - centreColumn) * height;
    const dy = (Math.floor(index / columns) - centreRow) * width;
    return dx * dx + dy * dy;
  };
}
