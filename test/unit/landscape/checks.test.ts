import { describe, expect, test } from "vitest";
import {
  batchNormCheck,
  centreCheck,
  chanceCheck,
  cosineCheck,
  finiteCheck,
  normRatioCheck,
  samplingCheck,
} from "../../../server/landscape/checks";
import { randomDirections, randomFamily } from "../../../server/landscape/directions";
import type { Direction } from "../../../server/landscape/directions";
import { directionSpec, parameter } from "./support";

describe("normRatioCheck", () => {
  const parameters = [parameter("kernel", [6, 10]), parameter("bias", [6], { role: "bias" })];

  test.each(["filter", "layer"] as const)("passes %s-normalised directions", (normalise) => {
    const spec = directionSpec({ normalise });
    const check = normRatioCheck(parameters, randomDirections(parameters, spec), spec);
    expect(check).toMatchObject({ name: "norm-ratio", level: "ok", expected: 0 });
    expect(check.value).toBeLessThan(1e-6);
  });

  test("finds one filter that is off by more than a millionth", () => {
    const spec = directionSpec();
    const [first, second] = randomDirections(parameters, spec);
    const off = new Map([["kernel", first.get("kernel")!.map((value, i) => (i < 10 ? value * 1.001 : value))]]);
    const check = normRatioCheck(parameters, [off, second], spec);
    expect(check.level).toBe("error");
    expect(check.value).toBeCloseTo(1e-3, 5);
    expect(check.message).toContain("0.1 %");
  });

  test("finds directions that are missing, not a number, or move a filter of norm zero", () => {
    const spec = directionSpec();
    const [good] = randomDirections(parameters, spec);
    const none: Direction = new Map();
    expect(normRatioCheck(parameters, [good, none], spec).level).toBe("error");
    const broken = new Map([["kernel", good.get("kernel")!.map((value, i) => (i === 3 ? NaN : value))]]);
    expect(normRatioCheck(parameters, [good, broken], spec)).toMatchObject({ level: "error", value: "NaN" });
    const dead = [parameter("kernel", [6, 10], { values: new Float32Array(60) })];
    expect(normRatioCheck(dead, [good, good], spec)).toMatchObject({ level: "error", value: "Infinity" });
    expect(normRatioCheck(dead, [none, none], spec).level).toBe("ok");
  });

  test.each(["dfilter", "dlayer"] as const)("expects unit norms of %s, with a warning", (normalise) => {
    const spec = directionSpec({ normalise });
    const directions = randomDirections(parameters, spec);
    const check = normRatioCheck(parameters, directions, spec);
    expect(check.level).toBe("warning");
    expect(check.value).toBeLessThan(1e-6);
    expect(check.message).toMatch(/unit norm.*cannot be compared/);
    const off = new Map([["kernel", directions[0].get("kernel")!.map((value) => value * 1.01)]]);
    expect(normRatioCheck(parameters, [directions[1], off], spec)).toMatchObject({ level: "error" });
    expect(normRatioCheck(parameters, randomDirections(parameters, directionSpec()), spec).level).toBe("error");
  });

  test("takes one direction and families, and finds the one that is off", () => {
    const spec = directionSpec();
    const family = randomFamily(parameters, spec, 5);
    expect(normRatioCheck(parameters, family.slice(0, 1), spec).message).toMatch(/^Every filter of the direction has/);
    expect(normRatioCheck(parameters, family, spec).message).toMatch(/^Every filter of all directions has/);
    const off = new Map([["kernel", family[4]!.get("kernel")!.map((value) => value * 0.99)]]);
    expect(normRatioCheck(parameters, [...family.slice(0, 4), off], spec).value).toBeCloseTo(0.01, 5);
  });

  test("warns where the norms are left to chance", () => {
    const spec = directionSpec({ normalise: "none" });
    expect(normRatioCheck(parameters, randomDirections(parameters, spec), spec).level).toBe("warning");
  });
});

test("cosineCheck warns beyond five times the expectation", () => {
  expect(cosineCheck(0.04, 0.01).level).toBe("ok");
  expect(cosineCheck(-0.05, 0.01).level).toBe("ok");
  expect(cosineCheck(-0.0501, 0.01)).toMatchObject({
    name: "cosine",
    level: "warning",
    value: -0.0501,
    expected: 0.01,
  });
  expect(cosineCheck(NaN, 0.01)).toMatchObject({ level: "warning", value: "NaN" });
});

test("cosineCheck without an expectation warns beyond a half", () => {
  expect(cosineCheck(1e-8)).toMatchObject({ level: "ok", value: 1e-8, expected: 0 });
  expect(cosineCheck(-0.5).message).toContain("at a wide angle");
  expect(cosineCheck(-0.6)).toMatchObject({ level: "warning", value: -0.6 });
  expect(cosineCheck(NaN).level).toBe("warning");
});

describe("batchNormCheck", () => {
  const plain = [parameter("kernel", [2, 3]), parameter("bias", [2], { role: "bias" })];
  const normalised = [...plain, parameter("mean", [2], { role: "mean" }), parameter("var", [2], { role: "variance" })];

  test("warns when statistics are kept on the way to another model", () => {
    for (const kind of ["to", "between"] as const) {
      const check = batchNormCheck(normalised, { kind }, "keep");
      expect(check).toMatchObject({ name: "batch-norm", level: "warning", value: 2, expected: 0 });
      expect(batchNormCheck(normalised, { kind }, "interpolate")).toMatchObject({ level: "ok", value: 0 });
      expect(batchNormCheck(normalised, { kind }, "recompute")?.message).toContain("measured anew");
    }
  });

  test("says nothing without batch normalisation or without another model", () => {
    expect(batchNormCheck(plain, { kind: "to" }, "keep")).toBeUndefined();
    expect(batchNormCheck(normalised, { kind: "random" }, "keep")).toBeUndefined();
    expect(batchNormCheck(normalised, { kind: "pca" }, "recompute")).toBeUndefined();
  });
});

test("centreCheck allows a relative difference of one millionth", () => {
  expect(centreCheck(0.4, 0.4)).toMatchObject({ name: "centre", level: "ok", value: 0.4, expected: 0.4 });
  expect(centreCheck(0.4 * (1 + 9e-7), 0.4).level).toBe("ok");
  expect(centreCheck(0.4 * (1 - 1.1e-6), 0.4).level).toBe("error");
  expect(centreCheck(0, 0).level).toBe("ok");
  expect(centreCheck(1e-9, 0).level).toBe("error");
  expect(centreCheck(NaN, 0.4)).toMatchObject({ level: "error", value: "NaN" });
  expect(centreCheck(NaN, NaN)).toMatchObject({ level: "error", expected: "NaN" });
});

test("finiteCheck counts NaN and infinities", () => {
  expect(finiteCheck([{ loss: 1 }, { loss: 2 }])).toMatchObject({ name: "finite", level: "ok", value: 0 });
  const check = finiteCheck([{ loss: "NaN" }, { loss: 2 }, { loss: "Infinity" }, { loss: "NaN" }]);
  expect(check).toMatchObject({ level: "warning", value: 3 });
  expect(check.message).toContain("not a number at 2 points and infinite at 1 point of 4");
});

describe("samplingCheck", () => {
  test("compares the standard error with a sixteenth of a linear range", () => {
    const points = [1, 2, 3, 4, 5].map((loss) => ({ loss, lossError: 0.1 }));
    expect(samplingCheck(points, 500)).toMatchObject({ name: "sampling", level: "ok", value: 0.4 });
    expect(
      samplingCheck(
        points.map((p) => ({ ...p, lossError: 0.2 })),
        500,
      ).level,
    ).toBe("warning");
  });

  test("compares it with a fifth of the loss where contours are logarithmic, leaving non-finite points out", () => {
    const points = [0.1, 1, 10].map((loss) => ({ loss, lossError: 0.05 * loss }));
    expect(samplingCheck([...points, { loss: "NaN", lossError: "NaN" }], 500).value).toBeCloseTo(0.25, 12);
    expect(
      samplingCheck(
        points.map(({ loss }) => ({ loss, lossError: 0.2 * loss })),
        10,
      ).level,
    ).toBe("warning");
  });

  test("says that it does not know from nothing", () => {
    expect(samplingCheck([], 10)).toMatchObject({ level: "warning", value: "NaN" });
    expect(samplingCheck([{ loss: 1, lossError: "NaN" }], 1).message).toContain("1 sample ");
  });
});

test("chanceCheck warns near and above ln(classes)", () => {
  expect(chanceCheck(0.4, 10)).toMatchObject({ name: "chance", level: "ok", expected: Math.log(10) });
  expect(chanceCheck(2.3, 10).level).toBe("warning");
  expect(chanceCheck(2.3, 10).message).toMatch(/chance level.*usual causes are the scaling .* order of the labels/);
  expect(chanceCheck(2.18, 10).level).toBe("ok");
  expect(chanceCheck(9, 10).message).toContain("above chance level");
  expect(chanceCheck(NaN, 10)).toMatchObject({ level: "warning", value: "NaN" });
});
