import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinates, gridLevels } from "../../../server/landscape/grid";

describe("coordinates", () => {
  test("ends are exact, symmetric ranges are symmetric, and zero is zero", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.integer({ min: 2, max: 101 }), (end, n) => {
        const found = coordinates([-end, end], n);
        const odd = n % 2 === 0 || Object.is(found[(n - 1) / 2], 0);
        return found[0] === -end && found[n - 1] === end && odd && found.every((v, i) => v === -found[n - 1 - i]!);
      }),
    );
  });

  test("zero is exact inside ranges that are not symmetric", () => {
    expect(coordinates([-0.5, 1.5], 401)[100]).toBe(0);
    expect(coordinates([-0.1, 0.3], 5)[1]).toBe(0);
    expect(coordinates([0, 0.3], 4)[0]).toBe(0);
    expect(coordinates([-1, 1], 51)[25]).toBe(0);
  });

  test("are evenly spaced and ascending", () => {
    const found = coordinates([-0.7, 2.9], 38);
    found.slice(1).forEach((value, i) => expect(value - found[i]!).toBeCloseTo(3.6 / 37, 12));
  });

  test("are the doubles nearest to the exact quotients, where the ends are decimals", () => {
    // 0.1·k as it is written: the nearest double of each.
    const tenths = Array.from({ length: 13 }, (_, k) => Number(`${String(k - 2)}e-1`));
    expect(coordinates([-0.2, 1], 13)).toEqual(tenths);
    expect(coordinates([-0.3, 0.7], 101)[37]).toBe(0.07);
    expect(coordinates([-3e-5, 7e-5], 11)[4]).toBe(1e-5);
  });

  test("are the same doubles where grids of any ranges and sizes have a line in common", () => {
    const range = fc.tuple(fc.integer({ min: -300, max: -1 }), fc.integer({ min: 1, max: 300 }));
    const intervals = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(range, intervals, fc.integer({ min: 2, max: 7 }), ([from, to], n, times) => {
        const coarse = coordinates([from / 100, to / 100], n + 1);
        const fine = coordinates([from / 100, to / 100], times * n + 1);
        return coarse.every((value, k) => fine[times * k] === value);
      }),
    );
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 5 }), fc.integer(), fc.integer(), ([from, to], times, i, j) => {
        // A line at every hundredth, and a part of it that begins and ends at lines.
        const whole = coordinates([from / 100, to / 100], to - from + 1);
        const [first, last] = [i, j].map((k) => Math.abs(k) % whole.length).sort((a, b) => a - b) as [number, number];
        fc.pre(last > first);
        const part = coordinates([whole[first]!, whole[last]!], times * (last - first) + 1);
        return part.every((value, k) => k % times !== 0 || value === whole[first + k / times]);
      }),
    );
  });

  test("are nested where one grid has twice as many intervals, whatever the range", () => {
    const end = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.integer({ min: 1, max: 60 }), (a, b, n) => {
        fc.pre(Math.abs(a - b) > 1e-3);
        const coarse = coordinates([a, b], n + 1);
        const fine = coordinates([a, b], 2 * n + 1);
        return coarse.every((value, k) => fine[2 * k] === value);
      }),
    );
  });

  test("one line lies in the middle", () => {
    expect(coordinates([-1, 1], 1)).toEqual([0]);
  });
});

describe("gridLevels", () => {
  const sides = fc.integer({ min: 1, max: 30 });

  test("names every index exactly once, for any size", () => {
    fc.assert(
      fc.property(sides, sides, (columns, rows) => {
        const all = gridLevels(columns, rows).flatMap(({ indices }) => indices);
        return all.length === columns * rows && new Set(all).size === all.length && Math.max(...all) < columns * rows;
      }),
    );
  });

  test("is nested: a level holds the lines of the one before, and all points of its lines are there", () => {
    fc.assert(
      fc.property(sides, sides, (columns, rows) => {
        const seen = new Set<number>();
        let last = { columns: [] as readonly number[], rows: [] as readonly number[] };
        for (const level of gridLevels(columns, rows)) {
          level.indices.forEach((index) => seen.add(index));
          const nested =
            last.columns.every((c) => level.columns.includes(c)) && last.rows.every((r) => level.rows.includes(r));
          const complete = level.rows.every((r) => level.columns.every((c) => seen.has(r * columns + c)));
          const ascending = [level.columns, level.rows].every((lines) =>
            lines.every((v, i) => i === 0 || v > lines[i - 1]!),
          );
          if (!nested || !complete || !ascending || seen.size !== level.columns.length * level.rows.length)
            return false;
          last = level;
        }
        return last.columns.length === columns && last.rows.length === rows;
      }),
    );
  });

  test("starts in the centre and goes outwards within each level", () => {
    fc.assert(
      fc.property(sides, sides, (columns, rows) => {
        const centre = [Math.floor((columns - 1) / 2), Math.floor((rows - 1) / 2)] as const;
        const distance = (index: number): number =>
          Math.hypot(
            ((index % columns) - centre[0]) / Math.max(1, columns - 1),
            (Math.floor(index / columns) - centre[1]) / Math.max(1, rows - 1),
          );
        const levels = gridLevels(columns, rows);
        const outwards = levels.every(({ indices }) =>
          indices.every((index, i) => i === 0 || distance(index) >= distance(indices[i - 1]!) - 1e-12),
        );
        return outwards && levels[0]!.indices[0] === centre[1] * columns + centre[0];
      }),
    );
  });

  test("bisects 51 lines from 3", () => {
    const levels = gridLevels(51, 51);
    expect(levels.map((level) => level.columns.length)).toEqual([3, 5, 9, 17, 33, 51]);
    expect(levels[0]!.columns).toEqual([0, 25, 50]);
    expect(levels[1]!.columns).toEqual([0, 12, 25, 37, 50]);
    expect(levels[0]!.indices).toEqual([1300, 1275, 1325, 25, 2575, 0, 50, 2550, 2600].sort(byDistance));
  });

  test("lines have all their rows in every level and go outwards along the line", () => {
    const levels = gridLevels(9, 3, true);
    expect(levels.map(({ columns, rows }) => [columns.length, rows.length])).toEqual([
      [3, 3],
      [5, 3],
      [9, 3],
    ]);
    expect(levels[0]!.indices).toEqual([4, 13, 22, 0, 8, 9, 17, 18, 26]);
    expect(levels.flatMap(({ indices }) => indices)).toHaveLength(27);
  });

  test("an axis that is complete waits for the other", () => {
    const levels = gridLevels(9, 2);
    expect(levels.map(({ columns, rows }) => [columns.length, rows.length])).toEqual([
      [3, 2],
      [5, 2],
      [9, 2],
    ]);
    expect(gridLevels(1, 1)).toEqual([{ columns: [0], rows: [0], indices: [0] }]);
  });
});

/** Distance from the centre of a 51×51 grid, ties by index. */
function byDistance(a: number, b: number): number {
  const square = (index: number): number => ((index % 51) - 25) ** 2 + (Math.floor(index / 51) - 25) ** 2;
  return square(a) - square(b) || a - b;
}
