import { toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import type { Ignore, RandomDirections } from "../protocol/study";
import { blocksOf, blockSquares, normalised } from "./normalise";
import { Random } from "./random";
import { movable } from "./values";

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

/** The parameters over which a path is compared, in file order: all that directions may move, but for what is ignored. */
export function compared(parameters: readonly Parameter[], ignore: Ignore): readonly Parameter[] {
  return movable(parameters).filter((parameter) => ignore === "none" || !isBiasOrNorm(parameter));
}

/**
 * Two random directions d ~ N(0, 1) entrywise, then scaled as `spec.normalise` says (`normalised`; method of Li et al.
 * 2018, arXiv 1712.09913, section 4). They are not made orthogonal to each other.
 *
 * Biases and normalisation parameters (`isBiasOrNorm`) are left out of the result with `ignore: "bias,norm"`; with
 * `ignore: "none"` θ itself is their direction, whatever the normalisation, as in the authors' code without its `ignore`
 * flag. Running statistics are never moved.
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

/**
 * As many independent random directions; the first two are those of `randomDirections`.
 * @throws RangeError when `count` is no whole number of at least 1.
 */
export function randomFamily(
  parameters: readonly Parameter[],
  spec: RandomDirections,
  count: number,
): readonly Direction[] {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`A family has at least one direction, not ${count}.`);
  return Array.from({ length: count }, (_, stream) => randomDirection(parameters, spec, stream));
}

/** The random direction of one stream of the seed, as `randomDirections` says. */
export function randomDirection(parameters: readonly Parameter[], spec: RandomDirections, stream: number): Direction {
  const random = new Random(spec.seed, stream);
  const direction = new Map<string, Float32Array>();
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    const drawn = new Float64Array(theta.length);
    for (let i = 0; i < drawn.length; i++) drawn[i] = random.nextNormal();
    if (!isBiasOrNorm(parameter)) direction.set(parameter.name, normalised(drawn, theta, parameter, spec.normalise));
    else if (spec.ignore === "none") direction.set(parameter.name, theta.slice());
  }
  return direction;
}

/** cos ∠(δ, η) = δ·η / (‖δ‖ ‖η‖) over all parameters, in float64; NaN when a direction is zero. */
export function cosineBetween(first: Direction, second: Direction): number {
  return productOf(first, second) / Math.sqrt(productOf(first, first)) / Math.sqrt(productOf(second, second));
}

/** δ·η over all parameters, in float64. */
export function productOf(first: Direction, second: Direction): number {
  let product = 0;
  for (const [name, a] of first) {
    const b = second.get(name);
    if (b) for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  }
  return product;
}

/**
 * Expected |cos| of two random directions of this specification: √(2/(π·n_eff)) with
 * n_eff = (Σ w_f)² / Σ (w_f² / n_f), where a block f of n_f entries has squared length w_f:
 * `filter` and `layer`: w = ‖θ_f‖² per filter or layer; `dfilter` and `dlayer`: w = 1; `weight`: w = θᵢ² per entry;
 * `none`: w = n per parameter (so n_eff = n). The cosine is taken to be normal, which it is where many entries count.
 *
 * With `ignore: "none"` both directions share the part B = Σ‖θ‖² of biases and normalisation, so the cosine has the mean
 * μ = B/(B + W) and the spread σ = √(Σ w_f²/n_f)/(B + W); √(μ² + 2σ²/π) is returned, exact where either part vanishes.
 */
export function expectedCosine(
  parameters: readonly Parameter[],
  spec: Pick<RandomDirections, "normalise" | "ignore">,
): number {
  let total = 0;
  let squares = 0;
  let shared = 0;
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    if (isBiasOrNorm(parameter)) {
      if (spec.ignore === "none") for (const value of theta) shared += value * value;
      continue;
    }
    for (const { square, entries } of blocksOf(theta, parameter, spec.normalise)) {
      total += square;
      squares += (square * square) / entries;
    }
  }
  const all = total + shared;
  const mean = shared / all;
  return Math.sqrt(mean * mean + (2 * squares) / (Math.PI * all * all));
}

/**
 * Expected |cos| of a fixed direction a, such as that to another model, and a random one of this specification:
 * √(2/π · Σ w_f·‖a_f‖²/n_f / (‖a‖²·Σ w_f)) with the blocks of `expectedCosine`. With `ignore: "none"` the random one is
 * θ on the biases and normalisation, which gives the cosine the mean μ = Σ a·θ / (‖a‖·√(B + W)).
 */
export function expectedCosineWith(
  fixed: Direction,
  parameters: readonly Parameter[],
  spec: Pick<RandomDirections, "normalise" | "ignore">,
): number {
  let total = 0;
  let squares = 0;
  let product = 0;
  for (const parameter of movable(parameters)) {
    const theta = toFloat32(parameter.tensor);
    const along = fixed.get(parameter.name) ?? new Float32Array(theta.length);
    if (!isBiasOrNorm(parameter)) {
      const lengths = blockSquares(along, parameter, spec.normalise);
      let f = 0;
      for (const { square, entries } of blocksOf(theta, parameter, spec.normalise)) {
        total += square;
        squares += (square * lengths[f++]!) / entries;
      }
    } else if (spec.ignore === "none") {
      for (let i = 0; i < theta.length; i++) {
        total += theta[i]! * theta[i]!;
        product += theta[i]! * along[i]!;
      }
    }
  }
  const all = total * productOf(fixed, fixed);
  return Math.sqrt((product * product) / all + (2 * squares) / (Math.PI * all));
}
