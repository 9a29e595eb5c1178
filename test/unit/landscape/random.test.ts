import { describe, expect, test } from "vitest";
import { Random, portableLog } from "../../../server/landscape/random";

describe("Random", () => {
  test("is xoshiro128** seeded by SplitMix64", () => {
    // Computed apart, in Python, from the published recurrences.
    const zero = new Random(0);
    expect([1, 2, 3, 4].map(() => zero.nextUint32())).toEqual([3737715805, 2584255861, 2876756834, 3286328325]);
    const seven = new Random(7);
    expect([1, 2, 3, 4].map(() => seven.nextUint32())).toEqual([1801096769, 1554325924, 2992800842, 3588980540]);
  });

  test("streams start 2⁶⁴ numbers apart", () => {
    // The state was moved on with the 2⁶⁴-th power of the transition matrix over GF(2), computed apart in Python.
    const second = new Random(7, 1);
    expect([1, 2, 3, 4].map(() => second.nextUint32())).toEqual([2633054264, 2645738012, 553659961, 3030071484]);
  });

  test("takes negative and large seeds, and refuses what is no integer", () => {
    const seeds = [-1, 1, 2 ** 32 + 1, 2 ** 53 - 1];
    expect(new Set(seeds.map((seed) => new Random(seed).nextUint32())).size).toBe(4);
    expect(() => new Random(0.5)).toThrow(RangeError);
    expect(() => new Random(NaN)).toThrow(RangeError);
  });

  test("uniform numbers fill [0, 1) evenly", () => {
    const random = new Random(11);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(random.nextUniform() * 10)]! += 1;
    // χ² with 9 degrees of freedom exceeds 27.9 once in a thousand seeds.
    expect(counts.reduce((sum, count) => sum + (count - 1e4) ** 2 / 1e4, 0)).toBeLessThan(27.9);
  });

  test("normals have the moments of N(0, 1)", () => {
    const random = new Random(3);
    const n = 200_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = random.nextNormal();
      for (let k = 0; k < 4; k++) moments[k]! += z ** (k + 1) / n;
    }
    // Four standard errors of each sample moment: √(var(zᵏ)/n) with variances 1, 2, 15, 96.
    [0, 1, 0, 3].forEach((expected, k) => {
      expect(Math.abs(moments[k]! - expected)).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][k]! / n));
    });
  });

  test("normals have the tails of N(0, 1)", () => {
    const random = new Random(4);
    const n = 200_000;
    let beyond2 = 0;
    let beyond4 = 0;
    for (let i = 0; i < n; i++) {
      const z = Math.abs(random.nextNormal());
      if (z > 2) beyond2 += 1;
      if (z > 4) beyond4 += 1;
    }
    expect(Math.abs(beyond2 / n - 0.0455)).toBeLessThan(4 * Math.sqrt(0.0455 / n));
    expect(beyond4).toBeGreaterThan(1);
    expect(beyond4).toBeLessThan(36);
  });
});

describe("portableLog", () => {
  test("agrees with the platform's logarithm to the last digits", () => {
    const random = new Random(5);
    for (let i = 0; i < 20_000; i++) {
      const x = random.nextUniform() * 2 ** Math.floor(40 * random.nextUniform() - 39);
      if (x === 0) continue;
      const expected = Math.log(x);
      expect(Math.abs(portableLog(x) - expected)).toBeLessThanOrEqual(2 ** -52 * Math.abs(expected));
    }
  });

  test("keeps its relative precision next to 1, and is exact at powers of two", () => {
    for (const x of [1 - 2 ** -53, 1 + 2 ** -52, 1 - 2 ** -30, 1 + 2 ** -30, 0.999, 1.001]) {
      expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(2 ** -52 * Math.abs(Math.log(x)));
    }
    expect(portableLog(1)).toBe(0);
    expect(portableLog(2)).toBe(Math.LN2);
    expect(portableLog(2 ** -100)).toBe(-100 * Math.LN2);
  });
});
