import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import {
  epsilonSharpness,
  filterBox,
  maximiseInBox,
  negativeCurvatureShare,
} from "../../../../server/landscape/curvature/sharpness";
import type { Ascent, Box } from "../../../../server/landscape/curvature/sharpness";
import { parameter } from "../support";
import { dense, symmetric, withSpectrum } from "./support";

const search = { seed: 3, restarts: 4, steps: 200 };

function ball(size: number, radius: number): Box {
  return { filters: { count: 1, of: new Uint32Array(size) }, radius: Float64Array.of(radius) };
}

/** c + g·δ + ½ δ·Aδ. */
function quadratic(c: number, g: readonly number[], a: Matrix): Ascent {
  return async (delta) => {
    const image = await dense(a)(delta);
    const loss = delta.reduce((sum, value, i) => sum + value * (g[i]! + image[i]! / 2), c);
    return { loss, gradient: image.map((value, i) => value + g[i]!) };
  };
}

describe("the largest loss in a box", () => {
  test("of a slope is Σ_f radius_f ‖g_f‖ away, in one step", async () => {
    const box: Box = { filters: { count: 2, of: Uint32Array.of(0, 0, 1) }, radius: Float64Array.of(2, 0.5) };
    const found = await maximiseInBox(quadratic(1, [3, 4, -7], Matrix.zeros(3, 3)), box, { ...search, restarts: 1 });
    expect(found.centre).toBe(1);
    expect(found.largest).toBeCloseTo(1 + 2 * 5 + 0.5 * 7, 12);
    [1.2, 1.6, -0.5].forEach((value, i) => {
      expect(found.delta[i]).toBeCloseTo(value, 12);
    });
  });

  test("at a minimum is ½ λmax radius² above it, though the gradient there is zero", async () => {
    const a = withSpectrum([9, 4, 2, 1, 0.5], 1);
    const found = await maximiseInBox(quadratic(2, [0, 0, 0, 0, 0], a), ball(5, 0.3), search);
    expect(found.largest).toBeCloseTo(2 + (9 * 0.09) / 2, 8);
    expect(Math.hypot(...found.delta)).toBeLessThan(0.3 + 1e-12);
  });

  test("is found inside where the function is concave", async () => {
    const a = withSpectrum([-1, -2, -3], 1);
    const g = [0.1, -0.2, 0.1];
    const found = await maximiseInBox(quadratic(0, g, a), ball(3, 5), { ...search, steps: 2000 });
    const exact = (await dense(new Matrix(a.to2DArray()))(Float64Array.from(found.delta))).map((v, i) => v + g[i]!);
    // Steps are no shorter than a share of the box, so the top is found nearly.
    expect(Math.hypot(...exact)).toBeLessThan(0.3);
    expect(found.largest).toBeGreaterThan(0);
  });

  test("is never below the centre, inside the box, and the same for the same seed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 6 }), async (seed, size) => {
        const of = Uint32Array.from({ length: size }, (_, i) => i % 2);
        const box: Box = { filters: { count: 2, of }, radius: Float64Array.of(0.5, 2) };
        const ascent = quadratic(1, [...symmetric(size, seed + 1).getRow(0)], symmetric(size, seed));
        const run = (): ReturnType<typeof maximiseInBox> => maximiseInBox(ascent, box, { seed, restarts: 3, steps: 8 });
        const found = await run();
        expect(found.largest).toBeGreaterThanOrEqual(found.centre);
        expect((await ascent(found.delta)).loss).toBe(found.largest);
        for (const f of [0, 1]) {
          const part = [...found.delta].filter((_, i) => of[i] === f);
          expect(Math.hypot(...part)).toBeLessThanOrEqual(box.radius[f]! * (1 + 1e-12));
        }
        expect(await run()).toEqual(found);
      }),
      { numRuns: 30 },
    );
  });

  test("a loss that is not finite is the answer", async () => {
    const overflow =
      (value: number): Ascent =>
      async (delta) => ({
        loss: delta[0]! > 0.5 ? value : delta[0]!,
        gradient: Float64Array.of(1),
      });
    expect((await maximiseInBox(overflow(Infinity), ball(1, 1), search)).largest).toBe(Infinity);
    expect((await maximiseInBox(overflow(NaN), ball(1, 1), search)).largest).toBe(NaN);
  });

  test("evaluations are counted", async () => {
    let calls = 0;
    const ascent: Ascent = async (delta) => {
      calls += 1;
      return { loss: delta[0]!, gradient: Float64Array.of(1) };
    };
    const { evaluations } = await maximiseInBox(ascent, ball(1, 1), { seed: 1, restarts: 3, steps: 5 });
    expect(evaluations).toBe(calls);
  });
});

describe("the box of ε-sharpness", () => {
  test("has ε times the norm of every filter as its radii", () => {
    const first = parameter("first", [2, 2], { values: [3, 4, 0, 0] });
    const second = parameter("second", [2, 2], { values: [3, 5, 4, 12], filterAxes: [1] });
    const { filters, radius } = filterBox([first, second], new Map(), 0.1);
    expect(filters.count).toBe(4);
    expect([...filters.of]).toEqual([0, 0, 1, 1, 2, 3, 2, 3]);
    [0.5, 0, 0.5, 1.3].forEach((value, f) => {
      expect(radius[f]).toBeCloseTo(value, 12);
    });
    const moved = filterBox([first], new Map([["first", Float32Array.of(0, 0, 6, 8)]]), 1);
    expect([...moved.radius]).toEqual([0, 10]);
  });

  test("sharpness is 100 · (largest − centre) / (1 + centre)", () => {
    expect(epsilonSharpness(3, 1)).toBe(100);
    expect(epsilonSharpness(0.5, 0.5)).toBe(0);
    expect(epsilonSharpness(Infinity, 1)).toBe(Infinity);
  });
});

describe("the share of negative curvature", () => {
  test("counts what is below −1 % of the largest in magnitude, in percent of the finite points", () => {
    const max = [
      [100, 100],
      [100, "NaN"],
    ] as const;
    expect(
      negativeCurvatureShare({
        max,
        min: [
          [-0.9, -1.1],
          [5, -9],
        ],
      }),
    ).toBeCloseTo(100 / 3, 12);
    expect(negativeCurvatureShare({ max: [[-2]], min: [[-3]] })).toBe(100);
    expect(negativeCurvatureShare({ max: [["NaN"]], min: [["NaN"]] })).toBe(NaN);
  });
});
