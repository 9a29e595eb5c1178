import { EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { averageDensity, densityCurve, densitySample } from "../../../../server/landscape/curvature/density";
import { meanTrace, rademacher, traceSample } from "../../../../server/landscape/curvature/trace";
import { Random } from "../../../../server/landscape/random";
import { dense, diagonal, normalMatrix, symmetric, withSpectrum } from "./support";

describe("Rademacher vectors", () => {
  test("have independent signs", () => {
    const signs = rademacher(100_000, new Random(4));
    expect(signs.every((sign) => sign === 1 || sign === -1)).toBe(true);
    const mean = signs.reduce((sum, sign) => sum + sign, 0) / signs.length;
    expect(Math.abs(mean)).toBeLessThan(3.3 / Math.sqrt(signs.length));
    for (const lag of [1, 31, 32, 33]) {
      let product = 0;
      for (let i = lag; i < signs.length; i++) product += signs[i]! * signs[i - lag]!;
      expect(Math.abs(product / signs.length)).toBeLessThan(3.3 / Math.sqrt(signs.length));
    }
  });
});

describe("the trace", () => {
  test("of a diagonal operator is exact from one sample", async () => {
    expect(await traceSample(diagonal([1, -2, 3.5]), 3, new Random(9))).toBe(2.5);
  });

  test("is within its standard error, which is that of the theory", async () => {
    const n = 40;
    const matrix = symmetric(n, 6);
    const samples: number[] = [];
    for (let k = 0; k < 2000; k++) samples.push(await traceSample(dense(matrix), n, new Random(100 + k)));
    const { value, error, probes } = meanTrace(samples);
    expect(probes).toBe(2000);
    expect(Math.abs(value - matrix.trace())).toBeLessThan(3 * Number(error));
    let variance = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) variance += 2 * matrix.get(i, j) ** 2;
    expect(Number(error) / Math.sqrt(variance / probes)).toBeCloseTo(1, 1);
  });

  test("of a single sample has no known error", () => {
    expect(meanTrace([3])).toEqual({ value: 3, error: "NaN", probes: 1 });
    expect(meanTrace([1, 3])).toEqual({ value: 2, error: 1, probes: 2 });
  });
});

describe("the spectral density", () => {
  test("has as many moments of its start as the theory says", async () => {
    const n = 30;
    const matrix = symmetric(n, 2);
    const steps = 6;
    const { values, weights } = await densitySample(dense(matrix), n, { random: new Random(3), steps });
    expect(values).toHaveLength(steps);
    const start = rademacher(n, new Random(3));
    let power = start;
    for (let degree = 0; degree < 2 * steps; degree++) {
      const exact = start.reduce((sum, value, i) => sum + value * power[i]!, 0) / n;
      const moment = values.reduce((sum, value, k) => sum + weights[k]! * value ** degree, 0);
      expect(Math.abs(moment - exact)).toBeLessThan(1e-10 * 10 ** degree);
      power = await dense(matrix)(power);
    }
  });

  test("of an operator with few eigenvalues is exact once there are as many steps", async () => {
    const values = [...new Array<number>(30).fill(0), ...new Array<number>(9).fill(2), 50];
    const density = await densitySample(diagonal(values), 40, { random: new Random(1), steps: 20 });
    expect(density.values).toHaveLength(3);
    [0, 2, 50].forEach((value, k) => {
      expect(density.values[k]).toBeCloseTo(value, 10);
    });
    // The entries of a Rademacher vector are all of one size, so a diagonal operator's shares are exact.
    [30 / 40, 9 / 40, 1 / 40].forEach((weight, k) => {
      expect(density.weights[k]).toBeCloseTo(weight, 12);
    });
  });

  test("averaged over many starts counts the eigenvalues in any interval", async () => {
    const n = 60;
    const product = normalMatrix(n, n, 5);
    const matrix = product.mmul(product.transpose()).div(n);
    const exact = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
    const samples = [];
    for (let k = 0; k < 60; k++) {
      samples.push(await densitySample(dense(matrix), n, { random: new Random(k), steps: 60, storage: "float32" }));
    }
    const average = averageDensity(samples);
    expect(average.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    expect(average.values).toEqual([...average.values].sort((a, b) => a - b));
    for (const limit of [0.2, 0.5, 1, 2, 3]) {
      const share = average.values.reduce((sum, value, k) => sum + (value < limit ? average.weights[k]! : 0), 0);
      expect(Math.abs(share - exact.filter((value) => value < limit).length / n)).toBeLessThan(0.03);
    }
  });

  test("as a curve has the integral 1 and Gaussians of the width asked for", () => {
    const { x, y } = densityCurve({ values: [-1, 3], weights: [0.25, 0.75] }, 4001, 0.1);
    const step = x[1]! - x[0]!;
    expect(y.reduce((sum, value) => sum + value * step, 0)).toBeCloseTo(1, 4);
    expect(x[0]).toBeCloseTo(-1.4, 12);
    expect(x.at(-1)).toBeCloseTo(3.4, 12);
    expect(Math.max(...y)).toBeCloseTo(0.75 / (0.1 * Math.sqrt(2 * Math.PI)), 4);
  });

  test("of one eigenvalue is a curve too", () => {
    const { x, y } = densityCurve({ values: [2], weights: [1] }, 801);
    expect(y[400]).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 12);
    expect(x[400]).toBeCloseTo(2, 12);
  });

  test("is NaN when a product is not finite", async () => {
    const density = await densitySample(diagonal([1, NaN, 2]), 3, { random: new Random(1), steps: 3 });
    expect(density).toEqual({ values: [NaN], weights: [1] });
  });

  test("ends early where the space is invariant", async () => {
    const density = await densitySample(dense(withSpectrum([5, 5, 5, 5], 1)), 4, { random: new Random(1), steps: 9 });
    expect(density.values).toHaveLength(1);
    expect(density.values[0]).toBeCloseTo(5, 12);
  });
});
