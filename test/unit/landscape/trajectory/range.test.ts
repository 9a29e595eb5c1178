import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathRange } from "../../../../server/landscape/trajectory/range";

const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const points = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 1, maxLength: 10 });

describe("pathRange", () => {
  test("holds all points and the origin with at least 20 % of the longer side around, as a square", () => {
    fc.assert(
      fc.property(points, (path) => {
        const all = [...path, { x: 0, y: 0 }];
        const side = (axis: "x" | "y"): number =>
          Math.max(...all.map((p) => p[axis])) - Math.min(...all.map((p) => p[axis]));
        const longer = Math.max(side("x"), side("y"));
        fc.pre(longer > 1e-9);
        const range = pathRange(path);
        expect(range.x[1] - range.x[0]).toBeCloseTo(1.4 * longer, 9);
        expect(range.y[1] - range.y[0]).toBeCloseTo(1.4 * longer, 9);
        for (const axis of ["x", "y"] as const) {
          for (const point of all) {
            expect(point[axis] - range[axis][0]).toBeGreaterThan(0.2 * longer - 1e-9);
            expect(range[axis][1] - point[axis]).toBeGreaterThan(0.2 * longer - 1e-9);
          }
        }
      }),
    );
  });

  test("is centred on the box around path and origin", () => {
    expect(pathRange([{ x: 10, y: 1 }]).x[0]).toBeCloseTo(-2, 12);
    expect(pathRange([{ x: 10, y: 1 }]).x[1]).toBeCloseTo(12, 12);
    expect(pathRange([{ x: 10, y: 1 }]).y[0]).toBeCloseTo(-6.5, 12);
  });

  test("refuses a path without extent", () => {
    expect(() => pathRange([{ x: 0, y: -0 }])).toThrow(/all its points are at the model/);
    expect(() => pathRange([])).toThrow(/at the model/);
  });
});
