import { describe, expect, test } from "vitest";
import { coordinates } from "../../../server/landscape/grid";
import { saddlesOf } from "../../../webview/state/critical";
import { origin } from "../../../webview/state/field";
import type { Field, Origin } from "../../../webview/state/field";

function sampled(f: (alpha: number, beta: number) => number, points = 41): Field {
  const x = coordinates([-1, 1], points);
  const values = Float64Array.from(x.flatMap((beta) => x.map((alpha) => f(alpha, beta))));
  const origins = new Array<Origin>(values.length).fill(origin.measured);
  return { metric: "loss", split: 0, x, y: x, columns: points, rows: points, values, origins, complete: true };
}

const none = () => 0;
const places = (field: Field, error: (index: number) => number = none) =>
  saddlesOf(field, error).map(({ alpha, beta }) => [alpha, beta]);

/** Deterministic noise in −0.5..0.5. */
const noise = (seed: number) => {
  const product = Math.sin(seed * 12.9898) * 43758.5453;
  return product - Math.floor(product) - 0.5;
};

/** Two basins of depth 1 at α = ±0.5, whose pass is at the origin. */
const basins = (alpha: number, beta: number) => (4 * alpha * alpha - 1) ** 2 + 4 * beta * beta;

describe("saddles", () => {
  test("of x² − y² is the origin, of a bowl, a slope and a plateau there is none", () => {
    expect(places(sampled((a, b) => a * a - b * b))).toEqual([[0, 0]]);
    expect(places(sampled((a, b) => a * a + 2 * b * b))).toEqual([]);
    expect(places(sampled((a, b) => a + 0.3 * b))).toEqual([]);
    expect(places(sampled(() => 0.4))).toEqual([]);
  });

  test("is the pass between two basins; of a monkey saddle it is within a step of its one point", () => {
    const found = saddlesOf(sampled(basins), none);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ alpha: 0, beta: 0, value: 1, index: 20 * 41 + 20 });
    const monkey = places(sampled((a, b) => a ** 3 - 3 * a * b * b));
    expect(monkey).toHaveLength(1);
    expect(Math.max(...monkey[0]!.map(Math.abs))).toBeLessThanOrEqual(0.0501);
  });

  test("are all found, the lowest first", () => {
    // cos πx · cos πy, tilted: its saddles are where both cosines vanish, at (±½, ±½).
    const field = sampled((a, b) => Math.cos(Math.PI * a) * Math.cos(Math.PI * b) + 0.05 * a + 0.02 * b);
    const found = saddlesOf(field, none);
    expect(found).toHaveLength(4);
    for (const { alpha, beta } of found) {
      expect(Math.abs(Math.abs(alpha) - 0.5)).toBeLessThanOrEqual(0.051);
      expect(Math.abs(Math.abs(beta) - 0.5)).toBeLessThanOrEqual(0.051);
    }
    const values = found.map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  test("below the standard error are noise", () => {
    const noisy = sampled((a, b) => 0.05 * (a * a + b * b) + 0.02 * noise(37 * a + 101 * b + 1));
    expect(saddlesOf(noisy, none).length).toBeGreaterThan(10);
    expect(saddlesOf(noisy, () => 0.02)).toEqual([]);
  });

  test("stay when they stand out from the noise around them", () => {
    const noisy = sampled((a, b) => basins(a, b) + 0.02 * noise(37 * a + 101 * b + 1));
    const found = places(noisy, () => 0.02);
    expect(found).toHaveLength(1);
    expect(Math.hypot(...found[0]!)).toBeLessThan(0.2);
    // The pass is 1 above the basins: more than 2 · √2 · 0.3, less than 2 · √2 · 0.4.
    expect(places(sampled(basins), () => 0.3)).toHaveLength(1);
    expect(places(sampled(basins), () => 0.4)).toHaveLength(0);
  });

  test("are told of measured, finite values only", () => {
    const field = sampled(basins);
    const origins = [...(field.origins as Origin[])];
    origins[3] = origin.interpolated;
    expect(saddlesOf({ ...field, origins }, none)).toEqual([]);
    const holed = field.values.slice();
    holed[20 * 41 + 21] = NaN;
    expect(saddlesOf({ ...field, values: holed }, none)).toEqual([]);
    expect(places(field, () => NaN)).toEqual([]);
  });
});
