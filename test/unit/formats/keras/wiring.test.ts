import { describe, expect, test } from "vitest";
import { built, call, called, functional, input, layer, operatorsOf, sequential, tensor, zeros } from "./describe";

const dense = (name: string, units = 3): Readonly<Record<string, unknown>> => layer("Dense", name, { units });
const conv = (name: string, more: object = {}): Readonly<Record<string, unknown>> =>
  layer("Conv2D", name, { filters: 4, kernel_size: [3, 3], ...more });

describe("the order of axes", () => {
  const image = input("image", 12, 12, 3);

  test("changes once on the way in and once on the way out, kernels aside", () => {
    const layers = [
      image,
      conv("a", { activation: "relu" }),
      layer("BatchNormalization", "norm", { axis: -1 }),
      layer("Dropout", "drop", { rate: 0.5 }),
      layer("MaxPooling2D", "pool", { pool_size: 2 }),
      layer("ZeroPadding2D", "pad", { padding: 1 }),
      conv("b"),
      layer("Flatten", "flat"),
      dense("head"),
    ];
    // Two kernels, the image, the flattened result.
    expect(operatorsOf(sequential(layers))["Transpose"]).toBe(4);
  });

  test("does not change in a model that has its channels first, but to flatten them", () => {
    const first = { data_format: "channels_first" };
    const layers = [
      input("image", 3, 12, 12),
      conv("a", first),
      layer("GlobalMaxPooling2D", "pool", first),
      dense("head"),
    ];
    expect(operatorsOf(sequential(layers))["Transpose"]).toBe(1);
  });

  test("of a permutation is only noted", () => {
    const layers = [image, layer("Permute", "turn", { dims: [3, 1, 2] }), conv("a", { data_format: "channels_first" })];
    expect(operatorsOf(sequential(layers))["Transpose"]).toBe(2);
  });
});

describe("variables", () => {
  test("are numbered by class in files of Keras 3, whatever their names", () => {
    const store = zeros();
    const inner = sequential([input("i", 4), dense("x", 4), dense("y", 4)], "inner");
    built(sequential([input("image", 4), dense("dense_7", 4), inner, dense("head", 4)], "outer"), store);
    expect(store.asked.filter(({ name }) => name === "kernel").map(({ path, fullName }) => [path, fullName])).toEqual([
      ["layers/dense", "outer/dense_7/kernel"],
      ["layers/sequential/layers/dense", "inner/x/kernel"],
      ["layers/sequential/layers/dense_1", "inner/y/kernel"],
      ["layers/dense_1", "outer/head/kernel"],
    ]);
  });

  test("of a layer that is applied twice are one set", () => {
    const store = zeros();
    const layers = [
      called(input("x", 3)),
      called(dense("shared"), call(tensor("x")), call(tensor("shared", 0))),
      called(layer("Add", "sum"), call([tensor("shared", 0), tensor("shared", 1)])),
    ];
    const { graph } = built(functional(layers, ["x", 0, 0], [["sum", 0, 0]]), store);
    expect(store.asked).toHaveLength(2);
    expect(graph.parameters.map(({ name }) => name)).toEqual(["shared/kernel", "shared/bias"]);
    expect(graph.nodes.filter(({ op }) => op === "Gemm")).toHaveLength(2);
  });

  test("that would be called alike are told apart by the models that they are in", () => {
    const block = (name: string): Readonly<Record<string, unknown>> =>
      functional(
        [called(input("i", 3)), called(dense("dense"), call(tensor("i")))],
        ["i", 0, 0],
        ["dense", 0, 0],
        name,
      );
    const layers = [
      called(input("x", 3)),
      called(block("left"), call(tensor("x"))),
      called(block("right"), call(tensor("left"))),
    ];
    const { parameters } = built(functional(layers, ["x", 0, 0], [["right", 1, 0]])).graph;
    expect(parameters.map(({ name }) => name)).toEqual([
      "left/dense/kernel",
      "left/dense/bias",
      "right/dense/kernel",
      "right/dense/bias",
    ]);
    expect(parameters[2]!.aliases).toEqual(["layers/functional_1/layers/dense/vars/0"]);
  });
});

describe("calls", () => {
  const nest = (first: number, last: number): Readonly<Record<string, unknown>> => {
    const f = functional([called(input("i", 3)), called(dense("d"), call(tensor("i")))], ["i", 0, 0], ["d", 0, 0], "f");
    const layers = [called(input("x", 3)), called(f, call(tensor("x")), call(tensor("f", first)))];
    return functional(layers, ["x", 0, 0], ["f", last, 0]);
  };

  test.each([
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
  ])("of nested models are counted from 0 or from 1 (%i, %i)", (first, last) => {
    const { graph } = built(nest(first, last));
    const [a, b] = graph.nodes.filter(({ op }) => op === "Gemm");
    expect(b!.inputs[0]).toBe(a!.outputs[0]);
    expect(graph.outputs.map(({ name }) => name)).toEqual([b!.outputs[0]]);
  });

  test("of the older form have the same meaning", () => {
    const older = (
      described: Readonly<Record<string, unknown>>,
      nodes: readonly unknown[],
    ): Readonly<Record<string, unknown>> => ({
      ...called(described),
      module: undefined,
      inbound_nodes: nodes,
    });
    const layers = [
      { class_name: "InputLayer", name: "x", config: { batch_input_shape: [null, 3], name: "x" }, inbound_nodes: [] },
      older(dense("a"), [[["x", 0, 0, {}]]]),
      older(layer("Add", "sum"), [
        [
          ["x", 0, 0, {}],
          ["a", 0, 0, {}],
        ],
      ]),
    ];
    const { graph } = built(functional(layers, [["x", 0, 0]], [["sum", 0, 0]]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Gemm", "Add"]);
    expect(graph.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["N", 3] }]);
  });

  test("that need their own results are refused, and so are those of layers that are not there", () => {
    const loop = [
      called(input("x", 3)),
      called(layer("Add", "a"), call([tensor("x"), tensor("b")])),
      called(dense("b"), call(tensor("a"))),
    ];
    expect(() => built(functional(loop, ["x", 0, 0], ["b", 0, 0]))).toThrow(
      /need what is not there, or their own results/,
    );
    const lost = [called(input("x", 3)), called(dense("a"), call(tensor("nowhere")))];
    expect(() => built(functional(lost, ["x", 0, 0], ["a", 0, 0]))).toThrow(/need what is not there/);
  });

  test("without an end are refused in bounded time", () => {
    let model = functional(
      [called(input("i", 3)), called(dense("d"), call(tensor("i")))],
      ["i", 0, 0],
      ["d", 0, 0],
      "m0",
    );
    for (let depth = 1; depth <= 24; depth++) {
      const name = `m${depth - 1}`;
      const layers = [called(input("i", 3)), called(model, call(tensor("i")), call(tensor(name, 0)))];
      model = functional(layers, ["i", 0, 0], [name, 2, 0], `m${depth}`);
    }
    expect(() => built(model)).toThrow(/more than 50000 operators/);
  });

  test("of operations are no calls of layers", () => {
    const operation = { module: "keras.src.ops.numpy", class_name: "Multiply", config: { name: "multiply" } };
    const layers = [called(input("x", 3)), called(operation, call(tensor("x"), 2))];
    const { graph } = built(functional(layers, ["x", 0, 0], ["multiply", 0, 0]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Mul"]);
    const nameless = called({ class_name: "Multiply", config: { name: "multiply" } }, call(tensor("x"), 2));
    expect(built(functional([layers[0]!, nameless], ["x", 0, 0], ["multiply", 0, 0])).graph.nodes).toEqual(graph.nodes);
  });
});
