import { toJsonNumber } from "../protocol/numbers";
import type { Check } from "../protocol/result";
import type { Validation } from "./refine";

/** What is said of a picture that is partly interpolated. */
export interface RefinementFacts extends Validation {
  readonly tolerance: number;
  /** Points of the grid, measured and in all. */
  readonly measured: number;
  readonly total: number;
}

/**
 * How much of a grid was measured, and whether interpolation kept to the tolerance where it was tested. The value is
 * the largest error of the tests (relative, of the accuracy in units of 100 %), against the tolerance; a warning when it
 * is beyond. What surrounds such a test was measured, but elsewhere something may have been missed.
 */
export function refinementCheck({ tolerance, measured, total, tests, failed, largest }: RefinementFacts): Check {
  const base = { name: "refinement", value: toJsonNumber(largest), expected: tolerance };
  if (measured === total) {
    const message = `All ${total} points were measured: nowhere could interpolation be trusted to keep to ${percent(tolerance)}.`;
    return { ...base, level: "ok", message };
  }
  const counted = `${measured} of ${total} points were measured and the others interpolated`;
  if (failed === 0) {
    const message = `${counted}; at ${tests} points that were measured as a test, interpolation was off by ${percent(largest)} at most (tolerance ${percent(tolerance)}).`;
    return { ...base, level: "ok", message };
  }
  const worst = Number.isFinite(largest) ? `by up to ${percent(largest)}` : "by an infinite amount";
  const message = `${counted}; at ${failed} of ${tests} test points interpolation was off ${worst} (tolerance ${percent(tolerance)}): their surroundings were measured, but fine structure may be missing elsewhere.`;
  return { ...base, level: "warning", message };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
