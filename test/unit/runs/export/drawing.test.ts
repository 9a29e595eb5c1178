import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simplified } from "../../../../server/drawing/simplified";
import { percentText, tickText, valueText } from "../../../../server/runs/export/svg/format";
import { levelsOf } from "../../../../server/runs/export/svg/levels";
import { medianOf } from "../../../../server/runs/export/svg/linesFigure";
import { smoothed } from "../../../../server/runs/export/svg/smooth";
import { textWidth, wrapped } from "../../../../server/runs/export/svg/text";
import { linearTicks, logTicks } from "../../../../server/runs/export/svg/ticks";

describe("smooth values between grid points", () => {
  const x = [-1, -0.4, 0, 0.7, 1];
  const y = [0, 0.5, 2, 3];
  const fine = { x: [-1, -0.7, -0.4, 0, 0.3, 0.9, 1], y: [0, 0.2, 0.5, 1.2, 2.9, 3] };
  const table = (
    at: { readonly x: readonly number[]; readonly y: readonly number[] },
    f: (a: number, b: number) => number,
  ): Float64Array => Float64Array.from(at.y.flatMap((b) => at.x.map((a) => f(a, b))));

  test("follow a parabola exactly, on uneven axes too", () => {
    const parabola = (a: number, b: number): number => a * a - 2 * b * b + 3 * a - 1;
    const found = smoothed(x, y, table({ x, y }, parabola), fine);
    table(fine, parabola).forEach((value, k) => expect(found[k]).toBeCloseTo(value, 10));
  });

  test("follow an exponential of one exactly where all values are positive", () => {
    const bowl = (a: number, b: number): number => Math.exp(a * a + b);
    const found = smoothed(x, y, table({ x, y }, bowl), fine);
    table(fine, bowl).forEach((value, k) => expect(found[k]! / value).toBeCloseTo(1, 10));
  });

  test("are the grid's own at its points, and NaN beside what is not finite", () => {
    const values = table({ x, y }, (a, b) => (a === 1 && b === 3 ? Infinity : Math.sin(3 * a) + b));
    const found = smoothed(x, y, values, { x: [...x, 0.9], y: [...y, 2.9] });
    for (let j = 0; j < 4; j++) {
      for (let i = 0; i < 5; i++) {
        const value = values[j * 5 + i]!;
        if (Number.isFinite(value)) expect(found[j * 6 + i]).toBeCloseTo(value, 12);
        else expect(found[j * 6 + i]).toBeNaN();
      }
    }
    expect(found[4 * 6 + 5]).toBeNaN();
    expect(found[6 + 5]).toBeCloseTo(Math.sin(2.7) * 1 + 0.5, 0);
  });
});

describe("levels", () => {
  test("rise within the values, and their bands fill the domain", () => {
    const value = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 60 }), (values) => {
        const levels = levelsOf(values, {})!;
        const list = levels.levels.map((level) => level.value);
        for (let k = 1; k < list.length; k++) expect(list[k]).toBeGreaterThan(list[k - 1]!);
        for (const level of list) expect(level > levels.low && level < levels.high).toBe(true);
        expect([levels.bands[0]!.from, levels.bands.at(-1)!.to]).toEqual([levels.low, levels.high]);
        expect(levels.bands).toHaveLength(list.length + 1);
        for (const { shade } of levels.bands) expect(shade >= 0 && shade <= 1).toBe(true);
      }),
    );
  });

  test("are none for values that differ in their last digits only", () => {
    for (const value of [1e9, 0.3, -2]) {
      const levels = levelsOf([value, value * (1 + 3e-16), value * (1 + 1e-12)], {})!;
      expect(levels.levels).toHaveLength(0);
    }
  });

  test("end at the 98th percentile where a few points tower over all others, and say so", () => {
    const levels = levelsOf([...Array.from({ length: 99 }, (_, k) => 1 + k / 99), 1e6], { height: "linear" })!;
    expect(levels.high).toBeLessThan(2);
    expect(levels.capped.high).toBe(true);
    expect(levelsOf([NaN, Infinity], {})).toBeUndefined();
  });
});

describe("numbers and words", () => {
  test("are written for people", () => {
    expect([0.43612, 1.1449, 18.21, 1530.4, 2.5e6, 4.2e-5, -7.46, 0].map((value) => valueText(value))).toEqual([
      "0.436",
      "1.14",
      "18.2",
      "1,530",
      "2.50 × 10⁶",
      "4.20 × 10⁻⁵",
      "−7.46",
      "0",
    ]);
    expect([valueText("NaN"), valueText("-Infinity"), valueText(153.4)]).toEqual(["NaN", "−∞", "153"]);
    expect([0.5, -1, 2000, 1e6, 2.5e-7].map(tickText)).toEqual(["0.5", "−1", "2,000", "10⁶", "2.5 × 10⁻⁷"]);
    expect([percentText(84.44), percentText("NaN")]).toEqual(["84.4\u00a0%", undefined]);
  });

  test("are broken into lines that fit, none of them lost", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 40, max: 400 }), (text, width) => {
        const lines = wrapped(text, 10, width);
        for (const line of lines) expect(textWidth(line, 10) <= width || [...line].length === 1).toBe(true);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      }),
    );
  });

  test("have the widths of DejaVu Sans", () => {
    // From the font's own table of advance widths, 2048 units to the em.
    expect(textWidth("A", 2048)).toBeCloseTo(1401, 0);
    expect(textWidth("θ", 2048)).toBeCloseTo(1253, -2);
    expect(textWidth("10−i", 2048)).toBeCloseTo(2 * 1303 + 1716 + 569, 0);
  });
});

describe("small things", () => {
  test("ticks lie within the range at nice distances", () => {
    expect(linearTicks([-1, 1])).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(linearTicks([0.13, 0.29])).toEqual([0.15, 0.2, 0.25]);
    expect(logTicks([0.3, 40])).toEqual([0.5, 1, 2, 5, 10, 20]);
    expect(logTicks([1e-6, 1])).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
  });

  test("the median counts infinities as largest, and NaN makes it NaN", () => {
    expect(medianOf([5, 1, Infinity])).toBe(5);
    expect(medianOf([4, 1])).toBe(2.5);
    expect(medianOf([1, Infinity, Infinity])).toBe(Infinity);
    expect(medianOf([1, NaN, 2])).toBeNaN();
  });

  test("a simplified line stays within the tolerance and keeps its ends", () => {
    const circle = Float64Array.from(
      { length: 400 },
      (_, k) => 100 * (k % 2 ? Math.sin : Math.cos)((Math.PI * (k >> 1)) / 199),
    );
    const few = simplified(circle, 0.05);
    expect(few.length).toBeLessThan(circle.length / 3);
    expect([few[0], few[1], few.at(-2), few.at(-1)]).toEqual([circle[0], circle[1], circle.at(-2), circle.at(-1)]);
    for (let k = 2; k < few.length; k += 2) {
      const middle = Math.hypot((few[k]! + few[k - 2]!) / 2, (few[k + 1]! + few[k - 1]!) / 2);
      expect(Math.abs(middle - 100)).toBeLessThan(0.06);
    }
  });
});
