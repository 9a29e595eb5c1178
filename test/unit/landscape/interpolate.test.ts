import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinates, gridLevels } from "../../../server/landscape/grid";
import type { GridLevel } from "../../../server/landscape/grid";
import { estimate } from "../../../server/landscape/interpolate";
import { fromJsonNumber } from "../../../server/protocol/numbers";

type Field = (x: number, y: number) => number;

/** Estimates `loss` from the nodes of `level` on an n×n grid over [−1, 1]²; everything else is hidden as NaN. */
function estimated(n: number, level: GridLevel, loss: Field, accuracy: Field = () => 50) {
  const x = coordinates([-1, 1], n);
  const nodes = new Set(level.rows.flatMap((row) => level.columns.map((column) => row * n + column)));
  const sample = (field: Field): number[] =>
    Array.from({ length: n * n }, (_, i) => (nodes.has(i) ? field(x[i % n]!, x[Math.floor(i / n)]!) : NaN));
  const found = estimate(x, x, level, sample(loss), sample(accuracy));
  return { ...found, loss: found.loss.map(fromJsonNumber), accuracy: found.accuracy.map(fromJsonNumber), x, nodes };
}

function worst(n: number, level: GridLevel, field: Field): number {
  const { loss, x } = estimated(n, level, field);
  return loss.reduce((most, value, i) => {
    return Math.max(most, Math.abs(Math.log(value / field(x[i % n]!, x[Math.floor(i / n)]!))));
  }, 0);
}

const levels = gridLevels(51, 51);

describe("estimate", () => {
  test("is exact at nodes and covers every grid point", () => {
    const field: Field = (x, y) => 0.4 + 30 * Math.abs(Math.sin(7 * x + 3 * y * x));
    for (const level of levels) {
      const { loss, from, nodes, x } = estimated(51, level, field);
      expect(from).toEqual([level.columns.length, level.rows.length]);
      expect(loss).toHaveLength(51 * 51);
      expect(loss.every(Number.isFinite)).toBe(true);
      for (const i of nodes) expect(loss[i]).toBe(field(x[i % 51]!, x[Math.floor(i / 51)]!));
    }
  });

  test("reproduces parabolas in the logarithm of the loss from the first level on", () => {
    const coefficient = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(coefficient, coefficient, coefficient, coefficient, (a, b, c, d) => {
        // The factor-of-two limit on overshoot is not reached by curvatures up to 1.
        return worst(21, gridLevels(21, 21)[0]!, (x, y) => Math.exp(a + b * x + c * x * x + b * y + d * y * y)) < 1e-12;
      }),
      { numRuns: 50 },
    );
  });

  test("reproduces cubics on uneven nodes", () => {
    const cubic: Field = (x, y) => Math.exp(3 + 2 * x + 0.4 * x ** 3 - 3 * y + 0.3 * y ** 2 - 0.2 * y ** 3);
    expect(levels[2]!.columns.slice(0, 4)).toEqual([0, 6, 12, 18]);
    expect(levels[3]!.columns.slice(0, 5)).toEqual([0, 3, 6, 9, 12]);
    for (const level of levels.slice(1)) expect(worst(51, level, cubic)).toBeLessThan(1e-12);
  });

  test("comes closer level by level on a landscape like the oracle's", () => {
    // A bowl in log-loss from 0.4 to about 200 with a ridge and slow waves.
    const bowl: Field = (x, y) =>
      Math.exp(
        Math.log(0.4) + 6 * (1 - Math.exp(-2 * (x * x + 1.3 * y * y + 0.8 * x * y))) + 0.2 * Math.sin(3 * x - 2 * y),
      );
    const errors = levels.map((level) => worst(51, level, bowl));
    expect(errors[1]).toBeLessThan(errors[0]!);
    // Cubic interpolation has order 4: half the spacing, a sixteenth of the error (less where the widest gap of 7 becomes 4).
    expect(errors[2]).toBeLessThan(0.1);
    expect(errors[3]).toBeLessThan(errors[2]! / 8);
    expect(errors[4]).toBeLessThan(errors[3]! / 8);
    expect(errors[5]).toBe(0);
  });

  test("does not ring beside a cliff", () => {
    const cliff: Field = (x) => (x < 0.1 ? 1 : 1e30);
    const { loss } = estimated(51, levels[2]!, cliff);
    expect(Math.min(...loss)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...loss)).toBeLessThanOrEqual(2e30);
  });

  test("clamps accuracy to 0 … 100 and keeps it exact at nodes", () => {
    const step: Field = (x, y) => (x * x + y * y < 0.3 ? 100 : 0);
    const { accuracy, nodes, x } = estimated(51, levels[2]!, () => 1, step);
    expect(Math.min(...accuracy)).toBe(0);
    expect(Math.max(...accuracy)).toBe(100);
    for (const i of nodes) expect(accuracy[i]).toBe(step(x[i % 51]!, x[Math.floor(i / 51)]!));
  });

  test("cells at a non-finite node are non-finite, all others finite", () => {
    const level = levels[1]!;
    const found = estimated(51, level, (x, y) => (x === 0 && y === 0 ? NaN : Math.exp(x + y)));
    found.loss.forEach((value, i) => {
      const affected = [i % 51, Math.floor(i / 51)].every((line) => line > 12 && line < 37);
      expect(Number.isFinite(value)).toBe(!affected);
      if (affected) expect(value).toBeNaN();
    });
  });

  test("infinity stays infinity, and NaN wins over it", () => {
    const level = levels[0]!;
    const infinite = estimated(51, level, (x) => (x === 1 ? Infinity : 1));
    expect(infinite.loss[0]).toBe(1);
    expect(infinite.loss[40]).toBe(Infinity);
    expect(infinite.loss[20]).toBe(1);
    const both = estimated(51, level, (x, y) => (x === 1 ? (y === 1 ? NaN : Infinity) : 1));
    expect(both.loss[40 * 51 + 40]).toBeNaN();
    expect(both.loss[10 * 51 + 40]).toBe(Infinity);
  });

  test("is linear in the logarithm where only the wider stencil is not finite", () => {
    const { loss, x } = estimated(51, levels[1]!, (x) => (x === 1 ? NaN : Math.exp(x * x)));
    const t = (x[30]! - x[25]!) / (x[37]! - x[25]!);
    expect(loss[30]).toBeCloseTo(Math.exp(t * x[37]! ** 2), 12);
  });

  test("is linear in the loss itself beside a loss of zero", () => {
    const { loss, x } = estimated(51, levels[0]!, (x) => Math.max(0, x));
    expect(loss[10]).toBe(0);
    expect(loss[40]).toBeCloseTo(x[40]!, 12);
  });

  test("serves lines, small and non-square grids", () => {
    const x = coordinates([-1, 1], 9);
    const level = gridLevels(9, 1)[1]!;
    const line = estimate(
      x,
      [0],
      level,
      x.map((v) => Math.exp(v)),
      x.map(() => 10),
    );
    line.loss.forEach((value, i) => expect(value).toBeCloseTo(Math.exp(x[i]!), 12));
    const pair = estimate([0, 1], [0, 1], gridLevels(2, 2)[0]!, [1, 2, 3, 4], [1, 2, 3, 4]);
    expect(pair).toEqual({ from: [2, 2], loss: [1, 2, 3, 4], accuracy: [1, 2, 3, 4] });
  });
});
