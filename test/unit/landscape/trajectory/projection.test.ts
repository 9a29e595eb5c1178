import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Direction } from "../../../../server/landscape/directions";
import { cosineBetween } from "../../../../server/landscape/directions";
import { projectPath } from "../../../../server/landscape/trajectory/projection";
import { along, dot, moved, origin, parameters, rowOf, source } from "./support";

const kernels = parameters.slice(0, 2);

/** A random direction over the kernels. */
function direction(seed: number, length = 1): Direction {
  const values = moved(seed, length);
  return new Map(kernels.map(({ name }) => [name, values.get(name)!.map((value, i) => value - origin.get(name)![i]!)]));
}

/** Directions at an angle, of different lengths. */
const [first, other] = [direction(1, 0.3), direction(2, 2)];
const slanted: Direction = new Map(
  [...other].map(([name, values]) => [name, values.map((v, i) => v + 3 * first.get(name)![i]!)]),
);
const coordinate = fc.double({ min: -3, max: 3, noNaN: true });

describe("projectPath", () => {
  test("gives points of the plane their coordinates, however the directions lie", async () => {
    expect(cosineBetween(first, slanted)).toBeGreaterThan(0.35);
    await fc.assert(
      fc.asyncProperty(coordinate, coordinate, async (x, y) => {
        const values = along([first, slanted], [x, y]);
        const [point] = await projectPath([source(values)], origin, [first, slanted], parameters);
        expect(Math.abs(point!.x - x)).toBeLessThan(1e-6);
        expect(Math.abs(point!.y - y)).toBeLessThan(1e-6);
        expect(point!.offPlane).toBeLessThan(1e-6 * Math.max(1, point!.distance));
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  test("offPlane² + inPlane² = distance², and what is off the plane is orthogonal to it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const values = moved(seed, 0.5);
        const [point] = await projectPath([source(values)], origin, [first, slanted], parameters);
        const row = rowOf(values, kernels);
        const [a, b] = [first, slanted].map((each) => kernels.flatMap(({ name }) => [...each.get(name)!]));
        const rest = row.map((value, i) => value - point!.x * a![i]! - point!.y * b![i]!);
        const inPlane = row.map((value, i) => value - rest[i]!);
        const square = dot(row, row);
        expect(Math.abs(dot(rest, a!))).toBeLessThan(1e-9 * square);
        expect(Math.abs(dot(rest, b!))).toBeLessThan(1e-9 * square);
        expect(point!.distance).toBeCloseTo(Math.sqrt(square), 9);
        expect(point!.offPlane).toBeCloseTo(Math.sqrt(dot(rest, rest)), 9);
        expect(point!.offPlane ** 2 + dot(inPlane, inPlane)).toBeCloseTo(point!.distance ** 2, 8);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  test("counts only parameters that a direction moves, zeros being no movement", async () => {
    const values = moved(5);
    const padded = new Map([...first, ["bias", new Float32Array(7)]]);
    const [plain] = await projectPath([source(values)], origin, [first, slanted], parameters);
    expect(await projectPath([source(values)], origin, [padded, slanted], parameters)).toEqual([plain]);
    expect(plain!.distance).toBeCloseTo(Math.hypot(...rowOf(values, kernels)), 9);
    const biased = new Map([["bias", new Float32Array(7).fill(1)]]);
    const [all] = await projectPath([source(values)], origin, [first, biased], parameters);
    expect(all!.distance).toBeCloseTo(Math.hypot(...rowOf(values, parameters)), 9);
    const reads: string[] = [];
    await projectPath([source(values, reads)], origin, [biased], parameters);
    expect(reads).toEqual(["bias"]);
  });

  test("on one direction gives x and the distance from the line", async () => {
    const values = along([first, other], [0.7, 0.1]);
    const [point] = await projectPath([source(values)], origin, [first], parameters);
    const [a, row] = [kernels.flatMap(({ name }) => [...first.get(name)!]), rowOf(values, kernels)];
    const x = dot(a, row) / dot(a, a);
    expect(point!.x).toBeCloseTo(x, 9);
    expect(point!.y).toBe(0);
    expect(point!.offPlane).toBeCloseTo(Math.hypot(...row.map((value, i) => value - x * a[i]!)), 7);
  });

  test("puts the model itself at the origin", async () => {
    expect(await projectPath([source(origin)], origin, [first, slanted], parameters)).toEqual([
      { x: 0, y: 0, distance: 0, offPlane: 0 },
    ]);
  });

  test("refuses directions that are zero, parallel, not finite or not of the origin", async () => {
    const parallel = new Map(
      [...first].map(([name, values]) => [name, values.map((v, i) => 2 * v + 1e-4 * Math.sin(i))]),
    );
    const broken = new Map([...first, ["second", new Float32Array(20).fill(Infinity)]]);
    for (const [directions, message] of [
      [[new Map(), first], /zero/],
      [[first, new Map([["first", new Float32Array(5100)]])], /zero/],
      [[first, first], /parallel/],
      [[first, parallel], /parallel/],
      [[first, broken], /parallel/],
    ] as const) {
      await expect(projectPath([source(moved(1))], origin, directions, parameters)).rejects.toMatchObject({
        problem: { reason: "study-invalid", message: expect.stringMatching(message) as string },
      });
    }
    const wrong = new Map([["second", new Float32Array(3).fill(1)]]);
    await expect(projectPath([], origin, [wrong], parameters)).rejects.toThrow(RangeError);
  });
});
