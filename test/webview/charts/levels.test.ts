import { describe, expect, test } from "vitest";
import { bandOf, levelsOf, positionOf } from "../../../webview/charts/levels";
import type { Levels } from "../../../webview/charts/levels";
import { oracleSurface } from "../support/surface";

const between = (low: number, high: number, count = 100) =>
  Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
const values = (levels: Levels | undefined) => levels!.levels.map((level) => level.value);
const majors = (levels: Levels | undefined) =>
  levels!.levels.filter((level) => level.major).map((level) => level.value);

describe("scale", () => {
  test("is logarithmic by default above a ratio of 20", () => {
    expect(levelsOf([1, 19.9], { scale: "auto", metric: "loss" })!.scale).toBe("linear");
    expect(levelsOf([1, 20.1], { scale: "auto", metric: "loss" })!.scale).toBe("log");
  });

  test("is what was chosen, but linear for accuracy and without positive values", () => {
    expect(levelsOf([1, 2], { scale: "log", metric: "loss" })!.scale).toBe("log");
    expect(levelsOf([1, 2000], { scale: "linear", metric: "loss" })!.scale).toBe("linear");
    expect(levelsOf([1, 90], { scale: "log", metric: "accuracy" })!.scale).toBe("linear");
    expect(levelsOf([-2, 0], { scale: "log", metric: "loss" })!.scale).toBe("linear");
  });

  test("takes a loss of zero into the lowest band of a logarithmic scale", () => {
    const levels = levelsOf([0, 0.01, 1, 5], { scale: "log", metric: "loss" })!;
    expect(levels.low).toBe(0.01);
    expect(bandOf(levels, 0)).toBe(0);
  });
});

describe("logarithmic levels", () => {
  test("are 1, 1.5, 2, 3, 5, 7 per decade, of which 1, 2, 5 are major", () => {
    const levels = levelsOf([0.4, 63], { scale: "log", metric: "loss" });
    expect(values(levels)).toEqual([0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50]);
    expect(majors(levels)).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
  });

  test("are finer under 1.8 decades", () => {
    const levels = levelsOf([0.9, 9], { scale: "log", metric: "loss" });
    expect(values(levels)).toEqual([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]);
    expect(majors(levels)).toEqual([1, 2, 3, 5]);
  });

  test("do not crowd over many decades and do not vanish in a narrow range", () => {
    expect(values(levelsOf([1e-7, 1e6], { scale: "log", metric: "loss" })).length).toBeLessThan(30);
    expect(values(levelsOf([0.51, 0.59], { scale: "log", metric: "loss" })).length).toBeGreaterThanOrEqual(9);
  });
});

describe("linear levels", () => {
  test.each([
    [0, 1],
    [0.4, 1.9],
    [2, 130],
    [-3, 4],
    [0.0012, 0.0019],
    [5, 84.4],
    [1000, 9000],
    [0, 17],
  ])("from %d to %d make 10 to 16 bands of one nice step, every second major", (low, high) => {
    const levels = levelsOf(between(low, high), { scale: "linear", metric: "loss" })!;
    expect(levels.bands.length).toBeGreaterThanOrEqual(10);
    expect(levels.bands.length).toBeLessThanOrEqual(16);
    const step = levels.levels[1]!.value - levels.levels[0]!.value;
    for (const [index, level] of levels.levels.entries()) {
      expect(level.value).toBeCloseTo(levels.levels[0]!.value + index * step, 9);
      if (index > 0) expect(level.major).toBe(!levels.levels[index - 1]!.major);
    }
    const leading = Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toPrecision(6));
    expect([1, 1.5, 2, 2.5, 4, 5, 8]).toContain(leading);
  });

  test("of accuracy are every 5 percent over most of the range", () => {
    expect(majors(levelsOf([7, 84.4], { scale: "auto", metric: "accuracy" }))).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80,
    ]);
  });
});

describe("domain", () => {
  test("is the range of the finite values", () => {
    const levels = levelsOf([NaN, 3, Infinity, 1, 2], { scale: "linear", metric: "loss" })!;
    expect([levels.low, levels.high, levels.capped]).toEqual([1, 3, false]);
    expect(levelsOf([NaN, Infinity], { scale: "auto", metric: "loss" })).toBeUndefined();
  });

  test("ends at the 98th percentile when the maximum is more than 2.5 times that", () => {
    const tail = [...between(1, 10, 99), 1000];
    const levels = levelsOf(tail, { scale: "log", metric: "loss" })!;
    expect(levels.capped).toBe(true);
    expect(levels.high).toBeCloseTo(10, 0);
    expect(levelsOf([...between(1, 10, 99), 24], { scale: "log", metric: "loss" })!.capped).toBe(false);
  });

  test("of equal values is one band", () => {
    const levels = levelsOf([0.4, 0.4], { scale: "auto", metric: "loss" })!;
    expect(levels.bands).toHaveLength(1);
    expect(positionOf(levels, 0.4)).toBe(0.5);
  });
});

describe("signed values", () => {
  const levels = levelsOf(between(-1.2, 3.7), { scale: "log", metric: "loss", signed: true })!;

  test("have equal steps on both sides of zero, which is a major level in the middle of the domain and of the map", () => {
    expect([levels.low, levels.high]).toEqual([-3.7, 3.7]);
    expect(levels.scale).toBe("linear");
    expect(values(levels)).toContain(0);
    expect(majors(levels)).toContain(0);
    expect(values(levels).map((value) => -value || 0)).toEqual([...values(levels)].reverse());
    expect(levels.levels.find(({ value }) => value === 0)!.shade).toBeCloseTo(0.5, 12);
    expect(levels.bands[0]!.shade).toBe(0);
    expect(levels.bands.at(-1)!.shade).toBe(1);
    const shades = levels.bands.map(({ shade }) => shade);
    shades.forEach((shade, k) => expect(shade + shades.at(-1 - k)!).toBeCloseTo(1, 12));
  });

  test("end at the largest size, at the clip, or where a few lie far beyond all others", () => {
    const clipped = levelsOf(between(-9, 3), { scale: "auto", metric: "loss", signed: true, clip: 2 })!;
    expect([clipped.low, clipped.high, clipped.capped, clipped.floored]).toEqual([-2, 2, true, true]);
    expect(clipped.natural).toBe(9);
    const tail = levelsOf([...between(-1, 1, 99), -1000], { scale: "auto", metric: "loss", signed: true })!;
    expect(tail.high).toBeLessThanOrEqual(1);
    expect([tail.floored, tail.capped]).toEqual([true, false]);
  });

  test("that are all the same are one neutral band", () => {
    const flat = levelsOf([0, 0, 0], { scale: "auto", metric: "loss", signed: true })!;
    expect(flat.bands.map(({ shade }) => shade)).toEqual([0.5]);
  });
});

describe("the paper's levels", () => {
  test("are 0.1 to 9.6 in steps of 0.5, whatever the surface that they cross", () => {
    const expected = Array.from({ length: 20 }, (_, k) => Number((0.1 + 0.5 * k).toFixed(1)));
    for (const range of [between(0.4, 219), between(0.05, 3), between(2, 8)]) {
      const levels = levelsOf(range, { scale: "paper", metric: "loss" })!;
      expect(values(levels)).toEqual(expected);
      expect([levels.low, levels.high, levels.scale, levels.paper]).toEqual([0, 10, "linear", true]);
    }
    expect(levelsOf(between(0.4, 219), { scale: "paper", metric: "loss" })!.capped).toBe(true);
    expect(levelsOf(between(0.4, 9), { scale: "paper", metric: "loss" })!.capped).toBe(false);
    expect(levelsOf(between(-1, 9), { scale: "paper", metric: "loss" })!.floored).toBe(true);
  });

  test("give way to automatic ones where they would show nothing", () => {
    for (const range of [between(0.001, 0.09), between(12, 80), between(0.2, 0.9)]) {
      const levels = levelsOf(range, { scale: "paper", metric: "loss" })!;
      expect(levels.paper).toBe(false);
      expect(levels).toEqual(levelsOf(range, { scale: "auto", metric: "loss" }));
    }
    expect(levelsOf(between(5, 90), { scale: "paper", metric: "accuracy" })!.paper).toBe(false);
  });
});

describe("a clip", () => {
  test("ends the domain, below or above where it ends by itself, which is kept", () => {
    const low = levelsOf(between(0.4, 63), { scale: "log", metric: "loss", clip: 20 })!;
    expect([low.high, low.capped, low.natural]).toEqual([20, true, expect.closeTo(63, 9)]);
    expect(Math.max(...values(low))).toBeLessThan(20);
    const high = levelsOf(between(0.4, 63), { scale: "log", metric: "loss", clip: 500 })!;
    expect([high.high, high.capped]).toEqual([500, false]);
    expect(bandOf(low, 63)).toBe(low.bands.length - 1);
  });

  test("below the domain means nothing", () => {
    expect(levelsOf(between(0.4, 63), { scale: "log", metric: "loss", clip: 0.4 })!.high).toBeCloseTo(63, 9);
    expect(levelsOf(between(5, 90), { scale: "auto", metric: "accuracy", clip: 50 })!.high).toBe(50);
  });
});

describe("bands", () => {
  test("use both ends of the map and follow each other without gaps", () => {
    const levels = levelsOf(oracleSurface(51).loss, { scale: "auto", metric: "loss" })!;
    expect(levels.bands[0]!.shade).toBe(0);
    expect(levels.bands.at(-1)!.shade).toBe(1);
    for (let i = 1; i < levels.bands.length; i++) {
      expect(levels.bands[i]!.from).toBe(levels.bands[i - 1]!.to);
      expect(levels.bands[i]!.shade).toBeGreaterThan(levels.bands[i - 1]!.shade);
    }
    expect(bandOf(levels, levels.low)).toBe(0);
    expect(bandOf(levels, levels.high * 2)).toBe(levels.bands.length - 1);
  });
});

test("values that differ by rounding only have no levels, and are found at once", () => {
  const value = 0.4056930541992188;
  expect(levelsOf([value, value * (1 + 2 ** -50)], { scale: "linear", metric: "loss" })!.levels).toEqual([]);
});
