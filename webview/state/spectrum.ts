import type { SpectralDensity } from "../../server/protocol/result";
import { negativeShare, negligibleShare } from "./curvature";

/** The density of the Hessian's eigenvalues as a smooth curve. */
export interface DensityCurve {
  readonly x: readonly number[];
  /** Density per unit of x; its integral is 1. */
  readonly y: readonly number[];
  /** Standard deviation of the Gaussian that stands for each Ritz value. */
  readonly width: number;
}

/** The mean of several samples of one density: all their Ritz values, ascending, with their weights shared out. */
export function averageDensity(densities: readonly SpectralDensity[]): SpectralDensity {
  const entries = densities.flatMap(({ values, weights }) =>
    values.map((value, k) => ({ value, weight: weights[k]! / densities.length })),
  );
  entries.sort((a, b) => a.value - b.value);
  return { values: entries.map(({ value }) => value), weights: entries.map(({ weight }) => weight) };
}

/** Whether a density can be drawn: it is a single NaN where a product with the Hessian was not finite. */
export function isFiniteDensity({ values }: SpectralDensity): boolean {
  return values.length > 0 && values.every(Number.isFinite);
}

/**
 * Every Ritz value θₖ becomes a Gaussian of its weight wₖ: y(x) = Σ wₖ exp(−(x − θₖ)²/(2σ²)) / (σ√(2π)), with σ a
 * hundredth of the range of the Ritz values, from four σ below the least to four above the largest. This is the curve of
 * the exports.
 */
export function densityCurve({ values, weights }: SpectralDensity, points: number): DensityCurve {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const width = most > least ? (most - least) / 100 : 1;
  const from = least - 4 * width;
  const step = (most - least + 8 * width) / (points - 1);
  const x = Array.from({ length: points }, (_, i) => from + i * step);
  const y = x.map((at) =>
    values.reduce((sum, value, k) => {
      const distance = (at - value) / width;
      return sum + (weights[k]! * Math.exp((-distance * distance) / 2)) / (width * Math.sqrt(2 * Math.PI));
    }, 0),
  );
  return { x, y, width };
}

/** An estimate with its standard error, NaN from a single sample. */
export interface Estimated {
  readonly value: number;
  readonly error: number;
  readonly samples: number;
}

/** Mean of samples and its standard error √(s²/k), s² being the sample variance. */
export function meanOf(samples: readonly number[]): Estimated {
  const count = samples.length;
  const value = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = samples.reduce((sum, sample) => sum + (sample - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (count - 1) / count), samples: count };
}

/** How much of the spectrum is negative, as shares of all eigenvalues. */
export interface NegativeMass {
  /** Weight of the Ritz values that single precision can tell from zero on the negative side. */
  readonly belowZero: Estimated;
  /** Weight of those below −1 % of the largest. */
  readonly beyond: Estimated;
}

/** The negative mass of a density, from its samples: one for each starting vector. */
export function negativeMass(densities: readonly SpectralDensity[]): NegativeMass {
  const all = densities.flatMap(({ values }) => values);
  const size = Math.max(...all.map(Math.abs));
  const largest = Math.max(...all);
  const below = (limit: number): Estimated =>
    meanOf(
      densities.map(({ values, weights }) =>
        values.reduce((sum, value, k) => (value < limit ? sum + weights[k]! : sum), 0),
      ),
    );
  return { belowZero: below(-negligibleShare * size), beyond: below(-negativeShare * Math.abs(largest)) };
}
