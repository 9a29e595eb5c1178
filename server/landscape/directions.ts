import type { Parameter } from "../graph/graph";
import type { Normalisation, RandomDirections } from "../protocol/study";
import { filterIndex, filterSquares } from "./filters";
import { Random } from "./random";
import { movable, toFloat32 } from "./values";

/**
 * One tensor per parameter, by `Parameter.name`, in the parameter's own layout. A parameter that is absent is not moved
 * (the direction is zero there).
 */
export type Direction = ReadonlyMap<string, Float32Array>;

/**
 * Whether `ignore: "bias,norm"` leaves the parameter alone: rank ≤ 1, or a bias, scale or shift of any shape.
 */
export function isBiasOrNorm(parameter: Parameter): boolean {
  return parameter.tensor.shape.length <= 1 || ["bias", "scale", "shift"].includes(parameter.role);
}

/**
 * Two random directions d ~ N(0, 1) entrywise, then scaled (method of Li et al. 2018, arXiv 1712.09913, section 4):
 *
 * - `filter`: d_f ← d_f · ‖θ_f‖ / ‖d_f‖ for every filter f (`Parameter.filterAxes`), Frobenius norms.
 *   The authors' code divides by ‖d_f‖ + 1e-10 only to survive a zero; we treat zero apart, so that the norms agree for
 *   one-entry filters too.
 * - `layer`: d ← d · ‖θ‖ / ‖d‖ for every parameter.
 * - `weight`: d ← d ∘ θ.
 * - `none`: d as drawn.
 *
 * Filters of norm zero stay zero. Biases and normalisation parameters (`isBiasOrNorm`) are left out of the result with
 * `ignore: "bias,norm"`; with `ignore: "none"` θ itself is their direction, as in the authors' code without its
 * `ignore` flag. Running statistics are never moved.
 *
 * Normals are drawn in float64, parameters in file order and elements row-major, for every movable parameter whether
 * ignored or not, so that `ignore` does not change the others; the result is rounded to float32 after scaling. Direction
 * k reads stream k of the seed (`Random`). Same parameters and specification: same bytes on every machine.
 */
export function randomDirections(
  parameters: readonly Parameter[],
  spec: RandomDirections,
): readonly [Direction, Direction] {
  return [randomDirection(parameters, spec, 0), randomDirection(parameters, spec, 1)];
}

function randomDirection(parameters: readonly Parameter[], spec: RandomDirections, stream: number): Direction {
  const random = new Random(spec.seed, stream);
  const direction = new Map<string, Float32Array>();
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    const drawn = Float64Array.from(theta, () => random.nextNormal());
    if (!isBiasOrNorm(parameter)) direction.set(parameter.name, normalised(drawn, theta, parameter, spec.normalise));
    else if (spec.ignore === "none") direction.set(parameter.name, theta.slice());
  }
  return direction;
}

function normalised(
  drawn: Float64Array,
  theta: Float32Array,
  parameter: Parameter,
  normalisation: Normalisation,
): Float32Array {
  if (normalisation === "none") return Float32Array.from(drawn);
  if (normalisation === "weight") return Float32Array.from(drawn, (value, i) => value * theta[i]!);
  const filters = filterIndex(parameter.tensor.shape, normalisation === "filter" ? parameter.filterAxes : []);
  const target = filterSquares(theta, filters);
  const found = filterSquares(drawn, filters);
  const factor = target.map((square, f) => (found[f]! > 0 ? Math.sqrt(square) / Math.sqrt(found[f]!) : 0));
  return Float32Array.from(drawn, (value, i) => {
    const scale = factor[filters.of[i]!]!;
    return scale === 0 ? 0 : value * scale;
  });
}

/** cos ∠(δ, η) = δ·η / (‖δ‖ ‖η‖) over all parameters, in float64; NaN when a direction is zero. */
export function cosineBetween(first: Direction, second: Direction): number {
  let product = 0;
  for (const [name, a] of first) {
    const b = second.get(name);
    if (b) for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  }
  return product / Math.sqrt(squareOf(first)) / Math.sqrt(squareOf(second));
}

function squareOf(direction: Direction): number {
  let square = 0;
  for (const values of direction.values()) for (const value of values) square += value * value;
  return square;
}

/**
 * Expected |cos| of two random directions of this specification: √(2/(π·n_eff)) with
 * n_eff = (Σ w_f)² / Σ (w_f² / n_f), where a block f of n_f entries has squared length w_f:
 * `filter` and `layer`: w = ‖θ_f‖² per filter or layer; `weight`: w = θᵢ² per entry; `none`: w = n (so n_eff = n).
 *
 * With `ignore: "none"` both directions share the part B = Σ‖θ‖² of biases and normalisation, so the cosine has the mean
 * μ = B/(B + W) and the spread σ = √(Σ w_f²/n_f)/(B + W); √(μ² + 2σ²/π) is returned, exact where either part vanishes.
 */
export function expectedCosine(parameters: readonly Parameter[], spec: RandomDirections): number {
  let total = 0;
  let squares = 0;
  let shared = 0;
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    if (isBiasOrNorm(parameter)) {
      if (spec.ignore === "none") for (const value of theta) shared += value * value;
      continue;
    }
    for (const [length, entries] of blocks(theta, parameter, spec.normalise)) {
      total += length;
      squares += (length * length) / entries;
    }
  }
  const all = total + shared;
  const mean = shared / all;
  return Math.sqrt(mean * mean + (2 * squares) / (Math.PI * all * all));
}

/** [squared length, number of entries] of every independently scaled block of a parameter's direction. */
function* blocks(theta: Float32Array, parameter: Parameter, normalisation: Normalisation): Generator<[number, number]> {
  if (normalisation === "none") {
    yield [theta.length, theta.length];
    return;
  }
  if (normalisation === "weight") {
    for (const value of theta) yield [value * value, 1];
    return;
  }
  const filters = filterIndex(parameter.tensor.shape, normalisation === "filter" ? parameter.filterAxes : []);
  const entries = theta.length / filters.count;
  for (const square of filterSquares(theta, filters)) yield [square, entries];
}
