import { describe, expect, test } from "vitest";
import type { Checkpoint, TensorFacts } from "../../../server/formats/checkpoint";
import { matchCheckpoint } from "../../../server/formats/openCheckpoint";
import { commonPrefix, stripPrefixes } from "../../../server/formats/prefixes";
import { parameter } from "../../../server/graph/build";
import { sizeOf, type DataType } from "../../../server/graph/tensor";
import { ProblemError, type Problem } from "../../../server/protocol/problem";

type Shapes = Readonly<Record<string, readonly number[]>>;

function checkpoint(shapes: Shapes, dtype: DataType = "float32"): Checkpoint {
  const tensors = new Map<string, TensorFacts>(Object.entries(shapes).map(([name, shape]) => [name, { dtype, shape }]));
  return {
    path: "/runs/model_7.pt",
    format: "PyTorch",
    tensors,
    read: () => Promise.reject(new Error("not read")),
    close: () => Promise.resolve(),
  };
}

const parameters = (shapes: Shapes): ReturnType<typeof parameter>[] =>
  Object.entries(shapes).map(([name, shape]) =>
    parameter(name, { dtype: "float32", shape, data: new Float32Array(sizeOf(shape)) }),
  );

function problemOf(wanted: Shapes, found: Checkpoint): Problem {
  try {
    matchCheckpoint(parameters(wanted), found, "model.onnx");
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("it fits");
}

const model: Shapes = { "head/kernel": [6, 10], "head/bias": [10], "bn.running_mean": [10] };

describe("matching by name", () => {
  test("every parameter has a tensor; what else the checkpoint has does not matter", () => {
    const found = checkpoint({ ...model, num_batches_tracked: [] });
    expect([...matchCheckpoint(parameters(model), found, "m")]).toEqual(Object.keys(model).map((name) => [name, name]));
  });

  test("the model's own wrapper, and a wrapper that not all tensors of the checkpoint have", () => {
    const wrapped = parameters({ "model.fc.weight": [2], "model.fc.bias": [1] });
    const plain = checkpoint({ "fc.weight": [2], "fc.bias": [1] });
    expect([...matchCheckpoint(wrapped, plain, "m").values()]).toEqual(["fc.weight", "fc.bias"]);
    const more = checkpoint({ "model.fc.weight": [2], "criterion.weight": [1] });
    expect([...matchCheckpoint(parameters({ "fc.weight": [2] }), more, "m").values()]).toEqual(["model.fc.weight"]);
  });

  test("a model into whose weights the batch normalisation is folded is refused, though names and shapes are the same", () => {
    const folded: Shapes = { "features.0.weight": [4, 3, 3, 3], "features.0.bias": [4], "fc.weight": [5, 4] };
    const norm = { "features.1.weight": [4], "features.1.running_mean": [4], "features.1.running_var": [4] };
    expect(problemOf(folded, checkpoint({ ...folded, ...norm }))).toMatchObject({
      reason: "file-unsupported",
      message:
        "model_7.pt does not fit model.onnx: its batch normalisation (features.1) is folded into the weights of the model.",
      advice: expect.stringContaining("optimize=False") as string,
      facts: ["features.1 folded"],
    });
    const inWrapper = Object.fromEntries(
      Object.entries({ ...folded, ...norm }).map(([name, shape]) => [`net.${name}`, shape]),
    );
    expect(problemOf(folded, checkpoint({ ...inWrapper, extra: [1] })).facts).toEqual(["net.features.1 folded"]);
  });

  test("statistics of parts that the model does not have at all do not matter", () => {
    const found = checkpoint({ ...model, "auxiliary.bn.running_mean": [3] });
    expect(matchCheckpoint(parameters(model), found, "m").size).toBe(3);
  });

  test("mismatches are listed tensor by tensor", () => {
    const problem = problemOf(model, checkpoint({ "head/kernel": [6, 5], "head/bias": [10] }));
    expect(problem).toMatchObject({
      reason: "file-unsupported",
      file: "/runs/model_7.pt",
      message: "model_7.pt does not fit model.onnx: 2 of 3 tensors differ, first head/kernel [6, 5] against [6, 10].",
      facts: ["head/kernel [6, 5] against [6, 10]", "bn.running_mean missing, against [10]"],
    });
  });

  test("integers are no weights", () => {
    const problem = problemOf({ w: [2] }, checkpoint({ w: [2] }, "int8"));
    expect(problem.facts).toEqual(["w int8 against float32"]);
  });

  test("equal numbers of elements are not equal shapes", () => {
    expect(problemOf({ w: [2, 3] }, checkpoint({ w: [3, 2] })).facts).toEqual(["w [3, 2] against [2, 3]"]);
    expect(problemOf({ w: [2, 1] }, checkpoint({ w: [2] })).facts).toEqual(["w [2] against [2, 1]"]);
  });

  test("no name in common: how to export again", () => {
    const folded = { "onnx::Conv_29": [4], "onnx::Conv_30": [4] };
    const problem = problemOf(folded, checkpoint({ "conv.weight": [4], "bn.weight": [4] }));
    expect(problem.message).toContain("(conv.weight, bn.weight, … against onnx::Conv_29, onnx::Conv_30, …)");
    expect(problem.snippet).toMatch(
      /training=torch\.onnx\.TrainingMode\.PRESERVE,\s+do_constant_folding=False, dynamo=False/,
    );
    expect(problem.message).toContain("batch normalisation was folded into its convolutions");
    expect(problemOf({ ...folded, fc: [1] }, checkpoint({ fc: [1] })).snippet).toContain("torch.onnx.export");
  });

  test("long lists are shortened", () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`w${i}`, [2]]));
    const facts = problemOf(many, checkpoint({ w0: [2] })).facts!;
    expect(facts).toHaveLength(13);
    expect(facts[12]).toBe("and 17 more");
  });
});

describe("prefixes of wrappers", () => {
  test("are found when all names have them, any number of them", () => {
    expect(commonPrefix(["module.a", "module.b.c"])).toBe("module.");
    expect(commonPrefix(["module._orig_mod.a", "module._orig_mod.b"])).toBe("module._orig_mod.");
    expect(commonPrefix(["module.a", "b"])).toBe("");
    expect(commonPrefix(["encoder.a", "encoder.b"])).toBe("");
    expect(commonPrefix([])).toBe("");
  });

  test("names in the file are found again", () => {
    const { tensors, nameInFile } = stripPrefixes(new Map([["net.w", 1]]));
    expect([...tensors]).toEqual([["w", 1]]);
    expect(nameInFile("w")).toBe("net.w");
    expect(() => nameInFile("net.w")).toThrow("no tensor net.w");
  });
});
