import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../server/graph/tensor";
import { emptySums, meanOf } from "../../../server/landscape/loss";
import { addLoss } from "../../../server/landscape/losses";
import type { Targets } from "../../../server/landscape/losses";
import type { LossName, LossSpec } from "../../../server/protocol/study";

interface Case {
  readonly name: LossName;
  readonly delta?: number;
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly targetShape: readonly number[];
  readonly targets: readonly number[];
  readonly loss: number;
  readonly accuracy?: number;
}

const file = join(__dirname, "../../fixtures/losses/expected.json");
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

function tensor(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

function targetsOf({ name, targetShape, targets }: Case): Targets {
  return name === "sequenceCrossEntropy"
    ? { classes: Int32Array.from(targets) }
    : { classes: new Int32Array(0), values: tensor(targetShape, targets) };
}

/** The mean over all samples, given to `addLoss` in batches of two. */
function meanLoss(each: Case): ReturnType<typeof meanOf> {
  const { name, delta, shape, outputs } = each;
  const spec: LossSpec = { name, ...(delta === undefined ? {} : { delta }) };
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

describe("losses agree with PyTorch to 1e-12", () => {
  test.each(cases.map((each, k) => [`${each.name} ${k}`, each] as const))("%s", (_, each) => {
    const { loss, accuracy } = meanLoss(each);
    expect(Math.abs(loss - each.loss)).toBeLessThan(1e-12 * Math.max(1, Math.abs(each.loss)));
    if (each.accuracy !== undefined) expect(accuracy).toBeCloseTo(each.accuracy, 5);
  });

  test("and have no accuracy where there are no classes", () => {
    const each = cases.find(({ name }) => name === "huber")!;
    expect(meanLoss(each).accuracy).toBeNaN();
  });
});

describe("weight decay", () => {
  test("is added to the mean and not to its error", () => {
    const sums = { lossSum: 6, lossSquareSum: 14, correct: 2, count: 3 };
    expect(meanOf({ ...sums, penalty: 0.5 })).toEqual({ ...meanOf(sums), loss: 2.5 });
  });
});
