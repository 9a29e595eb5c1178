import { describe, expect, test } from "vitest";
import { stratifiedOrder } from "../../../server/data/select";
import type { Executable } from "../../../server/engines/engine";
import { Subsets } from "../../../server/evaluator/subsets";
import { float32 } from "../../support/data";

/** 60 samples of three classes, of which the last has half of them. */
const classes = Int32Array.from({ length: 60 }, (_, index) => (index % 4 < 2 ? 2 : index % 4 === 2 ? 0 : 1));

describe("the order of samples", () => {
  test("holds every sample once, and the same ones first for the same seed", () => {
    const order = stratifiedOrder(classes, 7);
    expect([...order].sort((a, b) => a - b)).toEqual([...classes.keys()]);
    expect(stratifiedOrder(classes, 7)).toEqual(order);
    expect(stratifiedOrder(classes, 8)).not.toEqual(order);
  });

  test.each([4, 8, 20, 36])("has in its first %i the classes in their proportions", (count) => {
    const first = [...stratifiedOrder(classes, 3).subarray(0, count)];
    const sizes = [0, 1, 2].map((label) => first.filter((index) => classes[index] === label).length);
    for (const [label, share] of [0.25, 0.25, 0.5].entries())
      expect(Math.abs(sizes[label]! - share * count)).toBeLessThanOrEqual(1);
  });
});

describe("subsets of the samples", () => {
  const subsets = new Subsets(
    {
      file: "/m/net.onnx",
      input: { name: "x", dtype: "float32", shape: [1], batch: null, classes: null },
      output: "y",
      samples: {
        x: float32([60, 1], [...classes.keys()]),
        y: new Int32Array(0),
        targets: float32([60, 1], new Array<number>(60).fill(0)),
        available: 60,
        preprocessing: "",
      },
      batchSize: 4,
      loss: { name: "meanAbsoluteError" },
    },
    1,
  );
  /** The model's answer is the sample's own number, so that the loss tells which samples were taken. */
  const identity: Executable = {
    setParameters: () => Promise.resolve(),
    run: ({ x }) => Promise.resolve({ y: x! }),
    dispose: () => Promise.resolve(),
  };

  test("are made of groups that together are all samples, and none twice", async () => {
    const parts = [
      { first: 0, count: 20, groups: 4 },
      { first: 20, count: 40, groups: 2 },
    ].flatMap((subset) => subsets.groups(subset));
    const sums = await Promise.all(parts.map((batches) => batches.measure(identity)));
    expect(sums.map(({ count }) => count)).toEqual([5, 5, 5, 5, 20, 20]);
    expect(sums.reduce((sum, { lossSum }) => sum + lossSum, 0)).toBe((60 * 59) / 2);
    expect(sums.reduce((sum, { lossSquareSum }) => sum + lossSquareSum, 0)).toBe((59 * 60 * 119) / 6);
  });

  test("end with the samples", () => {
    expect(subsets.groups({ first: 50, count: 20, groups: 4 })).toHaveLength(2);
    expect(subsets.groups({ first: 60, count: 20, groups: 4 })).toHaveLength(0);
  });
});
