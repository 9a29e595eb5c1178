import { describe, expect, test } from "vitest";
import { trainingOf } from "../../../../server/formats/keras/training";

const compiled = (className: string, config: object = {}, module = "keras.losses"): object => ({
  loss: { module, class_name: className, config: { name: "x", reduction: "sum_over_batch_size", ...config } },
});

describe("the loss of a training", () => {
  test.each([
    [
      "SparseCategoricalCrossentropy",
      { from_logits: true },
      { name: "crossEntropy", fromLogits: true },
      "from_logits=True",
    ],
    [
      "CategoricalCrossentropy",
      { label_smoothing: 0.1, axis: -1 },
      { name: "crossEntropy", fromLogits: false, labelSmoothing: 0.1 },
      "label_smoothing=0.1",
    ],
    [
      "BinaryCrossentropy",
      { from_logits: true, label_smoothing: 0 },
      { name: "binaryCrossEntropy", fromLogits: true },
      "from_logits=True",
    ],
    ["MeanSquaredError", { reduction: "sum" }, { name: "meanSquaredError" }, 'reduction="sum"'],
    ["MeanAbsoluteError", {}, { name: "meanAbsoluteError" }, ""],
    ["Huber", { delta: 0.5 }, { name: "huber", delta: 0.5 }, "delta=0.5"],
    ["KLDivergence", {}, { name: "kullbackLeibler", fromLogits: false }, ""],
  ])("%s(%j)", (className, config, loss, settings) => {
    expect(trainingOf(compiled(className, config), 2)).toEqual({ loss, written: `${className}(${settings})` });
  });

  test.each([
    ["mse", { name: "meanSquaredError" }],
    ["sparse_categorical_crossentropy", { name: "crossEntropy", fromLogits: false }],
    ["kullback_leibler_divergence", { name: "kullbackLeibler", fromLogits: false }],
    ["huber_loss", { name: "huber", delta: 1 }],
  ])("by the name %s", (name, loss) => {
    expect(trainingOf({ loss: name }, 2)).toEqual({ loss, written: name });
    expect(trainingOf({ loss: { class_name: "function", config: name } }, 2)).toEqual({ loss, written: name });
    expect(trainingOf({ loss: { head: name } }, 2)).toEqual({ loss, written: name });
    expect(trainingOf({ loss: [name] }, 2)).toEqual({ loss, written: name });
  });

  test("over tokens when the outputs are [N, tokens, classes]", () => {
    expect(trainingOf({ loss: "sparse_categorical_crossentropy" }, 3)?.loss?.name).toBe("sequenceCrossEntropy");
  });

  test.each([
    ["one that we do not have", compiled("CosineSimilarity"), "CosineSimilarity()"],
    [
      "ignored classes",
      compiled("SparseCategoricalCrossentropy", { ignore_class: 0 }),
      "SparseCategoricalCrossentropy(ignore_class=0)",
    ],
    ["another axis", compiled("CategoricalCrossentropy", { axis: 1 }), "CategoricalCrossentropy(axis=1)"],
    ["one of the user's own, called as Keras'", compiled("Huber", {}, "__main__"), "Huber()"],
    ["a function of the user's own", { loss: { module: "__main__", class_name: "function", config: "mse" } }, "mse"],
    ["one for each of several outputs", { loss: { a: "mse", b: "mae" } }, "several losses"],
  ])("is only told in words: %s", (_, configuration, written) => {
    expect(trainingOf(configuration, 2)).toEqual({ written });
  });

  test.each([undefined, null, {}, { loss: null }, "mse", []])("is not there in %j", (configuration) => {
    expect(trainingOf(configuration, 2)).toBeUndefined();
  });
});
