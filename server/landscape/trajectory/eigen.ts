/** Eigenvalues of a symmetric matrix in descending order, and their eigenvectors of unit length. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  /** `vectors[k]` belongs to `values[k]`. */
  readonly vectors: readonly Float64Array[];
}

/** Far more than the six to ten that matrices of any size take. */
const mostSweeps = 60;

/**
 * All eigenvalues and eigenvectors of a small dense symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan,
 * "Matrix Computations", 4th edition, 8.5), in float64. Vectors are orthonormal to a few 2⁻⁵²; values have absolute errors
 * of the order of 2⁻⁵²·‖A‖. O(n³) for each of some eight sweeps: made for hundreds of rows.
 *
 * @param matrix row by row; not changed; its upper triangle counts
 * @throws Error when an entry is not finite
 */
export function symmetricEigen(matrix: readonly Float64Array[]): SymmetricEigen {
  const n = matrix.length;
  if (!matrix.every((row) => row.every(Number.isFinite))) throw new Error("a matrix has an entry that is not finite");
  const a = matrix.map((row, i) => Float64Array.from(row, (_, j) => matrix[Math.min(i, j)]![Math.max(i, j)]!));
  const v = a.map((_, i) => new Float64Array(n).fill(1, i, i + 1));
  const negligible = (frobenius(a, true) * 2 ** -53) / Math.max(1, n);
  for (let sweep = 0; frobenius(a, false) > negligible; sweep++) {
    if (sweep === mostSweeps) throw new Error("the eigenvalues of a symmetric matrix did not converge");
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, k) => k).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((k) => a[k]![k]!), vectors: order.map((k) => v[k]!) };
}

/** Root of the sum of squares of all entries, or of those off the diagonal. */
function frobenius(a: readonly Float64Array[], diagonal: boolean): number {
  let sum = 0;
  a.forEach((row, i) => {
    row.forEach((value, j) => {
      if (diagonal || i !== j) sum += value * value;
    });
  });
  return Math.sqrt(sum);
}

/** Makes a[p][q] zero by A ← JᵀAJ, and applies J to the eigenvectors, which are the rows of v. */
function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  const off = a[p]![q]!;
  if (off === 0) return;
  const tau = (a[q]![q]! - a[p]![p]!) / (2 * off);
  // The smaller root of t² + 2τt − 1, so that the angle is at most 45°.
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (const row of a) turn(row, p, row, q, c, s);
  for (let k = 0; k < a.length; k++) {
    turn(a[p]!, k, a[q]!, k, c, s);
    turn(v[p]!, k, v[q]!, k, c, s);
  }
  a[p]![q] = 0;
  a[q]![p] = 0;
}

/** (x, y) ← (c·x − s·y, s·x + c·y) */
function turn(xs: Float64Array, i: number, ys: Float64Array, j: number, c: number, s: number): void {
  const x = xs[i]!;
  const y = ys[j]!;
  xs[i] = c * x - s * y;
  ys[j] = s * x + c * y;
}
