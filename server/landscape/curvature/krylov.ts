/** v ↦ H·v for a symmetric H. The vector must not be kept or changed; the result is the caller's. */
export type Product = (vector: Float64Array) => Promise<Float64Array>;

/** In which precision the basis is kept: `float32` halves the memory and loses nothing when products are of float32. */
export type Storage = "float32" | "float64";

/** Beneath this share of ‖H‖ the rest of a product is rounding: the space is invariant. */
const breakdown = 1e-13;

/**
 * A Krylov space span{v, Hv, H²v, …} of a symmetric operator with an orthonormal basis V in which H is the tridiagonal
 * matrix T = Vᵀ H V (C. Lanczos, 1950). Every new vector is made orthogonal to all others, twice, by classical
 * Gram–Schmidt (B. N. Parlett, "The Symmetric Eigenvalue Problem", 6.9 and 13.8): without it eigenvalues come back as
 * copies of themselves.
 *
 * The first of these passes gives vᵢ·Hvⱼ for all i < j, where symmetry says that it is vⱼ·Hvᵢ. How far it is not is kept:
 * it makes the residuals of Ritz pairs true, not merely estimates that take symmetry for granted, at no further product.
 */
export class KrylovSpace {
  /** Diagonal of T. */
  readonly diagonal: number[] = [];
  /** Off-diagonal of T; the last entry couples the space to the vector beyond it. */
  readonly coupling: number[] = [];
  /** Largest |u·Hv − v·Hu| / max(‖Hu‖, ‖Hv‖) over all pairs of basis vectors; NaN once a product is not finite. */
  symmetry = 0;
  /** Whether all products were finite; after one that was not the space is of no use. */
  finite = true;
  private readonly basis: (Float32Array | Float64Array)[] = [];
  /** Column j holds vᵢ·Hvⱼ − Tᵢⱼ for i < j. */
  private readonly asymmetry: Float64Array[] = [];
  private readonly norms: number[] = [];
  private next: Float64Array;
  private invariant = false;

  /**
   * @param start any vector but zero; its length is the order of H
   * @throws RangeError when it is empty, zero or not finite
   */
  constructor(
    private readonly product: Product,
    start: Float64Array,
    private readonly storage: Storage = "float64",
  ) {
    const length = norm(start);
    if (!(length > 0 && Number.isFinite(length))) throw new RangeError("A Krylov space needs a vector to start from.");
    this.next = scaled(start, 1 / length);
  }

  /** Number of basis vectors, which is that of the products made. */
  get steps(): number {
    return this.diagonal.length;
  }

  /** Whether the space is invariant under H, or not finite, so that there is nothing to add. */
  get exhausted(): boolean {
    return this.invariant || !this.finite;
  }

  /** Largest ‖H v‖ of a basis vector: a lower bound of ‖H‖. */
  get scale(): number {
    return this.norms.reduce((most, length) => Math.max(most, length), 0);
  }

  /** Adds one vector to the basis with one product. Must not be called when `exhausted`. */
  async extend(): Promise<void> {
    if (this.exhausted) throw new Error("the Krylov space is exhausted");
    const vector = this.storage === "float32" ? Float32Array.from(this.next) : this.next;
    this.basis.push(vector);
    const image = await this.product(Float64Array.from(vector));
    const length = norm(image);
    this.norms.push(length);
    if (!Number.isFinite(length)) {
      this.finite = false;
      this.symmetry = NaN;
      this.diagonal.push(NaN);
      this.coupling.push(NaN);
      return;
    }
    const first = this.orthogonalise(image);
    const second = this.orthogonalise(image);
    const j = this.steps;
    this.diagonal.push(first[j]! + second[j]!);
    this.compare(first, second);
    const beyond = norm(image);
    this.coupling.push(beyond);
    this.invariant = this.steps === image.length || beyond <= breakdown * this.scale;
    if (!this.invariant) this.next = scaled(image, 1 / beyond);
  }

  /** The vector V·s of the whole space that has the coordinates `s` in the basis. */
  combine(s: Float64Array): Float64Array {
    const sum = new Float64Array(this.next.length);
    this.basis.forEach((vector, j) => {
      addScaled(sum, vector, s[j]!);
    });
    return sum;
  }

  /** ‖H·y − λ·y‖ for the Ritz pair y = V·s, ‖s‖ = 1, T·s = λ·s: from the measured products, asymmetry included. */
  residualNorm(s: Float64Array): number {
    const m = this.steps;
    let square = (this.coupling[m - 1]! * s[m - 1]!) ** 2;
    for (let i = 0; i < m; i++) {
      let inside = 0;
      for (let j = i + 1; j < m; j++) inside += this.asymmetry[j]![i]! * s[j]!;
      square += inside * inside;
    }
    return Math.sqrt(square);
  }

  /** Takes off `image` its components along the basis and returns them. */
  private orthogonalise(image: Float64Array): Float64Array {
    const components = Float64Array.from(this.basis, (vector) => dot(vector, image));
    this.basis.forEach((vector, i) => {
      addScaled(image, vector, -components[i]!);
    });
    return components;
  }

  /** Notes how far the components of the newest product are from those that symmetry asks for. */
  private compare(first: Float64Array, second: Float64Array): void {
    const j = first.length - 1;
    const column = Float64Array.from({ length: j }, (_, i) => {
      const expected = i === j - 1 ? this.coupling[i]! : 0;
      const difference = first[i]! + second[i]! - expected;
      const larger = Math.max(this.norms[i]!, this.norms[j]!);
      if (difference !== 0) this.symmetry = Math.max(this.symmetry, Math.abs(difference) / larger);
      return difference;
    });
    this.asymmetry.push(column);
  }
}

type Vector = Float32Array | Float64Array;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

function addScaled(to: Float64Array, vector: Vector, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * vector[i]!;
}

function scaled(vector: Float64Array, factor: number): Float64Array {
  return vector.map((value) => value * factor);
}
