import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { symmetricEigen } from "../../../../server/landscape/trajectory/eigen";
import { symmetric, withSpectrum } from "../curvature/support";

const rows = (matrix: Matrix): Float64Array[] => matrix.to2DArray().map((row) => Float64Array.from(row));

/** Largest entry of A·v − λ·v over all pairs, and of V·Vᵀ − 1. */
function errors(matrix: Matrix): { residual: number; orthogonality: number } {
  const { values, vectors } = symmetricEigen(rows(matrix));
  const v = new Matrix(vectors.map((vector) => [...vector])).transpose();
  const residual = Matrix.sub(matrix.mmul(v), v.mmul(Matrix.diag([...values])));
  const orthogonality = Matrix.sub(v.transpose().mmul(v), Matrix.eye(values.length));
  return { residual: Matrix.abs(residual).max(), orthogonality: Matrix.abs(orthogonality).max() };
}

describe("symmetricEigen", () => {
  test("has the eigenvalues that ml-matrix finds, descending, for any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (n, seed) => {
        const matrix = symmetric(n, seed);
        const expected = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues.sort(
          (a, b) => b - a,
        );
        const { values } = symmetricEigen(rows(matrix));
        expect(values).toHaveLength(n);
        values.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-13 * n));
        const { residual, orthogonality } = errors(matrix);
        expect(residual).toBeLessThan(1e-13 * n);
        expect(orthogonality).toBeLessThan(1e-14 * n);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("finds multiple, tiny and negative eigenvalues", () => {
    const wanted = [1e6, 3, 3, 3, 1e-6, 0, 0, -2];
    const matrix = withSpectrum(wanted, 5);
    symmetricEigen(rows(matrix)).values.forEach((value, k) => expect(Math.abs(value - wanted[k]!)).toBeLessThan(1e-8));
    expect(errors(matrix).orthogonality).toBeLessThan(1e-13);
  });

  test("does not depend on the scale of the entries", () => {
    const matrix = symmetric(6, 3);
    const { values } = symmetricEigen(rows(matrix));
    for (const scale of [1e-100, 1e100]) {
      const scaled = symmetricEigen(rows(Matrix.mul(matrix, scale)));
      scaled.values.forEach((value, k) => expect(value / scale / values[k]!).toBeCloseTo(1, 9));
    }
  });

  test("leaves diagonal matrices, zero and its argument as they are, and refuses NaN", () => {
    expect(symmetricEigen([Float64Array.of(1, 0), Float64Array.of(0, 2)])).toEqual({
      values: [2, 1],
      vectors: [Float64Array.of(0, 1), Float64Array.of(1, 0)],
    });
    expect(symmetricEigen([new Float64Array(2), new Float64Array(2)]).values).toEqual([0, 0]);
    const matrix = rows(symmetric(4, 1));
    const before = matrix.map((row) => row.slice());
    symmetricEigen(matrix);
    expect(matrix).toEqual(before);
    expect(() => symmetricEigen([Float64Array.of(NaN)])).toThrow(/not finite/);
  });
});
