/** What is known of a set of values; all but `nonFinite` is about the finite ones. */
export interface Distribution {
  readonly count: number;
  readonly nonFinite: number;
  /** Exact zeros. */
  readonly zeros: number;
  /** Infinity and −Infinity of an empty set. */
  readonly least: number;
  readonly greatest: number;
  /** 0 of an empty set. */
  readonly mean: number;
  /** Σ (x − mean)² */
  readonly spread: number;
  /** Σ x² */
  readonly squares: number;
}

export const emptyDistribution: Distribution = {
  count: 0,
  nonFinite: 0,
  zeros: 0,
  least: Infinity,
  greatest: -Infinity,
  mean: 0,
  spread: 0,
  squares: 0,
};

/** The distribution of `values`, summed in float64; the spread in a second pass, about the mean of the first. */
export function distributionOf(values: Float32Array): Distribution {
  let [count, zeros, least, greatest, sum, squares] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count += 1;
    if (value === 0) zeros += 1;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    sum += value;
    squares += value * value;
  }
  const mean = count > 0 ? sum / count : 0;
  let spread = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) spread += (value - mean) * (value - mean);
  }
  return { count, nonFinite: values.length - count, zeros, least, greatest, mean, spread, squares };
}

/**
 * The distribution of both sets of values together:
 * Δ = m_b − m_a, m = m_a + Δ·n_b/n, M = M_a + M_b + Δ²·n_a·n_b/n.
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances" (1979).
 */
export function together(a: Distribution, b: Distribution): Distribution {
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  const share = count > 0 ? b.count / count : 0;
  return {
    count,
    nonFinite: a.nonFinite + b.nonFinite,
    zeros: a.zeros + b.zeros,
    least: Math.min(a.least, b.least),
    greatest: Math.max(a.greatest, b.greatest),
    mean: a.mean + delta * share,
    spread: a.spread + b.spread + delta * delta * a.count * share,
    squares: a.squares + b.squares,
  };
}

/** Ends of a range that holds all values of some distributions; one of a width of its own where all are the same. */
export function rangeOf(distributions: readonly Distribution[]): readonly [number, number] {
  const from = Math.min(...distributions.map(({ least }) => least));
  const to = Math.max(...distributions.map(({ greatest }) => greatest));
  if (from > to) return [-1, 1];
  if (from < to) return [from, to];
  const half = from === 0 ? 0.5 : Math.abs(from) / 2;
  return [from - half, from + half];
}

/**
 * Adds the finite values to `bins` of equal width: bin k holds [e_k, e_{k+1}) with e_k = from + k·(to − from)/bins, the
 * last one its upper end too. Values outside are not counted.
 */
export function countInto(bins: Float64Array, values: Float32Array, from: number, to: number): void {
  const size = bins.length;
  const width = to - from;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= from && value <= to)) continue;
    let bin = Math.min(size - 1, Math.floor(((value - from) / width) * size));
    // A quotient that is rounded over an edge belongs to the bin on its own side.
    if (value < from + (bin * width) / size) bin -= 1;
    else if (bin < size - 1 && value >= from + ((bin + 1) * width) / size) bin += 1;
    bins[bin]! += 1;
  }
}
