import { Matrix } from "ml-matrix";
import type { Product } from "../../../../server/landscape/curvature/krylov";
import { Random } from "../../../../server/landscape/random";

/** The diagonal operator of these eigenvalues. */
export function diagonal(values: ArrayLike<number>): Product {
  return async (vector) => vector.map((value, i) => value * values[i]!);
}

/** Multiplies with a matrix. */
export function dense(matrix: Matrix): Product {
  return async (vector) => Float64Array.from(matrix.mmul(Matrix.columnVector([...vector])).to1DArray());
}

/** A matrix of standard normal entries. */
export function normalMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  return new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.nextNormal())));
}

/** A symmetric matrix with normal entries. */
export function symmetric(n: number, seed: number): Matrix {
  const half = normalMatrix(n, n, seed);
  return Matrix.add(half, half.transpose()).div(2);
}

/** Q diag(values) Qᵀ with a random orthogonal Q. */
export function withSpectrum(values: readonly number[], seed: number): Matrix {
  const columns = normalMatrix(values.length, values.length, seed).to2DArray();
  const basis: number[][] = [];
  for (let column of columns) {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const along = column.reduce((sum, value, i) => sum + value * other[i]!, 0);
        column = column.map((value, i) => value - along * other[i]!);
      }
    }
    const length = Math.hypot(...column);
    basis.push(column.map((value) => value / length));
  }
  const q = new Matrix(basis).transpose();
  return q.mmul(Matrix.diag([...values])).mmul(q.transpose());
}
