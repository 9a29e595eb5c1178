import { describe, expect, test } from "vitest";
import {
  awayConvexityCheck,
  centreConvexityCheck,
  convexityCheck,
  finiteCurvatureCheck,
  residualCheck,
  symmetryCheck,
} from "../../../../server/landscape/curvature/checks";
import type { CurvaturePoint } from "../../../../server/protocol/result";

function point(changes: Partial<CurvaturePoint> = {}): CurvaturePoint {
  return { index: 0, max: 100, min: -10, residual: [1e-4, 5e-4], symmetry: 1e-7, products: 20, ...changes };
}

const overflown = point({ max: "NaN", min: "NaN", residual: ["NaN", "NaN"], symmetry: "NaN" });

describe("the check of residuals", () => {
  test("is ok, a warning and an error by the worst of all", () => {
    expect(residualCheck([point(), point()], 1e-3)).toMatchObject({ level: "ok", value: 5e-4, expected: 1e-3 });
    expect(residualCheck([point(), point({ residual: [2e-3, 1e-4] })], 1e-3)).toMatchObject({
      level: "warning",
      value: 2e-3,
    });
    expect(residualCheck([point({ residual: [1e-4, 0.2] })], 1e-3)).toMatchObject({ level: "error", value: 0.2 });
  });

  test("leaves out an end that cannot be told from zero, and no other", () => {
    expect(residualCheck([point({ min: 1e-5, residual: [1e-4, 50] })], 1e-3)).toMatchObject({
      level: "ok",
      value: 1e-4,
    });
    expect(residualCheck([point({ min: 1e-2, residual: [1e-4, 0.5] })], 1e-3)).toMatchObject({
      level: "error",
      value: 0.5,
    });
  });

  test("leaves points that are not finite to the check of finiteness, but not a residual that is NaN", () => {
    expect(residualCheck([overflown, point()], 1e-3)).toMatchObject({ level: "ok" });
    expect(residualCheck([point({ residual: ["NaN", 0] })], 1e-3)).toMatchObject({ level: "error", value: "NaN" });
  });
});

describe("the check of symmetry", () => {
  test("is an error beyond 1e-5", () => {
    expect(symmetryCheck([point(), point({ symmetry: 9e-6 })])).toMatchObject({ level: "ok", value: 9e-6 });
    expect(symmetryCheck([point({ symmetry: 2e-5 }), point()])).toMatchObject({ level: "error", value: 2e-5 });
    expect(symmetryCheck([overflown, point()])).toMatchObject({ level: "ok", value: 1e-7 });
    expect(symmetryCheck([point({ symmetry: "NaN" }), point()])).toMatchObject({ level: "error", value: "NaN" });
  });
});

describe("the remark on convexity", () => {
  test("says what negative curvature proves", () => {
    const check = convexityCheck([point(), point({ min: 0.5 })]);
    expect(check).toMatchObject({ level: "ok", value: 1 });
    expect(check.message).toContain("negative at 1 of 2 points, which proves that the loss is not convex");
  });

  test("and that its absence proves nothing", () => {
    const check = convexityCheck([point({ min: 0.5 }), point({ min: -5e-4 })]);
    expect(check).toMatchObject({ level: "ok", value: 0 });
    expect(check.message).toContain("does not prove");
  });
});

test("the check of finiteness counts the points that are not", () => {
  expect(finiteCurvatureCheck([point()])).toMatchObject({ level: "ok", value: 0 });
  expect(finiteCurvatureCheck([point(), overflown])).toMatchObject({ level: "warning", value: 1 });
});

describe("the check of convexity at the centre", () => {
  test("weighs the negative eigenvalue against the positive one", () => {
    expect(centreConvexityCheck(point({ max: 100, min: -10 }))).toMatchObject({
      level: "ok",
      value: 0.1,
      expected: 0.1,
    });
    expect(centreConvexityCheck(point({ max: 100, min: -12.5 }))).toMatchObject({ level: "warning", value: 0.125 });
    expect(centreConvexityCheck(point({ max: 100, min: 3 }))).toMatchObject({ level: "ok", value: 0 });
    expect(centreConvexityCheck(point({ max: -1, min: -10 }))).toMatchObject({ level: "warning", value: "Infinity" });
    expect(centreConvexityCheck(overflown)).toBeUndefined();
  });
});

describe("the check of convexity away from the centre", () => {
  const at = (alpha: number, changes: Partial<CurvaturePoint>) => ({ point: point(changes), alpha, beta: 0.5 });

  test("names the worst place", () => {
    const check = awayConvexityCheck([
      at(-1, { min: -20 }),
      at(0.5, { min: -30 }),
      { ...at(1, {}), point: overflown },
    ])!;
    expect(check).toMatchObject({ level: "warning", value: 0.3, expected: 0.1 });
    expect(check.message).toContain("At α 0.5, β 0.5 directions outside the picture curve downwards");
  });

  test("is ok up to a tenth, and says nothing of no points", () => {
    expect(awayConvexityCheck([at(-1, { min: -10 })])).toMatchObject({ level: "ok", value: 0.1 });
    expect(awayConvexityCheck([{ ...at(1, {}), point: overflown }])).toBeUndefined();
  });
});
