import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../server/graph/tensor";
import { emptySums, meanOf } from "../../../server/landscape/loss";
import { addLoss, usesClasses } from "../../../server/landscape/losses";
import type { Targets } from "../../../server/landscape/losses";
import type { LossName, LossSpec } from "../../../server/protocol/study";

interface Case {
  readonly name: LossName;
  readonly delta?: number;
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly targetShape: readonly number[];
  readonly targets: readonly number[];
  readonly loss: number;
  readonly accuracy?: number;
  readonly tolerance?: number;
}

const file = join(__dirname, "../../fixtures/losses/expected.json");
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

function tensor(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

function targetsOf({ name, targetShape, targets }: Case): Targets {
  return usesClasses(name)
    ? { classes: Int32Array.from(targets) }
    : { classes: new Int32Array(0), values: tensor(targetShape, targets) };
}

/** The mean over all samples, given to `addLoss` in batches of two. */
function meanLoss(each: Case): ReturnType<typeof meanOf> {
  const { name, delta, fromLogits, labelSmoothing, shape, outputs } = each;
  const spec: LossSpec = {
    name,
    ...(delta === undefined ? {} : { delta }),
    ...(fromLogits === undefined ? {} : { fromLogits }),
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
  };
  const sums = emptySums();
  const total = shape[0]!;
  const width = outputs.length / total;
  for (let first = 0; first < total; first += 2) {
    const count = Math.min(2, total - first);
    const batch = tensor([count, ...shape.slice(1)], outputs.slice(first * width, (first + count) * width));
    addLoss(spec, sums, batch, targetsOf(each), first, count);
  }
  return meanOf(sums);
}

describe("losses agree with PyTorch to 1e-12, with Keras to the precision of its constants", () => {
  test.each(cases.map((each, k) => [`${each.name} ${k}`, each] as const))("%s", (_, each) => {
    const { loss, accuracy } = meanLoss(each);
    const { tolerance = 1e-12 } = each;
    expect(Math.abs(loss - each.loss)).toBeLessThan(tolerance * Math.max(1, Math.abs(each.loss)));
    if (each.accuracy !== undefined) expect(accuracy).toBeCloseTo(each.accuracy, 5);
  });

  test("and have no accuracy where there are no classes", () => {
    const each = cases.find(({ name }) => name === "huber")!;
    expect(meanLoss(each).accuracy).toBeNaN();
  });
});

describe("what is not finite", () => {
  const of = (name: LossName, outputs: readonly number[], targets: readonly number[]): ReturnType<typeof meanOf> => {
    const shape = [1, outputs.length];
    return meanLoss({ name, shape, outputs, targetShape: shape, targets, loss: NaN });
  };

  test("a certain logit costs nothing where it is right and ∞ where it is wrong", () => {
    expect(of("binaryCrossEntropy", [Infinity, -Infinity], [1, 0])).toMatchObject({ loss: 0, accuracy: 100 });
    expect(of("binaryCrossEntropy", [Infinity, 0], [0, 0])).toMatchObject({ loss: Infinity, accuracy: 50 });
    expect(of("kullbackLeibler", [0, -Infinity], [1, 0]).loss).toBe(0);
    expect(of("kullbackLeibler", [0, -Infinity], [0, 1]).loss).toBe(Infinity);
  });

  test.each<LossName>(["binaryCrossEntropy", "meanSquaredError", "meanAbsoluteError", "huber", "kullbackLeibler"])(
    "%s of NaN is NaN, and NaN is never right",
    (name) => {
      const { loss, accuracy } = of(name, [NaN, 1], [0, 1]);
      expect(loss).toBeNaN();
      if (name === "binaryCrossEntropy") expect(accuracy).toBe(50);
      else expect(accuracy).toBeNaN();
    },
  );

  test("all outputs right are 100 percent, in any number", () => {
    for (const size of [3, 7, 10, 49]) {
      const ones = new Array<number>(size).fill(1);
      expect(of("binaryCrossEntropy", ones, ones).accuracy).toBe(100);
    }
  });
});

describe("probabilities", () => {
  const of = (name: LossName, outputs: readonly number[], targets: readonly number[]): ReturnType<typeof meanOf> => {
    const shape = [1, outputs.length];
    const targetShape = name === "crossEntropy" ? [1] : shape;
    return meanLoss({ name, fromLogits: false, shape, outputs, targetShape, targets, loss: NaN });
  };

  test("are clipped as Keras does, so that no loss is infinite", () => {
    expect(of("crossEntropy", [1, 0], [1]).loss).toBeCloseTo(-Math.log(1e-7), 9);
    expect(of("crossEntropy", [2, 0], [0])).toMatchObject({ accuracy: 100 });
    expect(of("binaryCrossEntropy", [1, 0], [0, 1]).loss).toBeCloseTo(-Math.log(1e-7), 5);
  });

  test("that are NaN make the loss NaN and are never right", () => {
    expect(of("crossEntropy", [NaN, 1], [1])).toMatchObject({ loss: NaN, accuracy: 0 });
    expect(of("crossEntropy", [1, NaN], [0])).toMatchObject({ loss: NaN, accuracy: 0 });
    expect(of("binaryCrossEntropy", [NaN, 1], [0, 1])).toMatchObject({ loss: NaN, accuracy: 50 });
    expect(of("kullbackLeibler", [NaN, 1], [0.5, 0.5]).loss).toBeNaN();
  });

  test("whose sum is 0 have no loss", () => {
    expect(of("crossEntropy", [0, 0], [1]).loss).toBeNaN();
  });
});

describe("smoothed labels", () => {
  test("make a logit of −∞ cost ∞, as every class has a share", () => {
    const each = {
      name: "crossEntropy",
      shape: [1, 3],
      outputs: [5, 0, -Infinity],
      targetShape: [1],
      targets: [0],
    } as const;
    expect(meanLoss({ ...each, loss: NaN }).loss).toBeLessThan(0.01);
    expect(meanLoss({ ...each, loss: NaN, labelSmoothing: 0.1 }).loss).toBe(Infinity);
  });
});

describe("the shape of the outputs", () => {
  test("tells over which axis the distributions of the Kullback–Leibler divergence run", () => {
    const { outputs, targets } = cases.find(({ name }) => name === "kullbackLeibler")!;
    const lossOf = (shape: readonly number[]): number =>
      meanLoss({ name: "kullbackLeibler", shape, outputs, targetShape: shape, targets, loss: NaN }).loss;
    expect(lossOf([6, 4, 1, 1])).toBe(lossOf([6, 4]));
    // Summed over all axes but the batch's.
    expect(lossOf([3, 2, 4])).toBeCloseTo(2 * lossOf([6, 4]), 12);
    expect(lossOf([6, 2, 2])).not.toBeCloseTo(lossOf([6, 4]), 3);
  });
});

describe("16-bit outputs", () => {
  test("are read as the numbers that they stand for", () => {
    const sums = emptySums();
    const outputs: Tensor = { dtype: "float16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0xc000) };
    const values = tensor([1, 2], [0, 0]);
    addLoss({ name: "meanAbsoluteError" }, sums, outputs, { classes: new Int32Array(0), values }, 0, 1);
    expect(sums.lossSum).toBe(1.5);
  });
});

describe("weight decay", () => {
  test("is added to the mean and not to its error", () => {
    const sums = { lossSum: 6, lossSquareSum: 14, correct: 2, count: 3 };
    expect(meanOf({ ...sums, penalty: 0.5 })).toEqual({ ...meanOf(sums), loss: 2.5 });
  });
});
