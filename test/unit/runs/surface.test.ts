import { describe, expect, test } from "vitest";
import type { Point } from "../../../server/protocol/result";
import { snapshotOf } from "../../../server/runs/open";
import { toResult } from "../../../server/runs/export/json";
import { Surface } from "../../../server/runs/surface";
import { headerFor } from "./header";

function pointAt(index: number, loss: number): Point {
  return { index, loss, accuracy: 50, lossError: 0.1 };
}

/** exp of a plane: log-loss is linear, so that every interpolation of it is exact. */
function lossAt(alpha: number, beta: number): number {
  return Math.exp(0.3 + 0.5 * alpha - 0.25 * beta);
}

describe("a surface", () => {
  test("hands out every point once, the centre first, the 3 × 3 before the others", () => {
    const surface = new Surface(headerFor([7, 5]));
    const points = surface.remaining();
    expect(new Set(points.map(({ index }) => index)).size).toBe(35);
    expect(points[0]).toEqual({ index: 2 * 7 + 3, alpha: 0, beta: 0 });
    expect(new Set(points.slice(0, 9).map(({ index }) => index))).toEqual(new Set([0, 3, 6, 14, 17, 20, 28, 31, 34]));
    const last = points.find(({ index }) => index === 34)!;
    expect([last.alpha, last.beta]).toEqual([1, 1]);
  });

  test("leaves out what is measured and says which nested grid is being filled", () => {
    const surface = new Surface(headerFor([5, 5]));
    const order = surface.remaining();
    expect(surface.progress()).toEqual({ measured: 0, total: 25, level: [3, 3] });
    surface.add(order.slice(0, 9).map(({ index }) => pointAt(index, 1)));
    expect(surface.progress(7)).toEqual({ measured: 9, total: 25, level: [5, 5], secondsLeft: 7 });
    expect(surface.remaining()).toEqual(order.slice(9));
    expect(surface.completeLevels).toBe(1);
    surface.add(order.slice(9).map(({ index }) => pointAt(index, 1)));
    expect(surface.completeLevels).toBe(2);
    expect(surface.progress().level).toEqual([5, 5]);
  });

  test("counts a point that is added twice once", () => {
    const surface = new Surface(headerFor([5, 5]));
    surface.add([pointAt(12, 1)]);
    surface.add([pointAt(12, 1)]);
    expect(surface.measured).toBe(1);
  });

  test("estimates from the finest complete grid, bent only around points of the next one", () => {
    const surface = new Surface(headerFor([9, 9]));
    const order = surface.remaining();
    expect(surface.estimate()).toBeUndefined();
    surface.add(order.slice(0, 8).map(({ index, alpha, beta }) => pointAt(index, lossAt(alpha, beta))));
    // The second level is 5 × 5: column 2, row 2.
    const early = order.find(({ index }) => index === 2 * 9 + 2)!;
    const factor = 1e6;
    surface.add([pointAt(early.index, factor * lossAt(early.alpha, early.beta))]);
    expect(surface.estimate()).toBeUndefined();
    const ninth = order[8]!;
    surface.add([pointAt(ninth.index, lossAt(ninth.alpha, ninth.beta))]);
    const estimate = surface.estimate()!;
    expect(estimate.from).toEqual([3, 3]);
    for (const { index, alpha, beta } of order) {
      const across = Math.max(0, 1 - Math.abs((index % 9) - 2) / 2);
      const down = Math.max(0, 1 - Math.abs(Math.floor(index / 9) - 2) / 2);
      const expected = lossAt(alpha, beta) * factor ** (across * down);
      expect(Number(estimate.loss[index]) / expected).toBeCloseTo(1, 9);
    }
  });
});

describe("the snapshot and result of a journal", () => {
  const header = headerFor([3, 5]);
  const all = new Surface(header).remaining().map(({ index, alpha, beta }) => pointAt(index, lossAt(alpha, beta)));
  const done = { end: "done", checks: [{ ...header.checks[0]!, name: "restored" }], seconds: 2 } as const;

  test("are done when the journal says so and every point is there", () => {
    const snapshot = snapshotOf({ header, points: all, ends: [done], length: 0 }, header, "/j");
    expect(snapshot.status).toBe("done");
    expect(snapshot.checks.map(({ name }) => name)).toEqual(["centre", "restored"]);
    expect(snapshot.progress).toEqual({ measured: 15, total: 15, level: [3, 5] });
  });

  test("are cancelled otherwise", () => {
    expect(snapshotOf({ header, points: all, ends: [], length: 0 }, header, "/j").status).toBe("cancelled");
    expect(snapshotOf({ header, points: all.slice(1), ends: [done], length: 0 }, header, "/j").status).toBe(
      "cancelled",
    );
  });

  test("have rows of y and columns of x, and tell measured from interpolated", () => {
    const points = all.slice(0, 9);
    const result = toResult(snapshotOf({ header, points, ends: [], length: 0 }, header, "/j"), 1.25);
    const surface = result.surfaces[0]!;
    expect(surface.x).toHaveLength(3);
    expect(surface.loss).toHaveLength(5);
    expect(surface.loss[0]).toHaveLength(3);
    expect(surface.measured).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [1, 1, 1],
      [0, 0, 0],
      [1, 1, 1],
    ]);
    surface.y.forEach((beta, row) => {
      surface.x.forEach((alpha, column) => {
        expect(Number(surface.loss[row]![column]) / lossAt(alpha, beta)).toBeCloseTo(1, 12);
      });
    });
    expect(result.timing).toEqual({ seconds: 1.25, evaluations: 9 });
  });

  test("keep NaN and infinities, and do not invent values before there is an estimate", () => {
    const points: Point[] = [
      { index: 7, loss: "NaN", accuracy: 10, lossError: "NaN" },
      { index: 6, loss: "Infinity", accuracy: 10, lossError: "NaN" },
    ];
    const surface = toResult(snapshotOf({ header, points, ends: [], length: 0 }, header, "/j"), 1).surfaces[0]!;
    expect(surface.loss[2]).toEqual(["Infinity", "NaN", "NaN"]);
    expect(surface.accuracy[2]).toEqual([10, 10, "NaN"]);
    expect(surface.measured[2]).toEqual([1, 1, 0]);
  });
});
