import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinates, gridLevels } from "../../../server/landscape/grid";
import { Refinement } from "../../../server/landscape/refine";
import { finish, measuredOf, replay, truthOf, valuesAt } from "../../support/replay";
import type { Truth } from "../../support/replay";

const axis = (n: number): number[] => coordinates([-1, 1], n);
const bowl = (x: number, y: number): number => Math.exp(-1 + 1.5 * x * x + y * y - 0.5 * x * y);
/** A bowl with a kink along an oblique line. */
const folded = (x: number, y: number): number => bowl(x, y) * Math.exp(2 * Math.max(0, 0.7 * x + 0.4 * y - 0.2));

function options(columns: number, rows: number, tolerance?: number, lines = false) {
  const grid = { x: axis(columns), y: axis(rows), lines, accuracy: true };
  return tolerance === undefined ? grid : { ...grid, tolerance };
}

function truthFor({ x, y }: { readonly x: readonly number[]; readonly y: readonly number[] }, loss = folded): Truth {
  return truthOf(x, y, loss);
}

const sides = fc.integer({ min: 1, max: 24 });

describe("the order of work", () => {
  test("without a tolerance every point is measured exactly once, level by level, for any size", () => {
    fc.assert(
      fc.property(sides, sides, fc.boolean(), (columns, rows, lines) => {
        const given = options(columns, rows, undefined, lines);
        const order = measuredOf(given, truthFor(given));
        const levels = gridLevels(columns, rows, lines);
        let start = 0;
        for (const { indices } of levels) {
          const found = order.slice(start, start + indices.length);
          expect(new Set(found)).toEqual(new Set(indices));
          start += indices.length;
        }
        expect(order).toHaveLength(columns * rows);
      }),
      { numRuns: 40 },
    );
  });

  test("without differences in uncertainty it goes from the centre outwards", () => {
    const given = options(33, 17);
    const order = measuredOf(
      given,
      truthOf(
        given.x,
        given.y,
        () => 2,
        () => 50,
      ),
    );
    expect(order).toEqual(gridLevels(33, 17).flatMap(({ indices }) => indices));
  });

  test("the most uncertain points of a level come first: those along a kink", () => {
    const given = options(51, 51);
    const order = measuredOf(given, truthFor(given));
    const distance = (index: number): number =>
      Math.abs(0.7 * given.x[index % 51]! + 0.4 * given.y[Math.floor(index / 51)]! - 0.2) / Math.hypot(0.7, 0.4);
    const last = order.slice(33 * 33);
    const mean = (indices: readonly number[]): number =>
      indices.reduce((sum, index) => sum + distance(index), 0) / indices.length;
    expect(mean(last.slice(0, 100))).toBeLessThan(0.07);
    expect(mean(last)).toBeGreaterThan(0.35);
  });
});

describe("refinement", () => {
  test("measures some points, interpolates the others, and counts both", () => {
    const given = options(51, 51, 0.01);
    const refinement = new Refinement(given);
    const order = finish(refinement, truthFor(given));
    expect(new Set(order).size).toBe(order.length);
    expect(order.length + refinement.skipped).toBe(51 * 51);
    expect(order.length).toBeLessThan(1200);
    expect(refinement.wave()).toEqual([]);
    expect(refinement.completeLevels).toBe(6);
    expect(refinement.likelySkipped).toBe(refinement.skipped);
  });

  test("the first levels are whole, and of every finer one at least an eleventh less one is measured", () => {
    const given = options(51, 51, 0.1);
    const measured = new Set(
      measuredOf(
        given,
        truthOf(
          given.x,
          given.y,
          () => 2,
          () => 50,
        ),
      ),
    );
    const shares = gridLevels(51, 51).map(
      ({ indices }) => indices.filter((index) => measured.has(index)).length / indices.length,
    );
    expect(shares.slice(0, 3)).toEqual([1, 1, 1]);
    for (const share of shares.slice(3)) {
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.1);
    }
  });

  test("is the same in the end, whichever of its points are measured first and in whatever order", () => {
    const order = fc.record({
      columns: fc.integer({ min: 12, max: 40 }),
      rows: fc.integer({ min: 12, max: 40 }),
      tolerance: fc.constantFrom(0.003, 0.01, 0.1),
      seed: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(order, ({ columns, rows, tolerance, seed, share }) => {
        const given = options(columns, rows, tolerance);
        const truth = truthFor(given);
        const all = measuredOf(given, truth);
        const key = (index: number): number => (index * (1 + seed[index % 16]!) * 7919) % 1;
        const early = all.filter((index) => key(index) < share).sort((a, b) => key(a * 31) - key(b * 31));
        const resumed = new Refinement(given);
        for (const index of early) resumed.add(index, [valuesAt(truth, index)]);
        const rest = finish(resumed, truth);
        expect(rest.length + early.length).toBe(all.length);
        expect(new Set([...early, ...rest])).toEqual(new Set(all));
      }),
      { numRuns: 40 },
    );
  });

  test("points beyond what it asks for are taken, not asked for again, and appear in the estimate", () => {
    const given = options(33, 33, 0.05);
    const truth = truthFor(given);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(33 * 33 - 1), { maxLength: 300 }), fc.boolean(), (extra, isLate) => {
        const refinement = new Refinement(given);
        const order = isLate ? finish(refinement, truth) : [];
        for (const index of extra) refinement.add(index, [valuesAt(truth, index)]);
        const rest = finish(refinement, truth);
        expect(rest.filter((index) => extra.includes(index) || order.includes(index))).toEqual([]);
        const known = new Set([...order, ...extra, ...rest]);
        expect(known.size + refinement.skipped).toBe(33 * 33);
        const { loss } = refinement.nodes!.values[0]!;
        for (const index of known) expect(loss[index]).toBe(truth.loss[index]);
      }),
      { numRuns: 15 },
    );
  });

  test("hands a wave out again, less what was measured, until all of it is there", () => {
    const given = options(33, 33, 0.02);
    const truth = truthFor(given);
    const refinement = new Refinement(given);
    for (let wave = refinement.wave(); wave.length > 0; wave = refinement.wave()) {
      for (const index of [...wave].reverse().slice(0, 5)) refinement.add(index, [valuesAt(truth, index)]);
      if (wave.length > 5) expect(refinement.wave()).toEqual(wave.slice(0, -5));
    }
    expect(refinement.completeLevels).toBe(refinement.levels.length);
  });

  test("never interpolates beside NaN, infinity or a loss of zero", () => {
    const holes: readonly ((x: number, y: number) => number)[] = [
      (x, y) => (Math.hypot(x, y) > 0.9 ? NaN : bowl(x, y)),
      (x, y) => (x + y > 0.5 ? Infinity : bowl(x, y)),
      (x, y) => (Math.hypot(x - 0.2, y) < 0.3 ? 0 : bowl(x, y)),
      (x, y) => (Math.hypot(x - 0.2, y) < 0.3 ? -1 : bowl(x, y)),
    ];
    for (const hole of holes) {
      const given = options(51, 51, 0.1);
      const truth = truthOf(given.x, given.y, hole, () => 50);
      const { order, lossErrors } = replay({ ...given, refine: 0.1 }, truth);
      expect(order.length).toBeLessThan(51 * 51);
      const measured = new Set(order);
      for (let index = 0; index < 51 * 51; index++) {
        if (measured.has(index)) continue;
        const [column, row] = [index % 51, Math.floor(index / 51)];
        for (let v = Math.max(0, row - 1); v <= Math.min(50, row + 1); v++) {
          for (let u = Math.max(0, column - 1); u <= Math.min(50, column + 1); u++) {
            const loss = truth.loss[51 * v + u]!;
            expect(loss > 0 && loss < Infinity).toBe(true);
          }
        }
      }
      for (const error of lossErrors) expect(error).toBeLessThanOrEqual(0.1);
    }
  });

  test("accuracy counts where it is a number, unless it is not to", () => {
    const given = options(51, 51, 0.01);
    const wavy = truthOf(given.x, given.y, bowl, (x, y) => 50 + 20 * Math.sin(60 * x) * Math.sin(60 * y));
    const without = truthOf(given.x, given.y, bowl, () => NaN);
    const smooth = measuredOf(given, without).length;
    expect(measuredOf(given, wavy)).toHaveLength(51 * 51);
    expect(smooth).toBeLessThan(500);
    expect(measuredOf({ ...given, accuracy: false }, wavy)).toHaveLength(smooth);
  });

  test("every split counts", () => {
    const given = options(51, 51, 0.02);
    const train = truthFor(given, bowl);
    const held = truthFor(given, folded);
    const both = new Refinement(given);
    for (let wave = both.wave(); wave.length > 0; wave = both.wave()) {
      for (const index of wave) both.add(index, [valuesAt(train, index), valuesAt(held, index)]);
    }
    const skipped = 51 * 51 - measuredOf(given, train).length;
    expect(both.skipped).toBeLessThan(skipped - 100);
    const { loss } = both.nodes!.values[1]!;
    loss.forEach((value, index) => {
      expect(Math.abs(value / held.loss[index]! - 1)).toBeLessThanOrEqual(0.02);
    });
  });

  test("lines have nothing to do with one another", () => {
    const given = options(401, 3, 0.01, true);
    const smooth = truthOf(given.x, given.y, (x) => bowl(x, 0));
    const mixed = truthOf(given.x, given.y, (x, y) => (y === 0 ? bowl(x, 0) * (2 + Math.sin(300 * x)) : bowl(x, 0)));
    const rowOf = (index: number): number => Math.floor(index / 401);
    const alone = measuredOf(given, smooth);
    const found = measuredOf(given, mixed);
    const count = (order: readonly number[], row: number): number =>
      order.filter((index) => rowOf(index) === row).length;
    expect(count(found, 1)).toBeGreaterThan(380);
    for (const row of [0, 2]) expect(count(found, row)).toBe(count(alone, row));
    expect(count(alone, 0)).toBeLessThan(80);
  });

  test("small grids are measured whole", () => {
    for (const [columns, rows] of [
      [1, 1],
      [2, 2],
      [1, 9],
      [12, 1],
      [5, 5],
      [2, 20],
    ] as const) {
      const given = options(columns, rows, 0.1);
      expect(new Set(measuredOf(given, truthFor(given))).size).toBe(columns * rows);
    }
  });

  test("finds needles as wide as the distance of its tests, wherever they are", () => {
    const position = fc.double({ min: -0.95, max: 0.95, noNaN: true });
    const given = options(51, 51, 0.1);
    fc.assert(
      fc.property(position, position, fc.boolean(), (a, b, isUp) => {
        // σ of two grid lines; a factor of three in loss.
        const needle = (x: number, y: number): number =>
          bowl(x, y) * Math.exp((isUp ? 1.1 : -1.1) * Math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 0.08 ** 2)));
        const { lossErrors, order } = replay(
          { ...given, refine: 0.1 },
          truthOf(given.x, given.y, needle, () => 50),
        );
        expect(order.length).toBeLessThan(1300);
        expect(Math.max(...lossErrors)).toBeLessThanOrEqual(0.1);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test("says how well its tests were met", () => {
    const given = options(51, 51, 0.01);
    const refinement = new Refinement(given);
    finish(refinement, truthFor(given, bowl));
    const { tests, failed, largest } = refinement.validation;
    expect(tests).toBeGreaterThan(100);
    expect(failed).toBe(0);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(0.01);
  });
});
