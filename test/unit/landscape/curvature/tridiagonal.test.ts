import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { tridiagonalEigen, unitRow, unitRows } from "../../../../server/landscape/curvature/tridiagonal";
import { Random } from "../../../../server/landscape/random";

function fullMatrix(d: readonly number[], e: readonly number[]): Matrix {
  const matrix = Matrix.diag([...d]);
  e.slice(0, d.length - 1).forEach((value, i) => {
    matrix.set(i, i + 1, value);
    matrix.set(i + 1, i, value);
  });
  return matrix;
}

function largestDifference(a: Matrix, b: Matrix): number {
  return Matrix.sub(a, b).abs().max();
}

/** T Q = Q Λ, QᵀQ = 1 and ascending values, to a small multiple of the precision of doubles. */
function expectDecomposition(d: readonly number[], e: readonly number[]): void {
  const n = d.length;
  const { values, rows } = tridiagonalEigen(d, e, unitRows(n));
  const matrix = fullMatrix(d, e);
  const q = new Matrix(rows.map((row) => [...row]));
  const tolerance = 1e-14 * n;
  const scale = Math.max(matrix.clone().abs().max(), 1e-100);
  expect(largestDifference(matrix.mmul(q), q.mmul(Matrix.diag([...values]))) / scale).toBeLessThan(3 * tolerance);
  expect(largestDifference(q.transpose().mmul(q), Matrix.eye(n))).toBeLessThan(tolerance);
  expect([...values]).toEqual([...values].sort((a, b) => a - b));
}

describe("the eigenvalues of a tridiagonal matrix", () => {
  test("of order 1 and 2 are exact to rounding", () => {
    expect([...tridiagonalEigen([5], []).values]).toEqual([5]);
    expect([...tridiagonalEigen([0, 0], [3]).values]).toEqual([expect.closeTo(-3, 14), expect.closeTo(3, 14)]);
    const { values } = tridiagonalEigen([1, 4], [2]);
    expect(values[0]).toBeCloseTo(0, 14);
    expect(values[1]).toBeCloseTo(5, 14);
  });

  test("of the second difference are 2 − 2 cos(kπ/(n+1))", () => {
    const n = 200;
    const { values } = tridiagonalEigen(new Array<number>(n).fill(2), new Array<number>(n).fill(-1));
    values.forEach((value, k) => {
      expect(Math.abs(value - 2 + 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))).toBeLessThan(3e-14);
    });
  });

  test("agree with those that ml-matrix finds", () => {
    const random = new Random(5);
    for (const n of [3, 10, 60]) {
      const d = Array.from({ length: n }, () => random.nextNormal());
      const e = Array.from({ length: n - 1 }, () => random.nextNormal());
      const expected = new EigenvalueDecomposition(fullMatrix(d, e)).realEigenvalues.sort((a, b) => a - b);
      tridiagonalEigen(d, e).values.forEach((value, k) => {
        expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-12);
      });
    }
  });

  test("come with orthonormal eigenvectors, whatever the matrix", () => {
    const entry = fc.oneof(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.constantFrom(0, 1, -1, 1e-9, 1e8, -1e-160),
    );
    const entries = fc
      .integer({ min: 1, max: 25 })
      .chain((n) =>
        fc.tuple(
          fc.array(entry, { minLength: n, maxLength: n }),
          fc.array(entry, { minLength: n - 1, maxLength: n - 1 }),
        ),
      );
    fc.assert(
      fc.property(entries, ([d, e]) => {
        expectDecomposition(d, e);
      }),
    );
  });

  test("of nearly equal pairs (Wilkinson's W21) are told apart or left equal, with orthonormal eigenvectors", () => {
    const d = Array.from({ length: 21 }, (_, i) => Math.abs(i - 10));
    expectDecomposition(d, new Array<number>(20).fill(1));
    const { values } = tridiagonalEigen(d, new Array<number>(20).fill(1));
    expect(values[20]).toBeCloseTo(10.746194182903393, 13);
  });

  test("rows that are asked for alone are those of the whole matrix, and are not changed", () => {
    const d = [3, 1, 4, 1, 5];
    const e = [9, 2, 6, 5];
    const whole = tridiagonalEigen(d, e, unitRows(5)).rows;
    const last = unitRow(5, 4);
    expect(tridiagonalEigen(d, e, [last]).rows).toEqual([whole[4]]);
    expect(last).toEqual(unitRow(5, 4));
  });

  test("entries that are not finite are refused", () => {
    expect(() => tridiagonalEigen([1, NaN], [1])).toThrow("not finite");
    expect(() => tridiagonalEigen([1, 2], [Infinity])).toThrow("not finite");
  });
});
