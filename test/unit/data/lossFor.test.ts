import { describe, expect, test } from "vitest";
import { lossFor } from "../../../server/data/lossFor";
import type { Tensor } from "../../../server/graph/tensor";
import { float32, int64, labelled } from "../../support/data";

/** Labels of rows. */
function rows(shape: readonly number[], values: readonly number[]): Tensor {
  return float32(shape, values);
}

const asked = (y: Tensor, classes: number | null, input: readonly (number | null)[] = [4]): string | undefined =>
  lossFor(labelled(float32([2, 4], new Array<number>(8).fill(0)), y), classes, input)?.name;

describe("the loss that labels ask for where no training says it", () => {
  test.each<[string, Tensor, number | null, string]>([
    ["numbers for one output", rows([2], [0.5, -3]), 1, "meanSquaredError"],
    ["numbers in a column", rows([2, 1], [0.5, -3]), 1, "meanSquaredError"],
    ["whole numbers for one output", int64([21, 35]), 1, "meanSquaredError"],
    ["numbers for every output", rows([2, 3], [0.5, 1, 2, -3, 0, 1]), 3, "meanSquaredError"],
    ["numbers for outputs that are not known", rows([2, 3], [0.5, 1, 2, -3, 0, 1]), null, "meanSquaredError"],
    ["0 and 1 for one output", int64([0, 1]), 1, "binaryCrossEntropy"],
    ["0 and 1 for every output", rows([2, 3], [1, 1, 0, 0, 0, 0]), 3, "binaryCrossEntropy"],
    ["a class for every token", rows([2, 4], [5, 0, 2, 1, 3, 3, -100, -100]), null, "sequenceCrossEntropy"],
  ])("%s", (_, y, classes, name) => {
    expect(asked(y, classes)).toBe(name);
  });

  test.each<[string, Tensor, number | null]>([
    ["classes", int64([0, 3]), 4],
    ["classes of a model whose outputs are not known", int64([0, 3]), null],
    ["one-hot rows", rows([2, 3], [0, 1, 0, 1, 0, 0]), 3],
    ["rows of probabilities, which two losses take", rows([2, 3], [0.2, 0.8, 0, 0.5, 0.25, 0.25]), 3],
    ["numbers for several outputs", rows([2], [0.5, 1.5]), 10],
    ["signs for one output", int64([-1, 1]), 1],
    ["whole numbers of other places than the tokens", rows([2, 3], [5, 0, 2, 1, 3, 3]), null],
    ["what is no number", rows([2], [NaN, 1]), 1],
    ["nothing", rows([0], []), 1],
  ])("is left to cross-entropy, or its refusal, for %s", (_, y, classes) => {
    expect(asked(y, classes)).toBeUndefined();
  });

  test("comes with a sentence that names the labels", () => {
    const data = labelled(float32([2, 4], new Array<number>(8).fill(0)), rows([2], [0.5, 1]));
    expect(lossFor(data, 1, [4])?.notice).toBe(
      `No training says the loss, and ${data.names.y} holds numbers, not classes: the mean squared error is measured, which "loss" may change.`,
    );
  });
});
