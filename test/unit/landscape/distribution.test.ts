import { describe, expect, test } from "vitest";
import {
  countInto,
  distributionOf,
  emptyDistribution,
  rangeOf,
  together,
} from "../../../server/landscape/distribution";

const values = Float32Array.of(0, -0, 1.5, -2, NaN, Infinity, 0.25);

describe("a distribution", () => {
  test("is of the finite values, and counts the others", () => {
    const found = distributionOf(values);
    expect(found).toMatchObject({ count: 5, nonFinite: 2, zeros: 2, least: -2, greatest: 1.5, squares: 6.3125 });
    expect(found.mean).toBeCloseTo(-0.05, 15);
    expect(found.spread).toBeCloseTo(6.3, 12);
  });

  test("of two sets together is that of all values, however they are divided", () => {
    const all = Float32Array.from({ length: 1000 }, (_, k) => Math.sin(k * k) + 1000);
    const whole = distributionOf(all);
    for (const cut of [0, 1, 370, 1000]) {
      const parts = together(distributionOf(all.slice(0, cut)), distributionOf(all.slice(cut)));
      expect(parts).toMatchObject({ count: 1000, least: whole.least, greatest: whole.greatest });
      expect(parts.mean).toBeCloseTo(whole.mean, 10);
      expect(parts.spread / whole.spread).toBeCloseTo(1, 9);
    }
    expect(together(emptyDistribution, emptyDistribution)).toEqual(emptyDistribution);
  });
});

describe("bins", () => {
  const count = (size: number, of: readonly number[], from: number, to: number): number[] => {
    const bins = new Float64Array(size);
    countInto(bins, Float32Array.from(of), from, to);
    return [...bins];
  };

  test("hold their lower edge, the last one its upper edge too", () => {
    expect(count(4, [0, 0.25, 0.5, 0.75, 1], 0, 1)).toEqual([1, 1, 1, 2]);
    expect(count(2, [-1, NaN, 3, Infinity, 0], 0, 1)).toEqual([1, 0]);
  });

  test("keep values on edges that are no binary fractions on their side", () => {
    const edges = Array.from({ length: 10 }, (_, k) => Math.fround(-0.3 + (k * 0.9) / 10));
    const counts = count(10, edges, -0.3, 0.6);
    // float32 rounds an edge to either side, but never by a bin.
    const expected = new Array<number>(10).fill(0);
    for (const edge of edges) {
      const bin = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].find((k) => edge >= -0.3 + (k * (0.6 - -0.3)) / 10);
      if (bin !== undefined) expected[bin]! += 1;
    }
    expect(counts).toEqual(expected);
  });
});

test("a range holds all values, and has a width where they are all the same", () => {
  expect(rangeOf([distributionOf(values), distributionOf(Float32Array.of(7))])).toEqual([-2, 7]);
  expect(rangeOf([distributionOf(Float32Array.of(0, 0))])).toEqual([-0.5, 0.5]);
  expect(rangeOf([distributionOf(Float32Array.of(-4))])).toEqual([-6, -2]);
  expect(rangeOf([emptyDistribution])).toEqual([-1, 1]);
});
