interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Values on a finer grid for drawing, whose lines have no kinks: in each cell the tensor product of cubic Hermite
 * polynomials with the slopes of parabolas through three neighbours (at the border, of the nearest one), of the logarithm
 * where all values are positive. At the grid's own points the values are its own.
 *
 * Where one of the 16 points around is not finite, the result is bilinear; where one of the cell's corners is not, NaN.
 *
 * @param x, y ascending, two points at least.
 * @param to lies within them.
 */
export function smoothed(x: readonly number[], y: readonly number[], values: Float64Array, to: Grid): Float64Array {
  const positive = values.every((value) => !(value <= 0));
  const source = positive ? values.map(Math.log) : values;
  const across = to.x.map((at) => weightsOf(x, at));
  const down = to.y.map((at) => weightsOf(y, at));
  const result = new Float64Array(to.x.length * to.y.length);
  down.forEach((row, v) => {
    across.forEach((column, u) => {
      const sum = (a: readonly Weight[], b: readonly Weight[]): number =>
        b.reduce(
          (total, [j, q]) => total + q * a.reduce((inner, [i, p]) => inner + p * source[j * x.length + i]!, 0),
          0,
        );
      const cubic = sum(column.cubic, row.cubic);
      const value = Number.isFinite(cubic) ? cubic : sum(column.linear, row.linear);
      result[v * to.x.length + u] = !Number.isFinite(value) ? NaN : positive ? Math.exp(value) : value;
    });
  });
  return result;
}

type Weight = readonly [node: number, weight: number];

interface Weights {
  readonly cubic: readonly Weight[];
  readonly linear: readonly Weight[];
}

/** What each node of an axis contributes at a place. */
function weightsOf(axis: readonly number[], at: number): Weights {
  const above = axis.findIndex((node) => node >= at);
  const high = Math.max(1, above < 0 ? axis.length - 1 : above);
  const low = high - 1;
  const step = axis[high]! - axis[low]!;
  const t = (at - axis[low]!) / step;
  if (t === 0 || t === 1) {
    const own: readonly Weight[] = [[t === 0 ? low : high, 1]];
    return { cubic: own, linear: own };
  }
  const rise = t * t * (3 - 2 * t);
  const scaled = (weights: readonly Weight[], factor: number): readonly Weight[] =>
    weights.map(([node, weight]) => [node, weight * factor * step]);
  return {
    linear: [
      [low, 1 - t],
      [high, t],
    ],
    cubic: [
      [low, 1 - rise],
      [high, rise],
      ...scaled(slopeOf(axis, low), t * (1 - t) ** 2),
      ...scaled(slopeOf(axis, high), t * t * (t - 1)),
    ],
  };
}

/** The slope at a node as weights of values: that of the parabola through it and its neighbours. */
function slopeOf(axis: readonly number[], node: number): readonly Weight[] {
  const middle = Math.min(Math.max(node, 1), axis.length - 2);
  if (middle < 1) {
    const step = axis[1]! - axis[0]!;
    return [
      [0, -1 / step],
      [1, 1 / step],
    ];
  }
  const [a, b, c] = [axis[middle - 1]!, axis[middle]!, axis[middle + 1]!];
  const at = axis[node]!;
  return [
    [middle - 1, (2 * at - b - c) / ((a - b) * (a - c))],
    [middle, (2 * at - a - c) / ((b - a) * (b - c))],
    [middle + 1, (2 * at - a - b) / ((c - a) * (c - b))],
  ];
}
