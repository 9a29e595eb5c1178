import { describe, expect, test } from "vitest";
import { accuracyError, accuracyErrorText } from "../../../webview/charts/format";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { doublingRadius } from "../../../webview/state/radius";
import { reduce } from "../../../webview/state/reducer";
import { linesSnapshot } from "../support/method";
import { snapshotOf } from "../support/runs";

/** A surface of 0.4 · factor(α, β) over ±`half`. */
function runOf(factor: (alpha: number, beta: number) => number, half = 1, points = 41): RunData {
  const x = Array.from({ length: points }, (_, k) => half * ((2 * k) / (points - 1) - 1));
  const loss = x.flatMap((beta) => x.map((alpha) => 0.4 * factor(alpha, beta)));
  const snapshot = snapshotOf({ x, y: x, loss, accuracy: loss.map(() => 80) }, { status: "done" });
  return reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
}

const bowl = (curvature: number, stretch: number) => (alpha: number, beta: number) =>
  1 + curvature * (alpha * alpha * stretch + (beta * beta) / stretch);

describe("the radius at which the loss doubles", () => {
  test("is that of the steepest direction, whichever it is", () => {
    const along = doublingRadius(runOf(bowl(4, 1.5)), 0);
    expect(along).toMatchObject({ kind: "found", measured: true });
    expect(along?.kind === "found" && along.radius).toBeCloseTo(1 / Math.sqrt(6), 2);
    // The same ellipse, turned by 30°.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const turned = runOf((alpha, beta) => bowl(4, 1.5)(c * alpha + s * beta, c * beta - s * alpha));
    const found = doublingRadius(turned, 0);
    expect(found?.kind === "found" && found.radius).toBeCloseTo(1 / Math.sqrt(6), 2);
  });

  test("is exact to the grid where the logarithm of the loss is linear along the steepest axis", () => {
    const found = doublingRadius(
      runOf((alpha) => Math.exp(Math.abs(alpha) * 2)),
      0,
    );
    expect(found?.kind === "found" && found.radius).toBeCloseTo(Math.log(2) / 2, 6);
  });

  test("is beyond the grid where the loss stays below as far as the grid goes in all directions", () => {
    expect(doublingRadius(runOf(bowl(0.9, 1), 1), 0)).toEqual({ kind: "beyond", reach: 1 });
    // Reached in the corners alone, outside of the largest circle.
    expect(doublingRadius(runOf(bowl(0.6, 1), 1), 0)).toEqual({ kind: "beyond", reach: 1 });
  });

  test("ends where the loss is not finite", () => {
    const found = doublingRadius(
      runOf((alpha) => (alpha > 0.47 ? Infinity : 1)),
      0,
    );
    expect(found?.kind === "found" && found.radius).toBeCloseTo(0.45, 2);
  });

  test("says whether it follows from measured points alone", () => {
    const run = runOf(bowl(4, 1));
    const known = run.measured.known.slice();
    const at = 20 * 41 + 30;
    known[at] = 0;
    const interpolated = { from: [41, 41] as const, loss: run.measured.loss, accuracy: run.measured.accuracy };
    const partly = { ...run, measured: { ...run.measured, known, count: run.measured.count - 1 }, interpolated };
    expect(doublingRadius(partly, 0)).toMatchObject({ kind: "found" });
    const none = { ...partly, measured: { ...run.measured, known: known.map(() => 0), count: 0 } };
    expect(doublingRadius(none, 0)).toMatchObject({ kind: "found", measured: false });
  });

  test("is not told of what is not known, of lines, or of a centre outside of the grid", () => {
    const run = runOf(bowl(4, 1));
    const known = run.measured.known.slice();
    known[3] = 0;
    expect(doublingRadius({ ...run, measured: { ...run.measured, known, count: 1680 } }, 0)).toBeUndefined();
    const lines = reduce(emptyModel, { kind: "snapshot", snapshot: linesSnapshot() }).run!;
    expect(doublingRadius(lines, 0)).toBeUndefined();
    const { header } = run;
    const aside = { ...run, header: { ...header, x: header.x.map((at) => at + 2) } };
    expect(doublingRadius(aside, 0)).toBeUndefined();
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
