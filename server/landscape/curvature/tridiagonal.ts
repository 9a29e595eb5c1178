/** Eigenvalues of a symmetric matrix, ascending, and chosen rows of the matrix of its eigenvectors. */
export interface TridiagonalEigen {
  readonly values: Float64Array;
  /** r·Q for each given row r, where column k of Q is the eigenvector of `values[k]`. */
  readonly rows: readonly Float64Array[];
}

const epsilon = 2 ** -52;

/** What is smaller is zero: its square is none that a double can hold. */
const smallest = 1e-150;

/** Far more than the two or three steps that an eigenvalue takes. */
const stepsPerValue = 40;

/**
 * Decomposes a symmetric tridiagonal matrix T = Q Λ Qᵀ by implicit QR steps with Wilkinson's shift (Golub and Van Loan,
 * "Matrix Computations", 4th edition, algorithms 8.3.2 and 8.3.3). Absolute errors are of the order of 2⁻⁵²·‖T‖.
 *
 * Rotations touch each row of Q on its own, so that a caller who needs only the first or last components of all
 * eigenvectors pays O(n) a rotation for nothing else: it gives the first or last unit vector as its row.
 *
 * @param diagonal n finite entries
 * @param offDiagonal n − 1 entries; more are ignored
 * @param rows vectors of n entries, which are not changed
 * @throws Error when an entry is not finite, or the steps do not converge
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  offDiagonal: ArrayLike<number>,
  rows: readonly Float64Array[] = [],
): TridiagonalEigen {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) => offDiagonal[i]!);
  if (!d.every(Number.isFinite) || !e.every(Number.isFinite))
    throw new Error("The matrix has an entry that is not finite.");
  const rotated = rows.map((row) => row.slice());
  const least = Math.max(smallest, (epsilon / 8) * largestOf(d, e));
  let left = stepsPerValue * n;
  for (let last = n - 1; last > 0;) {
    if (negligible(d, e, last - 1, least)) {
      e[last - 1] = 0;
      last -= 1;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !negligible(d, e, first - 1, least)) first -= 1;
    if (left-- === 0) throw new Error("The eigenvalues of a tridiagonal matrix did not converge.");
    qrStep(d, e, first, last, rotated);
  }
  return sorted(d, rotated);
}

/** All n unit vectors: the rows to give for the whole of Q. */
export function unitRows(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => unitRow(n, i));
}

/** The unit vector with a 1 at `i`. */
export function unitRow(n: number, i: number): Float64Array {
  const row = new Float64Array(n);
  row[i] = 1;
  return row;
}

function negligible(d: Float64Array, e: Float64Array, i: number, least: number): boolean {
  return Math.abs(e[i]!) <= Math.max(least, epsilon * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)));
}

function largestOf(...parts: readonly Float64Array[]): number {
  return parts.reduce((most, part) => part.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);
}

/** One step on the block first … last, all of whose off-diagonal entries matter: a bulge is chased down it. */
function qrStep(d: Float64Array, e: Float64Array, first: number, last: number, rows: readonly Float64Array[]): void {
  let x = d[first]! - wilkinsonShift(d[last - 1]!, e[last - 1]!, d[last]!);
  let z = e[first]!;
  for (let k = first; k < last; k++) {
    const r = Math.hypot(x, z);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : z / r;
    if (k > first) e[k - 1] = r;
    const [a, b, f] = [d[k]!, e[k]!, d[k + 1]!];
    d[k] = c * c * a + 2 * c * s * b + s * s * f;
    d[k + 1] = s * s * a - 2 * c * s * b + c * c * f;
    e[k] = c * s * (f - a) + (c * c - s * s) * b;
    if (k < last - 1) {
      x = e[k]!;
      z = s * e[k + 1]!;
      e[k + 1]! *= c;
    }
    for (const row of rows) {
      const [p, q] = [row[k]!, row[k + 1]!];
      row[k] = c * p + s * q;
      row[k + 1] = c * q - s * p;
    }
  }
}

/** The eigenvalue of [[a, b], [b, f]] that is nearer to f. */
function wilkinsonShift(a: number, b: number, f: number): number {
  const delta = (a - f) / 2;
  const far = delta < 0 ? delta - Math.hypot(delta, b) : delta + Math.hypot(delta, b);
  return f - (b / far) * b;
}

function sorted(values: Float64Array, rows: readonly Float64Array[]): TridiagonalEigen {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const pick = (from: Float64Array): Float64Array => Float64Array.from(order, (i) => from[i]!);
  return { values: pick(values), rows: rows.map(pick) };
}
