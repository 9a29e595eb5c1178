import { describe, expect, test } from "vitest";
import { refinementCheck } from "../../../server/landscape/refineCheck";

const facts = { tolerance: 0.01, measured: 374, total: 2601, tests: 224, failed: 0, largest: 0.00066 };

describe("refinementCheck", () => {
  test("says how much was measured and how good interpolation was where it was tested", () => {
    expect(refinementCheck(facts)).toEqual({
      name: "refinement",
      level: "ok",
      value: 0.00066,
      expected: 0.01,
      message:
        "374 of 2601 points were measured and the others interpolated; at 224 points that were measured as a test, interpolation was off by 0.066 % at most (tolerance 1 %).",
    });
  });

  test("warns when tests were beyond the tolerance", () => {
    const check = refinementCheck({ ...facts, failed: 2, largest: 0.0173 });
    expect(check.level).toBe("warning");
    expect(check.value).toBe(0.0173);
    expect(check.message).toContain("at 2 of 224 test points interpolation was off by up to 1.7 % (tolerance 1 %)");
    const infinite = refinementCheck({ ...facts, failed: 1, largest: Infinity });
    expect(infinite.value).toBe("Infinity");
    expect(infinite.message).toContain("by an infinite amount");
  });

  test("says so when everything was measured", () => {
    const check = refinementCheck({ ...facts, measured: 2601, tests: 0, largest: 0 });
    expect(check.level).toBe("ok");
    expect(check.message).toBe("All 2601 points were measured: nowhere could interpolation be trusted to keep to 1 %.");
  });
});
