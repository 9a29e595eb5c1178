import { describe, expect, test } from "vitest";
import { explainedVarianceCheck, offPlaneCheck, pathLossCheck } from "../../../../server/landscape/checks";
import type { JsonNumber, SplitValues } from "../../../../server/protocol/result";

describe("offPlaneCheck", () => {
  const at = (name: string, distance: number, offPlane: number) => ({ name, distance, offPlane });

  test("takes the largest share of the distance, the model itself left out", () => {
    const near = offPlaneCheck({ checkpoints: [at("a", 10, 2), at("b", 2, 1), at("model", 0, 0)] });
    expect(near).toMatchObject({ name: "off-plane", level: "ok", value: 0.5, expected: 0.5 });
    expect(near.message).toContain("50 %");
    const far = offPlaneCheck({ checkpoints: [at("a", 10, 2), at("b", 2, 1.02)] });
    expect(far).toMatchObject({ level: "warning", value: 0.51 });
    expect(far.message).toMatch(/b is off it by 51 %.*not the path's loss/);
  });

  test("warns of NaN, and passes nothing", () => {
    expect(offPlaneCheck({ checkpoints: [at("a", 1, NaN), at("b", 1, 1)] })).toMatchObject({
      level: "warning",
      value: "NaN",
    });
    expect(offPlaneCheck({ checkpoints: [] })).toMatchObject({ level: "ok", value: 0 });
  });
});

describe("pathLossCheck", () => {
  const split = (loss: JsonNumber): SplitValues => ({ loss, accuracy: 50, lossError: 0 });
  const pair = (checkpoint: number, own: JsonNumber, inPlane: JsonNumber) => ({
    checkpoint,
    own: [split(own), split(7)],
    inPlane: [split(inPlane), split(1)],
  });
  const names = ["epoch 0", "epoch 1", "epoch 2"];

  test("compares the first split's losses, relative to the larger", () => {
    expect(pathLossCheck([pair(0, 2, 2.2), pair(2, 1, 1)], names)).toMatchObject({ name: "path-loss", level: "ok" });
    const check = pathLossCheck([pair(0, 2, 2.2), pair(2, 1, 0.5), pair(1, 3, 3)], names);
    expect(check).toMatchObject({ level: "warning", value: 0.5, expected: 0.1 });
    expect(check.message).toMatch(/at epoch 2 the plane has 0\.5, the checkpoint itself 1\)/);
    expect(pathLossCheck([pair(0, 0, 0)], names)).toMatchObject({ level: "ok", value: 0 });
    expect(pathLossCheck([], names)).toMatchObject({ level: "ok", value: 0 });
  });

  test("warns where only one of the two is a finite number", () => {
    expect(pathLossCheck([pair(0, 2, "NaN")], names)).toMatchObject({ level: "warning", value: "Infinity" });
    expect(pathLossCheck([pair(0, "Infinity", 2)], names).level).toBe("warning");
    expect(pathLossCheck([pair(0, "NaN", "Infinity")], names).level).toBe("warning");
    expect(pathLossCheck([pair(0, "NaN", "NaN")], names).level).toBe("ok");
  });
});

test("explainedVarianceCheck compares with a random walk", () => {
  expect(explainedVarianceCheck([0.8, 0.15], [0.61, 0.16])).toMatchObject({
    name: "explained-variance",
    level: "ok",
    value: 0.9500000000000001,
    expected: 0.77,
  });
  const check = explainedVarianceCheck([0.5, 0.2], [0.61, 0.16]);
  expect(check.level).toBe("warning");
  expect(check.message).toMatch(/70 %.*no more than that of a pure random walk \(77 %\)/);
  expect(explainedVarianceCheck([0.61, 0.16], [0.61, 0.16]).level).toBe("warning");
});
