import { describe, expect, test } from "vitest";
import { Refusal } from "../../../../server/formats/keras/refusal";
import { built, input, layer, sequential } from "./describe";

const x = input("x", 8, 8, 3);

function refusalOf(...layers: readonly Readonly<Record<string, unknown>>[]): Refusal {
  try {
    built(sequential([x, ...layers]));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("The model was read.");
}

describe("what cannot be read is named, with a way to ONNX", () => {
  test.each([
    ["Lambda", layer("Lambda", "twice"), "has the layer twice of the class Lambda, which holds program code"],
    [
      "a layer of the user's own",
      { ...layer("Gate", "gate"), module: "my_layers", registered_name: "Custom>Gate" },
      "has the layer gate of the class Gate (my_layers), whose program code is not in the file",
    ],
    [
      "a layer of the user's own that is called as one of Keras'",
      { ...layer("Dense", "dense", { units: 3 }), module: "__main__" },
      "has the layer dense of the class Dense (__main__), whose program code is not in the file",
    ],
    [
      "a layer that is not known",
      layer("Hologram", "h"),
      "has the layer h of the class Hologram, which is not supported",
    ],
    [
      "an activation that is not known",
      layer("Activation", "a", { activation: { class_name: "function", config: "wiggle" } }),
      "wiggle",
    ],
    [
      "a quantised layer",
      layer("Dense", "q", { units: 3, dtype: { class_name: "QuantizedDTypePolicy", config: { mode: "int8" } } }),
      "has the layer q with quantised weights",
    ],
    ["an interpolation", layer("UpSampling2D", "up", { interpolation: "lanczos3" }), "interpolation lanczos3"],
  ])("%s", (_, described, found) => {
    const refusal = refusalOf(described);
    expect(refusal.found).toContain(found);
    expect(refusal.advice).toContain("model.export");
  });

  test("a model that is program code", () => {
    const model = { module: "my_models", class_name: "Encoder", config: { width: 3 } };
    expect(() => built(model)).toThrow(
      "is a model of the class Encoder (my_models), whose program code is not in the file",
    );
  });
});

describe("descriptions that contradict themselves are damaged", () => {
  test.each([
    ["no units", layer("Dense", "d"), /has nothing as units of the layer d, where a whole number was expected/],
    ["a text for a number", layer("Dense", "d", { units: "3" }), /has "3" as units/],
    [
      "groups that do not divide",
      layer("Conv2D", "c", { filters: 4, kernel_size: 1, groups: 2 }),
      /3 channels and 4 filters in 2 groups/,
    ],
    ["too many axes", layer("Conv1D", "c", { filters: 4, kernel_size: 1 }), /4 axes, where 3 were expected/],
    ["strides of 0", layer("Conv2D", "c", { filters: 4, kernel_size: 1, strides: 0 }), /below 1/],
    ["a shape of other elements", layer("Reshape", "r", { target_shape: [5, 5] }), /has other elements/],
    ["all cropped away", layer("Cropping2D", "c", { cropping: 4 }), /crops all/],
  ])("%s", (_, described, message) => {
    expect(() => built(sequential([x, described]))).toThrow(message);
  });

  test.each([null, [], 3, {}, { class_name: "Sequential" }, { class_name: "Sequential", config: { layers: [] } }])(
    "%j is no description",
    (description) => {
      expect(() => built(description as never)).toThrow(Refusal);
    },
  );
});

test("mixed precision is read as float32, and said", () => {
  const policy = { class_name: "DTypePolicy", config: { name: "mixed_float16" } };
  const { notices } = built(sequential([x, layer("Flatten", "f"), layer("Dense", "d", { units: 2, dtype: policy })]));
  expect(notices).toEqual(["The model computes in mixed_float16; it is read as float32."]);
});

test("hard_sigmoid is that of the generation that the model was trained with", () => {
  const described = sequential([x, layer("Activation", "a", { activation: "hard_sigmoid" })]);
  const slope = (generation: 2 | 3): unknown =>
    built(described, undefined, generation).graph.nodes[0]!.attributes["alpha"];
  expect(slope(3)).toEqual({ type: "float", value: Math.fround(1 / 6) });
  expect(slope(2)).toEqual({ type: "float", value: Math.fround(0.2) });
});
