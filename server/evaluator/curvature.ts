import { densitySample } from "../landscape/curvature/density";
import { productPrecision } from "../landscape/curvature/checks";
import { extremes } from "../landscape/curvature/lanczos";
import type { Extremes, LanczosOptions, RitzPair } from "../landscape/curvature/lanczos";
import { epsilonSharpness, filterBox, maximiseInBox } from "../landscape/curvature/sharpness";
import { traceSample } from "../landscape/curvature/trace";
import type { Direction } from "../landscape/directions";
import { Random } from "../landscape/random";
import { ProblemError } from "../protocol/problem";
import { toJsonNumber } from "../protocol/numbers";
import type { CurvaturePoint, SharpnessValues, SpectralDensity } from "../protocol/result";
import type { HessianDirections, SharpnessSpec } from "../protocol/study";
import type { Derivatives } from "./derivatives";
import type { Values } from "./flatVector";

/** Most products that are made for one point. */
export const mostSteps = 200;

/** Bytes that a Krylov space's basis of float32 may take; fewer steps are made for models that large. */
const basisMemory = 2 ** 30;

/** Ritz values of one sample of the spectral density. */
export const densitySteps = 60;

/** Searches for the largest loss in the box of ε-sharpness, and their steps. */
const searches = { restarts: 3, steps: 12 };

/** Most gradients that ε-sharpness takes: the centre's, the starts', the steps'. */
export const mostGradients = searches.restarts * (searches.steps + 1);

/** Curvature at one point, before it is a point of a map. */
export type Curvature = Omit<CurvaturePoint, "index">;

/**
 * The algebraically largest and smallest eigenvalue of the Hessian at the point with these values.
 * @param values that differ from the model's own, by name
 * @param spec `tolerance`: relative residual at which Lanczos's method stops
 * @param seed of the start vector
 */
export async function curvatureAt(
  derivatives: Derivatives,
  values: Values,
  { tolerance }: { readonly tolerance: number },
  seed = 0,
): Promise<Curvature> {
  derivatives.setParameters(values);
  const { largest, smallest, symmetry, products } = await spectrum(derivatives, {
    tolerance,
    random: new Random(seed),
  });
  return {
    max: toJsonNumber(largest.value),
    min: toJsonNumber(smallest.value),
    residual: [toJsonNumber(largest.residual), toJsonNumber(smallest.residual)],
    symmetry: toJsonNumber(symmetry),
    products,
  };
}

/** v·Hv at the model itself for Rademacher vector `probe` of a seed: a sample of the Hessian's trace. */
export function traceProbe(derivatives: Derivatives, probe: number, seed = 0): Promise<number> {
  derivatives.setParameters(new Map());
  return traceSample(productOf(derivatives), derivatives.size, new Random(seed, 1 + 2 * probe));
}

/** A sample of the Hessian's spectral density at the model itself, from Rademacher vector `probe` of a seed. */
export function densityProbe(derivatives: Derivatives, probe: number, seed = 0): Promise<SpectralDensity> {
  derivatives.setParameters(new Map());
  return densitySample(productOf(derivatives), derivatives.size, {
    random: new Random(seed, 2 + 2 * probe),
    steps: Math.min(densitySteps, stepsFor(derivatives.size)),
    storage: "float32",
  });
}

/** ε-sharpness of the model itself, over the parameters of the derivatives. A lower bound: it is searched for. */
export async function sharpnessAt(
  derivatives: Derivatives,
  { epsilon }: Pick<SharpnessSpec, "epsilon">,
  seed = 0,
): Promise<SharpnessValues> {
  derivatives.setParameters(new Map());
  const own = derivatives.values();
  const evaluate = async (delta: Float64Array): ReturnType<Derivatives["gradient"]> => {
    derivatives.setParameters(derivatives.layout.split(own.map((value, i) => value + delta[i]!)));
    return derivatives.gradient();
  };
  const box = filterBox(derivatives.parameters, new Map(), epsilon);
  const { centre, largest, evaluations } = await maximiseInBox(evaluate, box, { ...searches, seed });
  derivatives.setParameters(new Map());
  return {
    epsilon,
    largest: toJsonNumber(largest),
    centre: toJsonNumber(centre),
    sharpness: toJsonNumber(epsilonSharpness(largest, centre)),
    steps: evaluations,
  };
}

export interface LeadingEigenvectors {
  /** Of unit norm over all parameters; the entry that is largest in magnitude is positive. */
  readonly directions: readonly [Direction, Direction];
  readonly eigenvalues: readonly [number, number];
  /** ‖Hv − λv‖ / |λ| of both. */
  readonly residuals: readonly [number, number];
  readonly symmetry: number;
  readonly products: number;
}

/**
 * Eigenvectors of the Hessian at the model itself as directions: of the largest eigenvalue, and of the smallest or the
 * second largest one.
 * @throws ProblemError `study-invalid` when the Hessian is not finite or has one eigenvalue only
 */
export async function leadingEigenvectors(
  derivatives: Derivatives,
  second: HessianDirections["second"],
  { tolerance = 1e-3, seed = 0 }: { readonly tolerance?: number; readonly seed?: number } = {},
): Promise<LeadingEigenvectors> {
  derivatives.setParameters(new Map());
  const end = second === "smallest" ? "smallest" : "secondLargest";
  const options = { tolerance, random: new Random(seed), ends: ["largest", end] as const, vectors: true };
  const found = await spectrum(derivatives, options);
  const [x, y] = [found.largest, found[end]];
  if (!x.vector || !y?.vector || x.value === y.value) throw noEigenvectors(x.value);
  return {
    directions: [directionOf(derivatives, x), directionOf(derivatives, y)],
    eigenvalues: [x.value, y.value],
    residuals: [x.residual, y.residual],
    symmetry: found.symmetry,
    products: found.products,
  };
}

function spectrum(
  derivatives: Derivatives,
  options: Pick<LanczosOptions, "tolerance" | "random" | "ends" | "vectors">,
): Promise<Extremes> {
  const { size } = derivatives;
  const numerics = { maxSteps: stepsFor(size), precision: productPrecision, storage: "float32" } as const;
  return extremes(productOf(derivatives), size, { ...options, ...numerics });
}

function productOf(derivatives: Derivatives): (vector: Float64Array) => Promise<Float64Array> {
  return (vector) => derivatives.product(vector);
}

/** How many vectors of a model's size may be kept. */
function stepsFor(size: number): number {
  return Math.max(10, Math.min(mostSteps, Math.floor(basisMemory / (4 * size))));
}

function directionOf({ layout }: Derivatives, { vector }: RitzPair): Direction {
  const largest = vector!.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  const length = Math.sqrt(vector!.reduce((sum, value) => sum + value * value, 0));
  const factor = (largest < 0 ? -1 : 1) / length;
  return layout.split(vector!.map((value) => value * factor));
}

function noEigenvectors(value: number): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "The Hessian has no two eigenvectors to show",
    message: Number.isFinite(value)
      ? `The loss is equally curved (${value}) in all directions at the model, so no eigenvector leads.`
      : "The second derivatives of the loss are not finite at the model, so they have no eigenvectors.",
    advice: "Choose random directions, or other data.",
  });
}
