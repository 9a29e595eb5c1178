import { toFloat32 } from "../../graph/elements";
import type { Parameter } from "../../graph/graph";
import { fromJsonNumber } from "../../protocol/numbers";
import type { CurvatureFigure } from "../../protocol/result";
import { filterIndex, filterSquares } from "../filters";
import type { FilterIndex } from "../filters";
import { Random } from "../random";

/** All δ with ‖δ_f‖ ≤ radius_f for every filter f, as flat vectors. */
export interface Box {
  /** Filter of every entry of the flat vector. */
  readonly filters: FilterIndex;
  /** Radius of every filter's ball. */
  readonly radius: Float64Array;
}

/**
 * The box ‖δ_f‖ ≤ ε·‖θ_f‖ for every filter f: a maximum norm over the filters, each measured in units of its own norm as
 * in the filter-normalised plane, so that ε there and here mean the same.
 * @param parameters whose values, concatenated in this order, are the flat vectors
 * @param values that differ from the parameters' own, by name
 */
export function filterBox(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Float32Array>,
  epsilon: number,
): Box {
  const of: Uint32Array[] = [];
  const radius: number[] = [];
  for (const parameter of parameters) {
    const index = filterIndex(parameter.tensor.shape, parameter.filterAxes);
    const squares = filterSquares(values.get(parameter.name) ?? toFloat32(parameter.tensor), index);
    of.push(index.of.map((filter) => filter + radius.length));
    for (const square of squares) radius.push(epsilon * Math.sqrt(square));
  }
  const joined = new Uint32Array(of.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of of) {
    joined.set(part, offset);
    offset += part.length;
  }
  return { filters: { count: radius.length, of: joined }, radius: Float64Array.from(radius) };
}

/** Loss and gradient at θ + δ. */
export type Ascent = (delta: Float64Array) => Promise<{ readonly loss: number; readonly gradient: Float64Array }>;

export interface SearchOptions {
  readonly seed: number;
  /** How many searches there are: the first from the centre, each other one from a random corner of the box. */
  readonly restarts: number;
  /** Steps of each search. */
  readonly steps: number;
}

export interface BoxMaximum {
  /** Loss at the centre of the box. */
  readonly centre: number;
  /** Largest loss that was found, the centre's included. */
  readonly largest: number;
  /** Where. */
  readonly delta: Float64Array;
  /** How often loss and gradient were computed. */
  readonly evaluations: number;
}

/** Below this share of the box a search ends. */
const shortestStep = 1 / 64;

interface Place {
  readonly delta: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
}

/**
 * Searches a box for its largest loss by projected gradient ascent. A step moves every filter by step·radius_f along its
 * own part of the gradient, which is the steepest way in the norm of the box, and projects every filter onto its ball.
 * A step that does not raise the loss is undone and halved. What is found is a lower bound of the maximum. Search k draws
 * its corner, every filter at full radius in a normal direction, from stream k of the seed.
 *
 * A loss that is not finite ends the search and is the answer: the loss has no maximum in this box.
 */
export async function maximiseInBox(evaluate: Ascent, box: Box, options: SearchOptions): Promise<BoxMaximum> {
  let evaluations = 0;
  const visit = async (delta: Float64Array): Promise<Place> => {
    evaluations += 1;
    return { delta, ...(await evaluate(delta.slice())) };
  };
  const centre = await visit(new Float64Array(box.filters.of.length));
  let best = centre;
  for (let k = 0; k < options.restarts && Number.isFinite(best.loss); k++) {
    const start = k === 0 ? centre : await visit(corner(box, new Random(options.seed, k)));
    const found = await climb(start, visit, box, options.steps);
    if (!(found.loss <= best.loss)) best = found;
  }
  return { centre: centre.loss, largest: best.loss, delta: best.delta, evaluations };
}

async function climb(
  start: Place,
  visit: (delta: Float64Array) => Promise<Place>,
  box: Box,
  steps: number,
): Promise<Place> {
  let at = start;
  let step = 1;
  for (let k = 0; k < steps && step >= shortestStep && Number.isFinite(at.loss); k++) {
    const next = await visit(moved(at, box, step));
    if (next.loss <= at.loss) step /= 2;
    else at = next;
  }
  return at;
}

/** The projection of δ_f + step·radius_f·g_f/‖g_f‖ for every filter. */
function moved({ delta, gradient }: Place, { filters, radius }: Box, step: number): Float64Array {
  const { of } = filters;
  const lengths = filterSquares(gradient, filters).map(Math.sqrt);
  const next = delta.map((value, i) => {
    const f = of[i]!;
    return lengths[f]! > 0 ? value + (step * radius[f]! * gradient[i]!) / lengths[f]! : value;
  });
  const found = filterSquares(next, filters).map(Math.sqrt);
  return next.map((value, i) => {
    const f = of[i]!;
    return found[f]! > radius[f]! ? (value * radius[f]!) / found[f]! : value;
  });
}

function corner({ filters, radius }: Box, random: Random): Float64Array {
  const drawn = Float64Array.from(filters.of, () => random.nextNormal());
  const lengths = filterSquares(drawn, filters).map(Math.sqrt);
  return drawn.map((value, i) => {
    const f = filters.of[i]!;
    return lengths[f]! > 0 ? (value * radius[f]!) / lengths[f]! : 0;
  });
}

/**
 * ε-sharpness 100·(max f − f(θ)) / (1 + f(θ)) over a box around θ (N. S. Keskar and others, "On large-batch training for
 * deep learning", 2017, arXiv 1609.04836, equation 4 with A the identity). Theirs is the box |δᵢ| ≤ ε(|θᵢ| + 1), which
 * rescaling a network changes; ours is `filterBox`, which it does not.
 */
export function epsilonSharpness(largest: number, centre: number): number {
  return (100 * (largest - centre)) / (1 + centre);
}

/** A negative eigenvalue below this share of |λmax| is what Li et al. (section 6.7) call extremely small. */
const negativeShareThreshold = 0.01;

/**
 * Share, in percent, of the points of a curvature map where λmin < −0.01·|λmax|. Points where either is not finite, or
 * that are not measured, are left out; NaN when none is left.
 */
export function negativeCurvatureShare({ max, min }: Pick<CurvatureFigure, "max" | "min">): number {
  let count = 0;
  let negative = 0;
  max.forEach((line, row) => {
    line.forEach((value, column) => {
      const [largest, smallest] = [fromJsonNumber(value), fromJsonNumber(min[row]![column]!)];
      if (!Number.isFinite(largest) || !Number.isFinite(smallest)) return;
      count += 1;
      if (smallest < -negativeShareThreshold * Math.abs(largest)) negative += 1;
    });
  });
  return (100 * negative) / count;
}
