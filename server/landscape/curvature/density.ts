import type { SpectralDensity } from "../../protocol/result";
import type { Random } from "../random";
import { KrylovSpace } from "./krylov";
import type { Product, Storage } from "./krylov";
import { rademacher } from "./trace";
import { tridiagonalEigen, unitRow } from "./tridiagonal";

export interface DensityOptions {
  /** Draws the Rademacher vector to start from. */
  readonly random: Random;
  /** Largest number of products, which is that of the Ritz values. */
  readonly steps: number;
  readonly storage?: Storage;
}

/**
 * One sample of the density of eigenvalues φ(t) = (1/n) Σᵢ δ(t − λᵢ), by stochastic Lanczos quadrature (S. Ubaru, J. Chen,
 * Y. Saad, SIAM Journal on Matrix Analysis 38, 2017; for Hessians of networks B. Ghorbani, S. Krishnan, Y. Xiao, 2019,
 * arXiv 1901.10159): from a random unit vector v, the Ritz values θₖ with the squared first components τₖ² of the
 * eigenvectors of T as weights. Σ τₖ² p(θₖ) = v·p(H)v for every polynomial p of degree below 2·steps, and the expectation
 * of that is trace p(H)/n. The weights add up to 1.
 *
 * When a product is not finite the density is a single NaN of weight 1.
 */
export async function densitySample(
  product: Product,
  size: number,
  { random, steps, storage }: DensityOptions,
): Promise<SpectralDensity> {
  const space = new KrylovSpace(product, rademacher(size, random), storage);
  while (space.steps < steps && !space.exhausted) await space.extend();
  if (!space.finite) return { values: [NaN], weights: [1] };
  const { values, rows } = tridiagonalEigen(space.diagonal, space.coupling, [unitRow(space.steps, 0)]);
  return { values: [...values], weights: Array.from(rows[0]!, (component) => component * component) };
}

/** The mean of several samples of one density: all their Ritz values, ascending, with their weights shared out. */
export function averageDensity(densities: readonly SpectralDensity[]): SpectralDensity {
  const entries = densities.flatMap(({ values, weights }) =>
    values.map((value, k) => ({ value, weight: weights[k]! / densities.length })),
  );
  entries.sort((a, b) => a.value - b.value);
  return { values: entries.map(({ value }) => value), weights: entries.map(({ weight }) => weight) };
}

export interface DensityCurve {
  readonly x: readonly number[];
  /** Density per unit of x; its integral is 1 but for what lies outside x. */
  readonly y: readonly number[];
}

/**
 * A density as a smooth curve: every Ritz value becomes a Gaussian of its weight,
 * y(x) = Σ wₖ exp(−(x − θₖ)²/(2σ²)) / (σ√(2π)).
 *
 * @param points number of equally spaced x, from four σ below the least Ritz value to four above the largest; at least 2
 * @param sigma width of the Gaussians; a hundredth of the range when absent, and 1 where there is no range
 */
export function densityCurve({ values, weights }: SpectralDensity, points: number, sigma?: number): DensityCurve {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const width = sigma ?? (most > least ? (most - least) / 100 : 1);
  const from = least - 4 * width;
  const step = (most - least + 8 * width) / (points - 1);
  const x = Array.from({ length: points }, (_, i) => from + i * step);
  const y = x.map((at) =>
    values.reduce((sum, value, k) => {
      const distance = (at - value) / width;
      return sum + (weights[k]! * Math.exp((-distance * distance) / 2)) / (width * Math.sqrt(2 * Math.PI));
    }, 0),
  );
  return { x, y };
}
