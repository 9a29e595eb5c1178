import { describe, expect, test } from "vitest";
import type { Hdf5File } from "../../../../server/formats/hdf5";
import { legacyStore, legacyWeights } from "../../../../server/formats/keras/legacyWeights";
import type { Variable } from "../../../../server/formats/keras/weights";
import { storedVariables, weightsFileStore } from "../../../../server/formats/keras/weightsFile";
import type { Tensor } from "../../../../server/graph/tensor";

/** A file in memory: arrays of one number, the attributes of groups. */
function file(
  arrays: Readonly<Record<string, number>>,
  attributes: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {},
): Hdf5File {
  const names = (path: readonly string[]): readonly string[] | undefined => {
    const prefix = path.map((name) => `${name}/`).join("");
    const all = [...Object.keys(arrays), ...Object.keys(attributes).map((group) => `${group}/`)];
    const within = all.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    const found = new Set(within.map((name) => name.split("/")[0]!).filter((name) => name !== ""));
    return path.length === 0 || within.length > 0 ? [...found] : undefined;
  };
  const tensor = (path: readonly string[]): Tensor => ({
    dtype: "float32",
    shape: [1],
    data: Float32Array.of(arrays[path.join("/")]!),
  });
  return {
    path: "model.h5",
    names: (group) => names(typeof group === "string" ? (group === "" ? [] : [group]) : group),
    array: () => undefined,
    facts: (path) => (path.join("/") in arrays ? { dtype: "float32", shape: [1] } : undefined),
    tensor,
    attribute: (path, name) => attributes[path.join("/")]?.[name],
    close: () => undefined,
  };
}

function variable(layers: readonly string[], name: string, more: Partial<Variable> = {}): Variable {
  const fullName = [layers.at(-1)!, ...(more.parts ?? []), name].join("/");
  return { layers, parts: [], name, fullName, path: "layers/dense", index: 0, position: 0, shape: [1], ...more };
}

describe("weights of Keras 3", () => {
  const named = { "layers/dense/vars": { name: "head" } };

  test("are those of the layer whose name is noted beside them", () => {
    const store = weightsFileStore(file({ "layers/dense/vars/0": 5 }, named));
    expect(store.read(variable(["head"], "kernel")).data[0]).toBe(5);
    expect(() => store.read(variable(["body"], "kernel"))).toThrow(
      "holds the weights of the layer head in layers/dense, where its description has body",
    );
  });

  test("that are missing or have another shape are refused", () => {
    const store = weightsFileStore(file({ "layers/dense/vars/0": 5 }));
    expect(() => store.read(variable(["head"], "bias", { index: 1 }))).toThrow("has no values for head/bias");
    expect(() => store.read(variable(["head"], "kernel", { shape: [2, 3] }))).toThrow(
      "holds head/kernel as [1], where its description says [2, 3]",
    );
  });

  test("of the first releases lie in groups of another name", () => {
    const older = file({ "_layer_checkpoint_dependencies/dense/vars/0": 5 });
    expect(weightsFileStore(older).read(variable(["head"], "kernel")).data[0]).toBe(5);
    expect(storedVariables(older).map(({ name }) => name)).toEqual(["layers/dense/vars/0"]);
  });

  test("are listed without those of the optimiser and of generators of random numbers", () => {
    const arrays = {
      "layers/dense/vars/0": 1,
      "layers/dropout/seed_generator/vars/0": 2,
      "layers/lstm/cell/vars/0": 3,
      "optimizer/vars/0": 4,
    };
    expect(storedVariables(file(arrays, named)).map(({ name, owner }) => [name, owner])).toEqual([
      ["layers/dense/vars/0", "head"],
      ["layers/lstm/cell/vars/0", undefined],
    ]);
  });
});

describe("weights of the older layout", () => {
  const store = legacyStore(
    file(
      {
        "w/lstm_4/lstm_4/lstm_cell_9/kernel:0": 1,
        "w/nest/a/dense/kernel:0": 2,
        "w/nest/b/dense/kernel:0": 3,
        "w/wrap/wrap/kernel:0": 4,
      },
      {
        w: { layer_names: ["lstm_4", "nest", "wrap"] },
        "w/lstm_4": { weight_names: ["lstm_4/lstm_cell_9/kernel:0"] },
        "w/nest": { weight_names0: ["a/dense/kernel:0"], weight_names1: ["b/dense/kernel:0"] },
        "w/wrap": { weight_names: ["wrap/kernel:0"] },
      },
    ),
    ["w"],
  );
  const read = (wanted: Variable): unknown => store.read(wanted).data[0];

  test("are found by name, whatever number a session gave to a cell", () => {
    expect(read(variable(["lstm_4"], "kernel", { parts: ["lstm_cell"] }))).toBe(1);
  });

  test("of layers in nested models are found by the longest name that is known", () => {
    expect(read(variable(["nest", "b", "dense"], "kernel", { fullName: "b/dense/kernel" }))).toBe(3);
    expect(read(variable(["nest", "a", "dense"], "kernel", { fullName: "a/dense/kernel" }))).toBe(2);
  });

  test("of wrapped layers are found by their place", () => {
    expect(read(variable(["wrap"], "kernel", { parts: ["dense_5"] }))).toBe(4);
    expect(() => read(variable(["wrap"], "bias", { parts: ["dense_5"], position: 1 }))).toThrow("has no values for");
  });
});

describe("names of weights of the older layout", () => {
  const namesOf = (layer: string, ...written: readonly string[]): readonly string[] => {
    const lists: Parameters<typeof file>[1] = {
      layers: { layer_names: [layer] },
      [`layers/${layer}`]: { weight_names: written },
    };
    return legacyWeights(file({}, lists), ["layers"])
      .get(layer)!
      .map(({ name }) => name);
  };

  test.each([
    ["dense/kernel:0", "dense/kernel"],
    ["model/dense/kernel:0", "dense/kernel"],
    ["kernel:0", "dense/kernel"],
    ["Variable:0", "dense/variable"],
    ["dense/variable_12", "dense/variable"],
    ["dense/depthwise_kernel:0", "dense/kernel"],
    ["dense/forward_lstm/lstm_cell_3/kernel:0", "dense/forward_lstm/lstm_cell/kernel"],
    ["other/kernel:0", "other/kernel"],
    ["my_cell_3/kernel:0", "my_cell_3/kernel"],
    ["lstm_cell_3/kernel:0", "lstm_cell_3/kernel"],
    ["dense_1/kernel:0", "dense_1/kernel"],
  ])("%s of the layer dense is %s", (written, name) => {
    expect(namesOf("dense", written)).toEqual([name]);
  });

  test("keep their scopes where two would become one", () => {
    const written = ["a/dense/kernel", "b/dense/kernel"];
    expect(namesOf("dense", ...written)).toEqual(written);
  });
});
