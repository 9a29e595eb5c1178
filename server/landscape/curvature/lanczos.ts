import type { Random } from "../random";
import { KrylovSpace } from "./krylov";
import type { Product, Storage } from "./krylov";
import { tridiagonalEigen, unitRow, unitRows } from "./tridiagonal";

/** A place in the spectrum; largest and smallest are meant with their signs. */
export type End = "largest" | "secondLargest" | "smallest";

/** An approximate eigenvalue and eigenvector. */
export interface RitzPair {
  readonly value: number;
  /**
   * ‖H y − λ y‖ / |λ| for the unit vector y, from the products that were made; 0 when the norm itself is 0. An eigenvalue
   * below 2⁻⁵² of the largest one in magnitude is taken for that.
   */
  readonly residual: number;
  /** y, of unit length; present when vectors are asked for. */
  readonly vector?: Float64Array;
}

export interface Extremes {
  readonly largest: RitzPair;
  readonly smallest: RitzPair;
  /** Absent when the operator has one eigenvalue only. */
  readonly secondLargest?: RitzPair;
  /** Whether every end that was asked for met the tolerance. */
  readonly converged: boolean;
  readonly products: number;
  /** Largest |u·Hv − v·Hu| / max(‖Hu‖, ‖Hv‖) over all pairs of unit vectors that were multiplied. */
  readonly symmetry: number;
}

export interface LanczosOptions {
  /** Draws the vector to start from. */
  readonly random: Random;
  /** Relative residual |βₖ sₖ| / |λ| at which, three products on end, an end counts as found. */
  readonly tolerance: number;
  /** Largest number of products. */
  readonly maxSteps: number;
  /** The ends that are waited for; largest and smallest when absent. */
  readonly ends?: readonly End[];
  readonly vectors?: boolean;
  /**
   * Relative accuracy of the products: an eigenvalue counts as found, too, when its residual stays below this share (the
   * floor) of the largest one in magnitude. Else an eigenvalue of zero could never be found. 1e-14 when absent.
   */
  readonly precision?: number;
  readonly storage?: Storage;
}

const defaultEnds: readonly End[] = ["largest", "smallest"];

/**
 * For how many products on end a criterion must hold. A start vector has next to nothing of an eigenvector that stands
 * alone at an end, so the space may seem settled before it is noticed; further products bring it out. The floor is met by
 * any Ritz value of a narrow bulk near zero, and is given longer.
 */
const steady = { tolerance: 3, floor: 10 } as const;

/**
 * The algebraically largest and smallest eigenvalue of a symmetric operator from one Krylov space, by Lanczos's method
 * with full reorthogonalisation. There is no shift, so a smallest eigenvalue that is tiny beside the largest is found
 * like any other, to an absolute accuracy of about ‖H‖ times that of the products.
 *
 * A Ritz value λ is within ‖H y − λ y‖ of an eigenvalue, and mostly within the square of it over the distance to the next.
 * Largest and smallest Ritz value lie inside the spectrum: a negative smallest one proves a negative eigenvalue. An
 * eigenvalue that occurs several times is found once. The start is random and normal, so that the ends of the spectrum
 * are missed with probability zero.
 *
 * When a product is not finite, values, residuals and symmetry are NaN and there are no vectors.
 *
 * @param size order of the operator
 * @throws RangeError when `size` or `maxSteps` is below 1
 */
export async function extremes(product: Product, size: number, options: LanczosOptions): Promise<Extremes> {
  const { random, maxSteps, storage } = options;
  if (!(size >= 1 && maxSteps >= 1)) throw new RangeError("Lanczos's method needs a vector and a step.");
  const start = Float64Array.from({ length: size }, () => random.nextNormal());
  const space = new KrylovSpace(product, start, storage);
  const held = { tolerance: 0, floor: 0 };
  let converged = false;
  while (!converged && space.steps < maxSteps) {
    await space.extend();
    if (!space.finite) return undefinedExtremes(space.steps);
    const now = criteria(space, options);
    held.tolerance = now.tolerance ? held.tolerance + 1 : 0;
    held.floor = now.floor ? held.floor + 1 : 0;
    converged = space.exhausted || held.tolerance >= steady.tolerance || held.floor >= steady.floor;
  }
  return { ...pairsOf(space, options.vectors === true), converged, products: space.steps, symmetry: space.symmetry };
}

/** Where an end is among `count` ascending values; undefined when there is none. */
function indexOf(end: End, count: number): number | undefined {
  const index = { largest: count - 1, secondLargest: count - 2, smallest: 0 }[end];
  return index < 0 ? undefined : index;
}

/** Whether every end meets the tolerance, and whether every end meets that or the floor. */
function criteria(
  space: KrylovSpace,
  options: LanczosOptions,
): { readonly tolerance: boolean; readonly floor: boolean } {
  const { tolerance, ends = defaultEnds, precision = 1e-14 } = options;
  const m = space.steps;
  const { values, rows } = tridiagonalEigen(space.diagonal, space.coupling, [unitRow(m, m - 1)]);
  const floor = precision * Math.max(Math.abs(values[0]!), Math.abs(values[m - 1]!));
  const met = ends.map((end) => {
    const k = indexOf(end, m);
    const estimate = k === undefined ? Infinity : Math.abs(space.coupling[m - 1]! * rows[0]![k]!);
    return { tolerance: estimate <= tolerance * Math.abs(values[k ?? 0]!), floor: estimate <= floor };
  });
  return {
    tolerance: met.every((each) => each.tolerance),
    floor: met.every((each) => each.tolerance || each.floor),
  };
}

function pairsOf(space: KrylovSpace, vectors: boolean): Pick<Extremes, End> {
  const m = space.steps;
  const { values, rows } = tridiagonalEigen(space.diagonal, space.coupling, unitRows(m));
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[m - 1]!));
  const pair = (k: number): RitzPair => {
    const value = values[k]!;
    const s = Float64Array.from(rows, (row) => row[k]!);
    const residual = space.residualNorm(s);
    const base = { value, residual: residual === 0 ? 0 : residual / Math.max(Math.abs(value), 2 ** -52 * largest) };
    return vectors ? { ...base, vector: space.combine(s) } : base;
  };
  const second = indexOf("secondLargest", m);
  return { largest: pair(m - 1), smallest: pair(0), ...(second === undefined ? {} : { secondLargest: pair(second) }) };
}

function undefinedExtremes(products: number): Extremes {
  const pair = { value: NaN, residual: NaN };
  return { largest: pair, smallest: pair, secondLargest: pair, converged: false, products, symmetry: NaN };
}
