import type { Parameter } from "../../graph/graph";
import { ProblemError } from "../../protocol/problem";
import { productOf } from "../directions";
import type { Direction } from "../directions";
import { symmetricEigen } from "./eigen";
import type { GramMatrix } from "./gram";
import { readValues } from "./source";
import type { WeightSource } from "./source";

/** Principal components of a path. */
export interface PrincipalComponents {
  /** Number of rows that took part; for `randomWalkBaseline`. */
  readonly rows: number;
  /** Share of the variance that each component explains, descending; as many as rows, their sum is 1. */
  readonly ratios: readonly number[];
  /** Sums of squares along the components: eigenvalues of the (centred) Gram matrix, descending. */
  readonly eigenvalues: readonly number[];
  /** Of the two leading directions: v = Σᵢ cᵢ·(θᵢ − θ_N) over all checkpoints, of unit length. */
  readonly coefficients: readonly [Float64Array, Float64Array];
}

export interface PrincipalOptions {
  /** Whether the mean of the rows is taken off them, as scikit-learn and the authors' code do. */
  readonly centred: boolean;
  /** Whether the row of the model itself, which is zero, takes part, as in the authors' code; not so in the paper. */
  readonly finalRow: boolean;
}

/** A spread below this share of another (of variance; 1e-5 of length) is lost in the rounding of float32 weights. */
const negligible = 1e-10;

/**
 * Principal component analysis of the rows θᵢ − θ_N from their Gram matrix G (Li et al. 2018, section 7): with X the
 * matrix of rows, X or its centred form C·X has the right singular vectors v = Xᵀu/√λ for the eigenpairs (λ, u) of
 * X·Xᵀ = G or C·G·C.
 *
 * Rows that are zero are the model itself among its checkpoints. With `finalRow` one such row takes part, be it among them
 * or not, otherwise none. Uncentred they change nothing and are never counted.
 *
 * Signs: the first checkpoint whose coordinate along a direction is not negligible has a positive one.
 *
 * @param gram of all checkpoints (`gramMatrix`)
 * @throws ProblemError `study-invalid` when the checkpoints are fewer than two, all the same, or on a straight line
 */
export function principalDirections(gram: GramMatrix, { centred, finalRow }: PrincipalOptions): PrincipalComponents {
  const used = gram.map((_, i) => i).filter((i) => gram[i]![i]! > 0);
  if (used.length < 2) throw tooFew(used.length);
  const rows = used.length + (centred && finalRow ? 1 : 0);
  // The row of the model itself comes last, where `used` has no entry.
  const full = Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: rows }, (_, j) => gram[used[i]!]?.[used[j]!] ?? 0),
  );
  const matrix = centred ? centredGram(full) : full;
  const { values, vectors } = symmetricEigen(matrix);
  const eigenvalues = values.map((value) => Math.max(0, value));
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  if (total <= negligible * traceOf(full)) throw allTheSame();
  if (eigenvalues[1]! <= negligible * eigenvalues[0]!) throw straight(rows, { centred, finalRow });
  const coefficients = ([0, 1] as const).map((k) => {
    const found = new Float64Array(gram.length);
    const shift = centred ? meanOf(vectors[k]!) : 0;
    used.forEach((source, i) => (found[source] = (vectors[k]![i]! - shift) / Math.sqrt(eigenvalues[k]!)));
    return withSign(found, gram);
  });
  return {
    rows,
    ratios: eigenvalues.map((value) => value / total),
    eigenvalues,
    coefficients: [coefficients[0]!, coefficients[1]!],
  };
}

/**
 * The two directions Σᵢ cᵢ·(θᵢ − θ_N), summed in float64, rounded to float32 and scaled to unit length. Tensors are
 * streamed: of each parameter one checkpoint's values are held, and two sums in float64; beside that the directions.
 *
 * @param parameters those of the Gram matrix
 * @param coefficients of `principalDirections`, one for each source
 * @throws ProblemError as `gramMatrix`
 */
export async function combine(
  sources: readonly WeightSource[],
  origin: ReadonlyMap<string, Float32Array>,
  parameters: readonly Parameter[],
  coefficients: readonly [Float64Array, Float64Array],
): Promise<readonly [Direction, Direction]> {
  const directions = [new Map<string, Float32Array>(), new Map<string, Float32Array>()] as const;
  for (const { name } of parameters) {
    const own = origin.get(name);
    if (!own) throw new RangeError(`The origin lacks ${name}.`);
    const sums = coefficients.map(() => new Float64Array(own.length));
    for (const [i, source] of sources.entries()) {
      if (coefficients.every((factors) => factors[i] === 0)) continue;
      const values = await readValues(source, name, own.length);
      coefficients.forEach((factors, k) => {
        addDifference(sums[k]!, values, own, factors[i]!);
      });
    }
    directions.forEach((direction, k) => direction.set(name, Float32Array.from(sums[k]!)));
  }
  directions.forEach(toUnitLength);
  return directions;
}

function addDifference(sum: Float64Array, values: Float32Array, own: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * (values[i]! - own[i]!);
}

function toUnitLength(direction: Direction): void {
  const factor = 1 / Math.sqrt(productOf(direction, direction));
  for (const values of direction.values()) for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

/** C·G·C with C = I − 1/n. */
function centredGram(gram: GramMatrix): GramMatrix {
  const means = gram.map(meanOf);
  const mean = meanOf(means);
  return gram.map((row, i) => row.map((value, j) => value - means[i]! - means[j]! + mean));
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function traceOf(gram: GramMatrix): number {
  return gram.reduce((sum, row, i) => sum + row[i]!, 0);
}

/** The coefficients, or their opposite, so that the first coordinate G·c that is not negligible is positive. */
function withSign(coefficients: Float64Array, gram: GramMatrix): Float64Array {
  const coordinates = gram.map((row) => row.reduce((sum, value, j) => sum + value * coefficients[j]!, 0));
  const largest = coordinates.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const first = coordinates.find((value) => Math.abs(value) > 1e-6 * largest);
  return first !== undefined && first < 0 ? coefficients.map((value) => 0 - value) : coefficients;
}

function noPlane(message: string, advice: string): ProblemError {
  return new ProblemError({ reason: "study-invalid", title: "The checkpoints make no plane", message, advice });
}

function tooFew(found: number): ProblemError {
  const message = `The principal directions need at least two checkpoints that differ from the model, but there ${found === 1 ? "is 1" : `are ${found}`}.`;
  return noPlane(message, "Name more checkpoints of the training, or choose random directions.");
}

function allTheSame(): ProblemError {
  const message = "The principal directions need a path, but all checkpoints have the same weights.";
  return noPlane(message, "Name checkpoints of different times of the training, or choose random directions.");
}

function straight(rows: number, { centred, finalRow }: PrincipalOptions): ProblemError {
  const message = `The principal directions need a path that bends, but the ${rows} points that are compared lie on a straight line.`;
  const more = "Name more checkpoints";
  const other = centred && !finalRow ? `${more}, or let the model itself take part (directions.finalRow)` : more;
  return noPlane(message, `${other}, or choose the direction to the first checkpoint and a random one.`);
}
