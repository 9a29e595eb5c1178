import { describe, expect, test } from "vitest";
import { accuracyError, accuracyErrorText, formatAgreed, formatAround } from "../../../webview/charts/format";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { radiusOf } from "../../../webview/state/radius";
import type { RunRadius } from "../../../webview/state/radius";
import { reduce } from "../../../webview/state/reducer";
import { linesSnapshot } from "../support/method";
import { snapshotOf } from "../support/runs";

/** A surface of 0.4 · factor(α, β) over ±`half`. */
function runOf(factor: (alpha: number, beta: number) => number, half = 1, points = 41): RunData {
  const x = Array.from({ length: points }, (_, k) => half * ((2 * k) / (points - 1) - 1));
  const loss = x.flatMap((beta) => x.map((alpha) => 0.4 * factor(alpha, beta)));
  const snapshot = snapshotOf({ x, y: x, loss, accuracy: loss.map(() => 80) }, { status: "done" });
  const header = { ...snapshot.header, centre: { ...snapshot.header.centre, loss: 0.4 } };
  return reduce(emptyModel, { kind: "snapshot", snapshot: { ...snapshot, header } }).run!;
}

const bowl = (curvature: number, stretch: number) => (alpha: number, beta: number) =>
  1 + curvature * (alpha * alpha * stretch + (beta * beta) / stretch);

function turned(factor: (alpha: number, beta: number) => number, angle: number): typeof factor {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return (alpha, beta) => factor(c * alpha + s * beta, c * beta - s * alpha);
}

/** Factors of the trained weights' loss, with the radius at which each is 2. */
const surfaces: readonly (readonly [string, (alpha: number, beta: number) => number, number])[] = [
  ["a bowl", bowl(1 / 0.49, 1), 0.7],
  ["a steep bowl", bowl(1 / 0.09, 1), 0.3],
  ["a bowl steeper than the grid is fine", bowl(1 / 0.0025, 1), 0.05],
  ["an ellipse", bowl(4, 1.5), 1 / Math.sqrt(6)],
  ["an ellipse turned by 30°", turned(bowl(4, 1.5), Math.PI / 6), 1 / Math.sqrt(6)],
  ["a long ellipse turned by 20°", turned(bowl(10, 4), Math.PI / 9), 1 / Math.sqrt(40)],
  ["an exponential valley", (alpha) => Math.exp(Math.abs(alpha) * 2), Math.log(2) / 2],
  ["a fourth power", (alpha, beta) => 1 + 16 * (alpha ** 4 + beta ** 4), 0.5],
];

function foundIn(run: RunData): Extract<RunRadius, { kind: "found" }> {
  const found = radiusOf(run, 0);
  if (found?.kind !== "found") throw new Error("no radius was found");
  return found;
}

describe("the radius at which the loss doubles", () => {
  describe.each([5, 11, 51])("on a grid of %i points along each axis", (points) => {
    test.each(surfaces)("has that of %s between its bounds", (_name, factor, radius) => {
      const { from, to } = foundIn(runOf(factor, 1, points));
      // Rays are a degree apart and have steps.
      expect(from).toBeLessThanOrEqual(radius * (1 + 1e-3));
      expect(to).toBeGreaterThanOrEqual(radius * (1 - 1e-12));
      // No more than the diagonal of a cell apart.
      expect(to - from).toBeLessThanOrEqual((Math.SQRT2 * 2) / (points - 1));
    });
  });

  test("is told the better the finer the grid is", () => {
    const widths = [5, 11, 51, 251].map((points) => {
      const { from, to } = foundIn(runOf(bowl(1 / 0.49, 1), 1, points));
      return to - from;
    });
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(widths.at(-1)).toBeLessThan(0.004);
  });

  test("has no lower bound where the grid tells of nothing nearer than its own points", () => {
    const steep = runOf((alpha, beta) => 1 + 1e4 * (alpha * alpha + beta * beta), 1, 5);
    expect(foundIn(steep)).toMatchObject({ from: 0, to: 0.5 });
    // θ* is in the middle of a cell whose corners are all beyond.
    const { from, to } = foundIn(runOf(bowl(100, 1), 1, 4));
    expect(from).toBe(0);
    expect(to).toBeCloseTo(Math.SQRT2 / 3, 12);
  });

  test("is beyond the grid where the loss stays below as far as the grid goes in all directions", () => {
    expect(radiusOf(runOf(bowl(0.9, 1), 1), 0)).toEqual({ kind: "beyond", reach: 1, measured: true });
    // Reached in the corners alone, outside of the largest circle.
    expect(radiusOf(runOf(bowl(0.6, 1), 1), 0)).toEqual({ kind: "beyond", reach: 1, measured: true });
  });

  test("ends where the loss is not finite", () => {
    const { from, to } = foundIn(runOf((alpha) => (alpha > 0.47 ? Infinity : 1)));
    expect(from).toBeCloseTo(0.45, 2);
    expect(to).toBeCloseTo(0.5, 12);
  });

  test("says whether it follows from measured points alone", () => {
    const run = runOf(bowl(4, 1));
    const known = run.measured.known.slice();
    const at = 20 * 41 + 30;
    known[at] = 0;
    const interpolated = { from: [41, 41] as const, loss: run.measured.loss, accuracy: run.measured.accuracy };
    const partly = { ...run, measured: { ...run.measured, known, count: run.measured.count - 1 }, interpolated };
    expect(radiusOf(partly, 0)).toMatchObject({ kind: "found" });
    const none = { ...partly, measured: { ...run.measured, known: known.map(() => 0), count: 0 } };
    expect(radiusOf(none, 0)).toMatchObject({ kind: "found", measured: false });
  });

  test("is not told of what is not known, of lines, or of a centre outside of the grid", () => {
    const run = runOf(bowl(4, 1));
    const known = run.measured.known.slice();
    known[3] = 0;
    expect(radiusOf({ ...run, measured: { ...run.measured, known, count: 1680 } }, 0)).toBeUndefined();
    const lines = reduce(emptyModel, { kind: "snapshot", snapshot: linesSnapshot() }).run!;
    expect(radiusOf(lines, 0)).toBeUndefined();
    const { header } = run;
    const aside = { ...run, header: { ...header, x: header.x.map((at) => at + 2) } };
    expect(radiusOf(aside, 0)).toBeUndefined();
  });
});

describe("the error of an accuracy", () => {
  test("is half of Wilson's interval: that of the normal law in the middle, and none the less at the ends", () => {
    expect(accuracyError(84.4, 500)).toBeCloseTo(100 * Math.sqrt((0.844 * 0.156) / 500), 2);
    expect(accuracyError(100, 500)).toBeCloseTo(100 / (2 * 500 * (1 + 1 / 500)), 12);
    expect(accuracyError(0, 500)).toBe(accuracyError(100, 500));
    expect(accuracyErrorText(100, 500)).toBe("0.1");
    expect(accuracyErrorText(100, 10_000)).toBe("0.005");
    expect(accuracyErrorText(84.4, 500)).toBe("1.6");
  });
});

describe("a number between two bounds", () => {
  test("is written with the digits that both agree on", () => {
    expect(formatAgreed(0.30012, 0.30048)).toBe("0.300");
    expect(formatAgreed(0.2987, 0.3046)).toBe("0.30");
    expect(formatAgreed(12.31, 12.33)).toBe("12.3");
    expect(formatAgreed(0.29, 0.31)).toBeUndefined();
  });

  test("is between bounds that are rounded away from it", () => {
    expect(formatAround(0.2987, 0.3146)).toEqual(["0.29", "0.32"]);
    expect(formatAround(0.18, 0.5)).toEqual(["0.18", "0.50"]);
    expect(formatAround(0.29, 0.07 * 10)).toEqual(["0.29", "0.70"]);
    expect(formatAround(9.94, 101)).toEqual(["9.9", "110"]);
  });
});
