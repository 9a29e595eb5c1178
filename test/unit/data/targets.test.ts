import { describe, expect, test } from "vitest";
import type { LabelledData } from "../../../server/data/dataset";
import { prepareSamples } from "../../../server/data/samples";
import { readTargets } from "../../../server/data/targets";
import type { Tensor } from "../../../server/graph/tensor";
import type { DataSelection, LossName } from "../../../server/protocol/study";
import { float32, labelled, problemOf } from "../../support/data";

const selection: DataSelection = { path: "/data/test.npz", split: "test", samples: 2, sample: "first", seed: 0 };
const numbers: readonly LossName[] = ["meanSquaredError", "meanAbsoluteError", "huber"];
const chances: readonly LossName[] = ["binaryCrossEntropy", "kullbackLeibler"];

function integers(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

/** Samples of one number, their index, with these labels. */
function dataOf(y: Tensor, samples = y.shape[0]!): LabelledData {
  return labelled(
    float32(
      [samples, 1],
      Array.from({ length: samples }, (_, i) => i),
    ),
    y,
  );
}

function pick(
  y: Tensor,
  loss: LossName,
  selected: readonly number[],
): ReturnType<ReturnType<typeof readTargets>["pick"]> {
  return readTargets(dataOf(y), loss, null, "net.onnx").pick(Uint32Array.from(selected));
}

function refused(y: Tensor, loss: LossName, classes: number | null = null, samples?: number): string {
  const problem = problemOf(() => readTargets(dataOf(y, samples), loss, classes, "net.onnx"));
  expect(problem).toMatchObject({ reason: "labels-mismatch", file: "/data/test.npz" });
  expect(problem.advice).toMatch(/^[A-Z].*\.$/);
  return problem.message;
}

describe("classes of tokens", () => {
  const tokens = integers([3, 2], [4, -100, 0, 1, -1, 6]);

  test("are picked row by row, masks included", () => {
    expect(pick(tokens, "sequenceCrossEntropy", [0, 2])).toEqual({ y: Int32Array.of(4, -100, -1, 6) });
  });

  test("may be floats that are whole", () => {
    expect(pick(float32([1, 2], [3, -1]), "sequenceCrossEntropy", [0])).toEqual({ y: Int32Array.of(3, -1) });
  });

  test.each([
    [
      "one class a sample",
      integers([2], [0, 1]),
      "has labels y_test of shape [2] where [samples, tokens] was expected",
    ],
    ["one-hot tokens", integers([1, 2, 2], [0, 1, 1, 0]), "of shape [1, 2, 2] where [samples, tokens] was expected"],
    [
      "a fraction",
      float32([2, 2], [0, 1, 1, 0.5]),
      "has the label 0.5 at sample 1 of y_test, which is not a whole number",
    ],
    ["NaN", float32([1, 2], [NaN, 0]), "has the label NaN at sample 0 of y_test, which is not a whole number"],
    [
      "beyond 32 bits",
      integers([1, 1], [2 ** 32]),
      "has the label 4294967296 at sample 0 of y_test, which is too large",
    ],
    ["nothing but masks", integers([2, 1], [-1, -100]), "has no token in y_test that is not masked"],
  ])("%s is refused", (_, y, sentence) => {
    expect(refused(y, "sequenceCrossEntropy")).toContain(sentence);
  });

  test("are below the number of classes, as soon as that is known", () => {
    expect(refused(tokens, "sequenceCrossEntropy", 6)).toBe(
      "test.npz has the label 6 at sample 2 of y_test, but net.onnx tells 6 classes apart.",
    );
    expect(() => readTargets(dataOf(tokens), "sequenceCrossEntropy", 7, "net.onnx")).not.toThrow();
  });
});

describe("numbers", () => {
  test.each([...numbers, ...chances])("%s: of any shape and type, in single precision", (loss) => {
    const y: Tensor = { dtype: "float64", shape: [2, 1, 2], data: Float64Array.of(0.1, 0, 1, 0.5) };
    const { y: classes, targets } = pick(y, loss, [1, 0]);
    expect(classes).toHaveLength(0);
    expect(targets).toEqual(float32([2, 1, 2], [1, 0.5, 0.1, 0]));
    expect(pick(integers([2], [0, 1]), loss, [1]).targets).toEqual(float32([1], [1]));
  });

  test.each(numbers)("%s: of any size", (loss) => {
    expect(pick(float32([2], [-7, 1e30]), loss, [0, 1]).targets).toEqual(float32([2], [-7, 1e30]));
  });

  test.each(chances)("%s: from 0 to 1", (loss) => {
    for (const value of [-0.25, 1.5]) {
      expect(refused(float32([2, 2], [0, 1, 0, value]), loss)).toBe(
        `test.npz has the target ${value} at sample 1 of y_test, but targets of ${loss} lie in 0 … 1.`,
      );
    }
  });

  test.each([...numbers, ...chances])("%s: finite, whether chosen or not", (loss) => {
    for (const value of [NaN, Infinity]) {
      expect(refused(float32([3], [0, 0, value]), loss)).toBe(
        `test.npz has the target ${value} at sample 2 of y_test, which is no finite number in single precision.`,
      );
    }
    const large: Tensor = { dtype: "float64", shape: [1], data: Float64Array.of(1e300) };
    expect(refused(large, loss)).toContain("has the target 1e+300 at sample 0");
  });
});

test.each<LossName>(["crossEntropy", "sequenceCrossEntropy", ...numbers, ...chances])(
  "%s: as many labels as samples",
  (loss) => {
    const y = loss === "crossEntropy" ? integers([3], [0, 0, 0]) : integers([3, 1], [0, 0, 0]);
    expect(refused(y, loss, null, 4)).toBe("test.npz has 4 samples but 3 labels.");
  },
);

describe("the selection", () => {
  const count = 40;
  const index = Array.from({ length: count }, (_, i) => i);

  test.each<[LossName, Tensor]>([
    ["crossEntropy", integers([count], index)],
    ["sequenceCrossEntropy", integers([count, 1], index)],
    ["meanSquaredError", float32([count, 1], index)],
  ])("keeps samples and labels together: %s", async (loss, y) => {
    const drawn: DataSelection = { ...selection, samples: 9, sample: "stratified", seed: 2 };
    const samples = await prepareSamples(dataOf(y), drawn, undefined, [1], null, "net.onnx", loss);
    const labels = samples.targets?.data ?? samples.y;
    expect(labels).toHaveLength(9);
    expect(Array.from(labels, Number)).toEqual(Array.from(samples.x.data, Number));
  });

  test.each<[LossName, Tensor]>([
    ["sequenceCrossEntropy", integers([count, 1], index)],
    ["huber", float32([count], index)],
  ])("is drawn from all samples alike where there are no classes: %s", async (loss, y) => {
    const draw = async (seed: number, sample: DataSelection["sample"] = "stratified"): Promise<string> => {
      const drawn = { ...selection, samples: 9, sample, seed };
      return (await prepareSamples(dataOf(y), drawn, undefined, [1], null, "net", loss)).x.data.join();
    };
    expect(readTargets(dataOf(y), loss, null, "net").strata).toEqual(new Int32Array(count));
    expect(await draw(1)).toBe(await draw(1));
    expect(await draw(2)).not.toBe(await draw(1));
    expect(await draw(1, "first")).toBe("0,1,2,3,4,5,6,7,8");
  });
});
