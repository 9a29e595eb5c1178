import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { norm } from "../../../../server/landscape/curvature/krylov";
import type { Product } from "../../../../server/landscape/curvature/krylov";
import { extremes } from "../../../../server/landscape/curvature/lanczos";
import type { LanczosOptions, RitzPair } from "../../../../server/landscape/curvature/lanczos";
import { Random } from "../../../../server/landscape/random";
import { dense, diagonal, symmetric, withSpectrum } from "./support";

function options(changes: Partial<LanczosOptions> = {}): LanczosOptions {
  return { random: new Random(1), tolerance: 1e-8, maxSteps: 300, ...changes };
}

async function measuredResidual(product: Product, { value, vector }: RitzPair): Promise<number> {
  const image = await product(vector!.slice());
  return norm(image.map((entry, i) => entry - value * vector![i]!));
}

describe("both ends of a spectrum", () => {
  test("of a diagonal operator, with their eigenvectors", async () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 3);
    values[77] = 41;
    values[303] = -17;
    const found = await extremes(diagonal(values), 500, options({ vectors: true }));
    expect(found.largest.value).toBeCloseTo(41, 9);
    expect(found.smallest.value).toBeCloseTo(-17, 9);
    expect(Math.abs(found.largest.vector![77]!)).toBeCloseTo(1, 9);
    expect(Math.abs(found.smallest.vector![303]!)).toBeCloseTo(1, 9);
    expect(found.converged).toBe(true);
    expect(found.products).toBeLessThan(40);
  });

  test("of random symmetric matrices are those that ml-matrix finds", async () => {
    for (const [n, seed] of [
      [5, 1],
      [30, 2],
      [80, 3],
    ] as const) {
      const matrix = symmetric(n, seed);
      const expected = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues.sort(
        (a, b) => a - b,
      );
      const ends = ["largest", "secondLargest", "smallest"] as const;
      const found = await extremes(dense(matrix), n, options({ ends, tolerance: 1e-10 }));
      expect(found.largest.value).toBeCloseTo(expected[n - 1]!, 9);
      expect(found.secondLargest!.value).toBeCloseTo(expected[n - 2]!, 9);
      expect(found.smallest.value).toBeCloseTo(expected[0]!, 9);
      expect(found.symmetry).toBeLessThan(1e-14);
    }
  });

  test("a smallest eigenvalue that is tiny beside the largest is not the largest again", async () => {
    const values = Array.from({ length: 200 }, (_, i) => 1 + i * 50);
    values[0] = -1e-4;
    const found = await extremes(diagonal(values), 200, options({ tolerance: 1e-6 }));
    expect(found.largest.value).toBeCloseTo(9951, 6);
    expect(Math.abs(found.smallest.value / -1e-4 - 1)).toBeLessThan(1e-5);
  });

  test("a lone negative eigenvalue is found though the bulk near zero is below the precision of the products", async () => {
    const random = new Random(3);
    const values = Float64Array.from({ length: 5000 }, () => 1e-3 * random.nextNormal());
    for (let k = 0; k < 10; k++) values[k] = 1e4 / 2 ** k;
    values[77] = -0.05;
    const rounded: Product = async (vector) => vector.map((value, i) => Math.fround(Math.fround(value) * values[i]!));
    const single = { tolerance: 1e-3, precision: 1e-6, storage: "float32" } as const;
    for (let seed = 0; seed < 10; seed++) {
      const found = await extremes(rounded, 5000, options({ ...single, random: new Random(seed) }));
      expect(found.smallest.value).toBeCloseTo(-0.05, 5);
      expect(found.largest.value).toBeCloseTo(1e4, 2);
      expect(found.products).toBeLessThan(30);
    }
  });

  test("both ends may have the same sign", async () => {
    const negative = await extremes(dense(withSpectrum([-9, -4, -3, -2.5, -1], 4)), 5, options());
    expect([negative.largest.value, negative.smallest.value]).toEqual([expect.closeTo(-1, 10), expect.closeTo(-9, 10)]);
    const positive = await extremes(dense(withSpectrum([9, 4, 3, 2.5, 1], 4)), 5, options());
    expect([positive.largest.value, positive.smallest.value]).toEqual([expect.closeTo(9, 10), expect.closeTo(1, 10)]);
  });

  test("eigenvalues that occur several times or lie close together are found once", async () => {
    const spectrum = [7, 7, 7, 6.9999999, 3, 3, 0, 0, 0, -2, -2, -2];
    const ends = ["largest", "secondLargest", "smallest"] as const;
    const found = await extremes(dense(withSpectrum(spectrum, 9)), 12, options({ ends, vectors: true }));
    expect(found.largest.value).toBeCloseTo(7, 9);
    expect(found.smallest.value).toBeCloseTo(-2, 9);
    expect(found.secondLargest!.value).toBeLessThan(7);
    expect(found.products).toBeLessThan(12);
  });

  test("the smallest eigenvalue of a matrix of low rank is zero to rounding", async () => {
    const spectrum = [...new Array<number>(57).fill(0), 1, 10, 1000];
    const found = await extremes(dense(withSpectrum(spectrum, 2)), 60, options());
    expect(found.largest.value).toBeCloseTo(1000, 8);
    expect(Math.abs(found.smallest.value)).toBeLessThan(1e-10);
    expect(found.converged).toBe(true);
    expect(found.products).toBeLessThan(8);
  });

  test("of operators of order 1 and 2", async () => {
    const one = await extremes(diagonal([-3]), 1, options({ vectors: true }));
    expect(one.largest.value).toBe(-3);
    expect(one.smallest.value).toBe(-3);
    expect(one.secondLargest).toBeUndefined();
    expect(one).toMatchObject({ products: 1, converged: true });
    const two = await extremes(
      dense(
        new Matrix([
          [2, 1],
          [1, 2],
        ]),
      ),
      2,
      options(),
    );
    expect(two.largest.value).toBeCloseTo(3, 14);
    expect(two.smallest.value).toBeCloseTo(1, 14);
    expect(two.secondLargest!.value).toBe(two.smallest.value);
  });

  test("the identity and zero have one eigenvalue, found with one product", async () => {
    const identity = await extremes(diagonal(new Array<number>(20).fill(4)), 20, options());
    expect(identity.largest.value).toBeCloseTo(4, 14);
    expect(identity.smallest.value).toBe(identity.largest.value);
    expect(identity).toMatchObject({ products: 1, converged: true });
    expect(identity.secondLargest).toBeUndefined();
    const zero = await extremes(diagonal(new Array<number>(20).fill(0)), 20, options());
    expect(zero.largest).toEqual({ value: 0, residual: 0 });
    expect(zero.smallest).toEqual({ value: 0, residual: 0 });
  });

  test("any spectrum and start: ends to the tolerance, vectors of unit length, residuals as measured", async () => {
    const eigenvalue = fc
      .double({ min: -100, max: 100, noNaN: true })
      .map((value) => (Math.abs(value) < 1e-100 ? 0 : value));
    const spectra = fc.array(eigenvalue, { minLength: 1, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(spectra, fc.integer(), async (spectrum, seed) => {
        const product = diagonal(spectrum);
        const found = await extremes(product, spectrum.length, options({ random: new Random(seed), vectors: true }));
        const scale = Math.max(...spectrum.map(Math.abs));
        expect(Math.abs(found.largest.value - Math.max(...spectrum))).toBeLessThanOrEqual(1e-7 * scale);
        expect(Math.abs(found.smallest.value - Math.min(...spectrum))).toBeLessThanOrEqual(1e-7 * scale);
        for (const pair of [found.largest, found.smallest]) {
          expect(norm(pair.vector!)).toBeCloseTo(1, 12);
          const told = pair.residual * Math.max(Math.abs(pair.value), 2 ** -52 * scale);
          expect(Math.abs((await measuredResidual(product, pair)) - told)).toBeLessThanOrEqual(1e-12 * scale);
        }
      }),
    );
  });

  test("the residual of what is cut short is the measured one, and it is not called found", async () => {
    const product = dense(symmetric(60, 8));
    const found = await extremes(product, 60, options({ maxSteps: 6, vectors: true }));
    expect(found).toMatchObject({ converged: false, products: 6 });
    for (const pair of [found.largest, found.smallest]) {
      expect(pair.residual).toBeGreaterThan(1e-3);
      expect(await measuredResidual(product, pair)).toBeCloseTo(pair.residual * Math.abs(pair.value), 10);
    }
  });

  test("an operator that is not symmetric is noticed, and its residual is the measured one", async () => {
    const matrix = symmetric(40, 3);
    matrix.set(2, 31, matrix.get(2, 31) + 0.5);
    const product = dense(matrix);
    const found = await extremes(product, 40, options({ vectors: true }));
    expect(found.symmetry).toBeGreaterThan(1e-3);
    expect(found.largest.residual).toBeGreaterThan(1e-4);
    expect(await measuredResidual(product, found.largest)).toBeCloseTo(
      found.largest.residual * found.largest.value,
      10,
    );
  });

  test("a basis of single precision does for products of single precision", async () => {
    const values = Array.from({ length: 400 }, (_, i) => Math.cos(i));
    values[5] = 30;
    values[6] = 29;
    values[7] = -4;
    const rounded: Product = async (vector) => vector.map((value, i) => Math.fround(Math.fround(value) * values[i]!));
    const ends = ["largest", "secondLargest", "smallest"] as const;
    const single = options({ ends, storage: "float32", tolerance: 1e-4, precision: 1e-6, vectors: true });
    const found = await extremes(rounded, 400, single);
    expect(found.largest.value).toBeCloseTo(30, 5);
    expect(found.secondLargest!.value).toBeCloseTo(29, 5);
    expect(found.smallest.value).toBeCloseTo(-4, 5);
    expect(found.symmetry).toBeLessThan(1e-6);
    expect(norm(found.largest.vector!)).toBeCloseTo(1, 6);
  });

  test("the same seed gives the same numbers", async () => {
    const once = (): ReturnType<typeof extremes> => extremes(dense(symmetric(30, 1)), 30, options());
    expect(await once()).toEqual(await once());
  });

  test("a product that is not finite makes everything NaN", async () => {
    let calls = 0;
    const broken: Product = async (vector) =>
      ++calls < 3 ? vector.map((value, i) => value * i) : vector.fill(Infinity);
    const found = await extremes(broken, 20, options({ vectors: true }));
    expect(found.largest).toEqual({ value: NaN, residual: NaN });
    expect(found.smallest).toEqual({ value: NaN, residual: NaN });
    expect(found).toMatchObject({ symmetry: NaN, converged: false, products: 3 });
  });

  test("nothing to multiply is refused", async () => {
    await expect(extremes(diagonal([]), 0, options())).rejects.toThrow(RangeError);
    await expect(extremes(diagonal([1]), 1, options({ maxSteps: 0 }))).rejects.toThrow(RangeError);
  });
});
