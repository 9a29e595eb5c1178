import { fromJsonNumber, toJsonNumber } from "../../protocol/numbers";
import type { Check, CurvaturePoint } from "../../protocol/result";
import { percent, plural, short, signed } from "../words";

/** Largest relative |u·Hv − v·Hu| that float32 products may show. */
export const symmetryTolerance = 1e-5;

/** Accuracy of products that are computed in float32, as a share of the largest eigenvalue in magnitude. */
export const productPrecision = 1e-6;

/** A residual at which the first digit of an eigenvalue is in doubt. */
const doubtful = 0.1;

/** To be said under every picture that people read convexity from. */
export const convexityNote =
  "Negative curvature in the plane proves that the loss is not convex; a plane that looks convex proves nothing.";

/**
 * Whether the eigenvalues are eigenvalues: the value is the largest relative residual ‖Hv − λv‖/|λ| of both ends over all
 * points. An end that is so small beside the other that float32 products cannot tell it from zero (its absolute residual
 * is below 1e-5 of the other) is left out, for then no relative residual can be small. A warning beyond `tolerance`, an
 * error beyond 0.1.
 */
export function residualCheck(points: readonly CurvaturePoint[], tolerance: number): Check {
  const residuals = finitePoints(points).flatMap(({ max, min, residual }) => {
    const negligible = 10 * productPrecision * Math.max(Math.abs(max), Math.abs(min));
    return [
      { value: residual[0], absolute: residual[0] * Math.abs(max) },
      { value: residual[1], absolute: residual[1] * Math.abs(min) },
    ].flatMap(({ value, absolute }) => (absolute <= negligible ? [] : [value]));
  });
  const worst = residuals.reduce((most, value) => (Number.isNaN(value) ? NaN : Math.max(most, value)), 0);
  const base = { name: "curvature-residual", value: toJsonNumber(worst), expected: toJsonNumber(tolerance) };
  if (worst <= tolerance) {
    const message =
      "Every eigenvalue is exact to the relative residual that was asked for, or, next to zero, to what single precision can tell.";
    return { ...base, level: "ok", message };
  }
  const message = `An eigenvalue has the relative residual ${short(worst)} where ${short(tolerance)} was asked for, so it is uncertain by at most that share.`;
  return { ...base, level: worst <= doubtful ? "warning" : "error", message };
}

/**
 * Whether the products come from a Hessian, which is symmetric: the largest |u·Hv − v·Hu| / max(‖Hu‖, ‖Hv‖) over all unit
 * vectors that were multiplied; error beyond 1e-5.
 */
export function symmetryCheck(points: readonly CurvaturePoint[]): Check {
  const worst = finitePoints(points).reduce(
    (most, { symmetry }) => (Number.isNaN(symmetry) ? NaN : Math.max(most, symmetry)),
    0,
  );
  const base = { name: "symmetry", value: toJsonNumber(worst), expected: symmetryTolerance };
  if (worst <= symmetryTolerance) {
    return { ...base, level: "ok", message: "The products with the Hessian are symmetric, as second derivatives are." };
  }
  const message = `The products with the Hessian are not symmetric (u·Hv and v·Hu differ by ${short(worst)}), so the curvature cannot be trusted.`;
  return { ...base, level: "error", message };
}

/**
 * What the points say of convexity: the value is the number of points whose smallest eigenvalue is negative by more than
 * float32 products can err (1e-5 of the largest in magnitude). The smallest Ritz value is never below the smallest
 * eigenvalue, so each of them is proof. Never more than a remark.
 */
export function convexityCheck(points: readonly CurvaturePoint[]): Check {
  const finite = finitePoints(points);
  const negative = finite.filter(
    ({ max, min }) => min < -10 * productPrecision * Math.max(Math.abs(max), Math.abs(min)),
  ).length;
  const base = { name: "convexity", level: "ok", value: negative, expected: 0 } as const;
  const total = plural(finite.length, "point");
  const message =
    negative > 0
      ? `The curvature is negative at ${negative} of ${total}, which proves that the loss is not convex.`
      : `No negative curvature was found at ${total}, which does not prove that the loss is convex.`;
  return { ...base, message };
}

/** Share of the largest eigenvalue up to which a negative one leaves the loss nearly convex. */
const mostNegative = 0.1;

/**
 * Whether the loss is nearly convex at the model itself: the value is −λmin/λmax, 0 where no eigenvalue is negative; a
 * warning beyond 0.1. Undefined where the point is not finite, which `finiteCurvatureCheck` tells.
 */
export function centreConvexityCheck(point: CurvaturePoint): Check | undefined {
  const [found] = finitePoints([point]);
  if (!found) return undefined;
  const value = negativeRatio(found);
  const base = { name: "centre-convexity", value: toJsonNumber(value), expected: mostNegative };
  const eigenvalues = `the smallest eigenvalue is ${signed(found.min)} beside a largest of ${signed(found.max)}`;
  if (value <= mostNegative) {
    const message =
      value > 0
        ? `At the trained weights ${eigenvalues}: nearly convex in every direction.`
        : `At the trained weights ${eigenvalues}: no direction curves downwards.`;
    return { ...base, level: "ok", message };
  }
  const message = `At the trained weights ${eigenvalues}: directions that the picture does not show curve downwards, so they are no minimum of this loss.`;
  return { ...base, level: "warning", message };
}

/**
 * Whether the loss stays nearly convex away from the model: the value is the largest −λmin/λmax of all points, 0 where no
 * eigenvalue is negative; a warning beyond 0.1. Undefined where no point is finite.
 * @param points all but the model itself, each with its place
 */
export function awayConvexityCheck(
  points: readonly { readonly point: CurvaturePoint; readonly alpha: number; readonly beta: number }[],
): Check | undefined {
  const finite = points.flatMap(({ point, alpha, beta }) =>
    finitePoints([point]).map((numbers) => ({ ...numbers, alpha, beta, value: negativeRatio(numbers) })),
  );
  const [first, ...others] = finite;
  if (!first) return undefined;
  const worst = others.reduce((most, each) => (each.value > most.value ? each : most), first);
  const base = { name: "away-convexity", value: toJsonNumber(worst.value), expected: mostNegative };
  if (worst.value <= mostNegative) {
    const message = `At ${plural(finite.length, "point")} away from the trained weights no eigenvalue is below −${percent(mostNegative)} of the largest: what looks convex there is nearly so in all directions.`;
    return { ...base, level: "ok", message };
  }
  const message = `At α ${signed(worst.alpha)}, β ${signed(worst.beta)} directions outside the picture curve downwards (eigenvalues from ${signed(worst.min)} to ${signed(worst.max)}), so a picture that looks convex there deceives.`;
  return { ...base, level: "warning", message };
}

/** −λmin/λmax; infinite where no eigenvalue is positive. */
function negativeRatio({ max, min }: Numbers): number {
  if (min >= 0) return 0;
  return max > 0 ? -min / max : Infinity;
}

/** Counts the points where an eigenvalue is NaN or infinite; a warning when there is one. */
export function finiteCurvatureCheck(points: readonly CurvaturePoint[]): Check {
  const count = points.length - finitePoints(points).length;
  const base = { name: "curvature-finite", value: count, expected: 0 };
  if (count === 0) {
    return { ...base, level: "ok", message: "The curvature is a finite number at every point that was measured." };
  }
  const message = `The curvature is not a finite number at ${count} of ${plural(points.length, "point")}: the model's numbers overflow there, usually far from the centre.`;
  return { ...base, level: "warning", message };
}

interface Numbers {
  readonly max: number;
  readonly min: number;
  readonly residual: readonly [number, number];
  readonly symmetry: number;
}

function finitePoints(points: readonly CurvaturePoint[]): readonly Numbers[] {
  return points
    .map(({ max, min, residual, symmetry }) => ({
      max: fromJsonNumber(max),
      min: fromJsonNumber(min),
      residual: [fromJsonNumber(residual[0]), fromJsonNumber(residual[1])] as const,
      symmetry: fromJsonNumber(symmetry),
    }))
    .filter(({ max, min }) => Number.isFinite(max) && Number.isFinite(min));
}
