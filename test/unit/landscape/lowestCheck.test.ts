import { describe, expect, test } from "vitest";
import { lowestCheck } from "../../../server/landscape/lowestCheck";

const axes = { x: [-1, 0, 1], y: [-0.5, 0, 0.5] };
const points = (losses: readonly (number | "NaN")[]) => losses.map((loss, index) => ({ index, loss }));

describe("the check of the lowest point", () => {
  test("is ok when no point lies below the centre, and counts rounding as equal", () => {
    const losses = [2, 1, 2, 1, 0.5 * (1 - 9e-7), 1, "NaN", 1, 2] as const;
    expect(lowestCheck(points(losses), 0.5, axes)).toMatchObject({
      name: "lowest",
      level: "ok",
      value: 0,
      expected: 0,
    });
  });

  test("counts the points below and names the lowest with its place", () => {
    const check = lowestCheck(points([2, 1, 0.4, 0.3, 0.5, 1, 2, 1, 2]), 0.5, axes)!;
    expect(check).toMatchObject({ level: "warning", value: 2 });
    expect(check.message).toContain("2 of 9 measured points lie below");
    expect(check.message).toContain("at α −1, β 0 with the loss 0.3 instead of 0.5");
  });

  test("says nothing where there is no centre to compare with", () => {
    expect(lowestCheck(points([1]), NaN, axes)).toBeUndefined();
  });
});
