import { describe, expect, test } from "vitest";
import type { Point } from "../../../server/protocol/result";
import { snapshotOf } from "../../../server/runs/open";
import { toResult } from "../../../server/runs/export/json";
import { Surface } from "../../../server/runs/surface";
import type { GridPoint } from "../../../server/runs/surface";
import { headerFor } from "./header";

function pointAt(index: number, loss: number): Point {
  return { index, loss, accuracy: 50, lossError: 0.1 };
}

/** exp of a plane: log-loss is linear, so that every interpolation of it is exact. */
function lossAt(alpha: number, beta: number): number {
  return Math.exp(0.3 + 0.5 * alpha - 0.25 * beta);
}

/** Everything a surface asks for, measured as it comes. */
function finish(surface: Surface, measure = lossAt): GridPoint[] {
  const order: GridPoint[] = [];
  for (let wave = surface.wave(); wave.length > 0; wave = surface.wave()) {
    surface.add(wave.map(({ index, alpha, beta }) => pointAt(index, measure(alpha, beta))));
    order.push(...wave);
  }
  return order;
}

describe("a surface", () => {
  test("hands out every point once, the centre first, the 3 × 3 before the others", () => {
    const points = finish(new Surface(headerFor([7, 5])));
    expect(new Set(points.map(({ index }) => index)).size).toBe(35);
    expect(points).toHaveLength(35);
    expect(points[0]).toEqual({ index: 2 * 7 + 3, alpha: 0, beta: 0 });
    expect(new Set(points.slice(0, 9).map(({ index }) => index))).toEqual(new Set([0, 3, 6, 14, 17, 20, 28, 31, 34]));
    const last = points.find(({ index }) => index === 34)!;
    expect([last.alpha, last.beta]).toEqual([1, 1]);
  });

  test("leaves out what is measured and says which nested grid is being filled", () => {
    const surface = new Surface(headerFor([5, 5]));
    const first = surface.wave();
    expect(surface.progress()).toEqual({ measured: 0, total: 25, level: [3, 3] });
    surface.add(first.slice(0, 4).map(({ index }) => pointAt(index, 1)));
    expect(surface.wave()).toEqual(first.slice(4));
    surface.add(first.slice(4).map(({ index }) => pointAt(index, 1)));
    expect(surface.progress(7)).toEqual({ measured: 9, total: 25, level: [5, 5], secondsLeft: 7 });
    expect(surface.completeLevels).toBe(1);
    expect(surface.isComplete).toBe(false);
    expect(surface.wave()).toHaveLength(16);
    finish(surface);
    expect(surface.completeLevels).toBe(2);
    expect(surface.isComplete).toBe(true);
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
    const order = finish(new Surface(headerFor([9, 9])));
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

  test("with a tolerance ends early, its estimate covers the rest, and its progress ends full", () => {
    const { x, y } = headerFor([51, 51]);
    const surface = new Surface({ x, y, refine: 0.01 });
    const likely: number[] = [];
    let most = Infinity;
    for (let wave = surface.wave(); wave.length > 0; wave = surface.wave()) {
      surface.add(wave.map(({ index, alpha, beta }) => pointAt(index, lossAt(alpha, beta))));
      const { measured, total } = surface.progress();
      expect(total).toBeGreaterThanOrEqual(measured);
      expect(total).toBeLessThanOrEqual(most);
      most = total;
      likely.push(surface.likelyTotal);
    }
    const { measured, total } = surface.progress();
    expect(surface.isComplete).toBe(true);
    expect(measured).toBeLessThan(400);
    expect(total).toBe(measured);
    expect(Math.abs(likely.at(-2)! - measured)).toBeLessThan(50);
    const { loss, from } = surface.estimate()!;
    expect(from).toEqual([51, 51]);
    y.forEach((beta, row) => {
      x.forEach((alpha, column) => {
        expect(Number(loss[row * 51 + column]) / lossAt(alpha, beta)).toBeCloseTo(1, 12);
      });
    });
    expect(surface.refinementFacts).toMatchObject({ tolerance: 0.01, measured, total: 2601, failed: 0 });
  });

  test("knows nothing of tolerances without one", () => {
    const surface = new Surface(headerFor([51, 51]));
    expect(finish(surface)).toHaveLength(2601);
    expect(surface.refinementFacts).toBeUndefined();
    expect(surface.likelyTotal).toBe(2601);
  });

  test("gives lines the number of their row instead of a coordinate", () => {
    const { x, y } = headerFor([5, 3]);
    const surface = new Surface({ x, y, lines: true });
    expect(new Set(surface.wave().map(({ index, alpha, beta }) => `${index} ${alpha} ${beta}`))).toEqual(
      new Set(["0 -1 0", "2 0 0", "4 1 0", "5 -1 1", "7 0 1", "9 1 1", "10 -1 2", "12 0 2", "14 1 2"]),
    );
    expect(surface.progress().level).toEqual([3, 3]);
    finish(surface, (alpha, member) => Math.exp(alpha) * (1 + member));
    expect(surface.estimate()!.loss[8]).toBe(Math.exp(x[3]!) * 2);
  });

  test("estimates further splits, and losses that have no accuracy", () => {
    const { x, y } = headerFor([33, 33]);
    const surface = new Surface({ x, y, refine: 0.02 });
    for (let wave = surface.wave(); wave.length > 0; wave = surface.wave()) {
      surface.add(
        wave.map(({ index, alpha, beta }) => ({
          ...pointAt(index, lossAt(alpha, beta)),
          accuracy: "NaN",
          further: [{ loss: 2 * lossAt(alpha, -beta), accuracy: 20, lossError: 0.1 }],
        })),
      );
    }
    expect(surface.measured).toBeLessThan(400);
    expect(surface.estimate()!.accuracy.every((value) => value === "NaN")).toBe(true);
    const { loss, accuracy } = surface.estimate(1)!;
    loss.forEach((value, index) => {
      const expected = 2 * lossAt(x[index % 33]!, -y[Math.floor(index / 33)]!);
      expect(Number(value) / expected).toBeCloseTo(1, 12);
    });
    for (const value of accuracy) expect(value).toBeCloseTo(20, 12);
    expect(surface.estimate(2)).toBeUndefined();
  });

  test("keeps NaN and infinities in the estimate", () => {
    const surface = new Surface(headerFor([9, 9]));
    finish(surface, (alpha) => (alpha > 0.5 ? NaN : alpha < -0.9 ? Infinity : 1));
    expect(surface.estimate()!.loss.slice(0, 9)).toEqual(["Infinity", 1, 1, 1, 1, 1, 1, "NaN", "NaN"]);
  });
});

describe("the snapshot and result of a journal", () => {
  const header = headerFor([3, 5]);
  const all = finish(new Surface(header)).map(({ index, alpha, beta }) => pointAt(index, lossAt(alpha, beta)));
  const done = { end: "done", checks: [{ ...header.checks[0]!, name: "restored" }], seconds: 2 } as const;

  test("are done when the journal says so and every point is there", () => {
    const snapshot = snapshotOf({ header, points: all, extras: [], ends: [done], length: 0 }, header, "/j");
    expect(snapshot.status).toBe("done");
    expect(snapshot.checks.map(({ name }) => name)).toEqual(["centre", "restored"]);
    expect(snapshot.progress).toEqual({ measured: 15, total: 15, level: [3, 5] });
  });

  test("are cancelled otherwise", () => {
    expect(snapshotOf({ header, points: all, extras: [], ends: [], length: 0 }, header, "/j").status).toBe("cancelled");
    expect(snapshotOf({ header, points: all.slice(1), extras: [], ends: [done], length: 0 }, header, "/j").status).toBe(
      "cancelled",
    );
  });

  test("have rows of y and columns of x, and tell measured from interpolated", () => {
    const points = all.slice(0, 9);
    const result = toResult(snapshotOf({ header, points, extras: [], ends: [], length: 0 }, header, "/j"), 1.25);
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
    const surface = toResult(snapshotOf({ header, points, extras: [], ends: [], length: 0 }, header, "/j"), 1)
      .surfaces[0]!;
    expect(surface.loss[2]).toEqual(["Infinity", "NaN", "NaN"]);
    expect(surface.accuracy[2]).toEqual([10, 10, "NaN"]);
    expect(surface.measured[2]).toEqual([1, 1, 0]);
  });
});
