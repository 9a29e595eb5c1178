import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blend } from "../../../server/landscape/blend";
import { coordinates, gridLevels } from "../../../server/landscape/grid";
import { allLines, interpolate, nodesOf } from "../../../server/landscape/interpolate";
import type { Lines, Values } from "../../../server/landscape/interpolate";

const surface = (alpha: number, beta: number) => 0.2 + 3 * alpha * alpha + 5 * (beta - 0.3 * alpha) ** 2;

function grid(columns: number, rows: number) {
  const x = coordinates([-1, 1], columns);
  const y = coordinates([-1, 1], rows);
  const truth = y.flatMap((beta) => x.map((alpha) => surface(alpha, beta)));
  const from = (level: Lines, loss: readonly number[], accuracy = loss): Values => {
    const values = { loss: nodesOf(columns, level, loss), accuracy: nodesOf(columns, level, accuracy) };
    return interpolate(x, y, level, values, allLines(columns, rows));
  };
  return { x, y, truth, levels: gridLevels(columns, rows), none: truth.map(() => NaN), from };
}

function values(loss: readonly number[], accuracy = loss): Values {
  return { loss: Float64Array.from(loss), accuracy: Float64Array.from(accuracy) };
}

describe("blend", () => {
  test("is exact at every node of a level that is measured, and changes no node of the level before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 30 }), fc.integer({ min: 5, max: 30 }), (columns, rows) => {
        const { x, y, truth, levels, from } = grid(columns, rows);
        const [first, next] = levels;
        const bent = blend(x, y, from(first!, truth), next!, values(truth));
        for (const row of next!.rows) {
          for (const column of next!.columns) {
            const index = row * columns + column;
            expect(bent.loss[index]! / truth[index]!).toBeCloseTo(1, 9);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test("comes nearer to the truth with each point that is measured, in the mean over the grid", () => {
    const { x, y, truth, levels, none, from } = grid(51, 51);
    const base = from(levels[1]!, truth);
    const error = (losses: Float64Array) =>
      losses.reduce((sum, loss, i) => sum + Math.abs(Math.log(loss / truth[i]!)), 0) / truth.length;
    const half = [...none];
    for (const index of levels[2]!.indices.slice(0, 28)) half[index] = truth[index]!;
    const atStart = error(base.loss);
    const atHalf = error(blend(x, y, base, levels[2]!, values(half)).loss);
    const atEnd = error(blend(x, y, base, levels[2]!, values(truth)).loss);
    expect(atHalf).toBeLessThan(0.8 * atStart);
    expect(atEnd).toBeLessThan(atHalf);
  });

  test("without a measured point nothing changes; values that are not finite or positive bend nothing", () => {
    const { x, y, truth, levels, none, from } = grid(9, 9);
    const base = from(levels[0]!, truth);
    expect(blend(x, y, base, levels[1]!, values(none))).toEqual(base);
    for (const value of [Infinity, -1, 0]) {
      const odd = [...none];
      odd[levels[1]!.indices[0]!] = value;
      expect(blend(x, y, base, levels[1]!, values(odd, none))).toEqual(base);
    }
  });

  test("keeps accuracy within 0 and 100 and NaN where the estimate is NaN", () => {
    const { x, y, truth, levels, none, from } = grid(9, 9);
    const index = levels[1]!.indices[0]!;
    const losses = [...truth];
    losses[0] = NaN;
    const base = from(
      levels[0]!,
      losses,
      truth.map(() => 95),
    );
    const measured = [...none];
    measured[index] = 100;
    const bent = blend(x, y, base, levels[1]!, values(none, measured));
    expect(Math.max(...bent.accuracy)).toBe(100);
    expect(bent.loss[0]).toBeNaN();
    expect(bent.loss).toEqual(base.loss);
  });
});
