import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../../../server/formats/open";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { ProblemError, type Problem } from "../../../server/protocol/problem";

let folder = "";
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "tfjs-"))));
afterAll(() => rmSync(folder, { recursive: true }));

type Content = Record<string, unknown>;

const shape = (...extents: readonly number[]): unknown => ({ dim: extents.map((size) => ({ size: String(size) })) });
const text = (value: string): unknown => ({ s: Buffer.from(value).toString("base64") });
const constant = (name: string, ...extents: readonly number[]): Content => ({
  name,
  op: "Const",
  attr: { dtype: { type: "DT_FLOAT" }, value: { tensor: { dtype: "DT_FLOAT", tensorShape: shape(...extents) } } },
});
const placeholder = {
  name: "x",
  op: "Placeholder",
  attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: shape(-1, 2) } },
};
const product = { name: "y", op: "MatMul", input: ["x", "w", "^nothing"] };

/** y = x·w, w [2, 3] in `weights.bin`. */
function perceptron(changes: Content = {}): Content {
  return {
    format: "graph-model",
    modelTopology: { node: [placeholder, constant("w", 2, 3), product] },
    weightsManifest: [{ paths: ["weights.bin"], weights: [{ name: "w", shape: [2, 3], dtype: "float32" }] }],
    ...changes,
  };
}

const manifest = (weight: Content, paths: readonly string[] = ["weights.bin"]): Content => ({
  weightsManifest: [{ paths, weights: [{ name: "w", shape: [2, 3], dtype: "float32", ...weight }] }],
});
const nodes = (...node: readonly Content[]): Content => ({ modelTopology: { node } });

function write(
  content: unknown,
  bytes: Uint8Array = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer),
): string {
  const file = path.join(folder, "model.json");
  writeFileSync(path.join(folder, "weights.bin"), bytes);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

async function problemOf(content: unknown, bytes?: Uint8Array): Promise<Problem> {
  const error: unknown = await openModel(write(content, bytes)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProblemError);
  const { problem } = error as ProblemError;
  expect(problem.file).toBe(path.join(folder, "model.json"));
  return problem;
}

async function weightsOf(content: unknown, bytes?: Uint8Array): Promise<readonly number[]> {
  const { graph } = await openModel(write(content, bytes));
  return Array.from(graph.parameters[0]!.tensor.data as Float32Array);
}

describe("weights", () => {
  test("are found by their names, over several files that need not end with them", async () => {
    writeFileSync(path.join(folder, "b.bin"), new Uint8Array(new Float32Array([6]).buffer));
    const bytes = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer);
    writeFileSync(path.join(folder, "a.bin"), bytes.subarray(0, 5));
    writeFileSync(path.join(folder, "b.bin"), bytes.subarray(5, 6));
    writeFileSync(path.join(folder, "c.bin"), bytes.subarray(6));
    const content = perceptron(manifest({}, ["a.bin", "b.bin", "c.bin"]));
    const { graph } = await openModel(write(content));
    expect(Array.from(graph.parameters[0]!.tensor.data as Float32Array)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(graph.files).toEqual(["a.bin", "b.bin", "c.bin"].map((name) => path.join(folder, name)));
    expect(graph.parameters[0]).toMatchObject({ name: "w", role: "kernel", filterAxes: [1] });
    expect(graph.outputs).toEqual([{ name: "y/MatMul", dtype: "float32", shape: ["batch", 3] }]);
  });

  test("are dequantised as TensorFlow.js does it: in double precision, then rounded", async () => {
    const quantised = manifest({ quantization: { dtype: "uint8", scale: 0.1, min: -1.3 } });
    const numbers = Uint8Array.of(0, 1, 13, 14, 200, 255);
    const expected = Array.from(numbers, (number) => Math.fround(number * 0.1 + -1.3));
    expect(await weightsOf(perceptron(quantised), numbers)).toEqual(expected);

    const wide = manifest({ quantization: { dtype: "uint16", scale: 1e-4, min: -2 } });
    const words = Uint16Array.of(0, 1, 20000, 40000, 65535, 7);
    expect(await weightsOf(perceptron(wide), new Uint8Array(words.buffer))).toEqual(
      Array.from(words, (number) => Math.fround(number * 1e-4 + -2)),
    );

    const half = manifest({ quantization: { dtype: "float16" } });
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555);
    expect(await weightsOf(perceptron(half), new Uint8Array(bits.buffer))).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
      -0,
      0.333251953125,
    ]);
  });

  test("of whole numbers are rounded, and text and the optimiser's state are passed over", async () => {
    const strings = Uint8Array.of(2, 0, 0, 0, 65, 66, 0, 0, 0, 0);
    const floats = new Uint8Array(new Float32Array([1, 2]).buffer);
    const bytes = Uint8Array.from([...strings, 1, 2, ...floats, ...floats]);
    const weights = [
      { name: "words", shape: [2], dtype: "string" },
      { name: "steps", shape: [2], dtype: "int32", quantization: { dtype: "uint8", scale: 1.6, min: 0.2 } },
      { name: "w", shape: [2], dtype: "float32" },
      { name: "w/momentum", shape: [2], dtype: "float32", group: "optimizer" },
    ];
    const file = write({ weightsManifest: [{ paths: ["weights.bin"], weights }] }, bytes);
    const checkpoint = await openCheckpoint(file);
    expect([...checkpoint.tensors.keys()]).toEqual(["steps", "w"]);
    expect((await checkpoint.read("steps")).data).toEqual(Int32Array.of(2, 3));
    expect((await checkpoint.read("w")).data).toEqual(Float32Array.of(1, 2));
    await checkpoint.close();
  });
});

describe("values in the graph itself", () => {
  const inline = (tensor: Content): Content =>
    perceptron({
      ...nodes(placeholder, { ...constant("w"), attr: { value: { tensor } } }, product),
      weightsManifest: [],
    });

  test("are bytes or numbers, the last of which stands for all that follow", async () => {
    const tensorContent = Buffer.from(new Float32Array([6, 5, 4, 3, 2, 1]).buffer).toString("base64");
    const tensorShape = shape(2, 3);
    expect(await weightsOf(inline({ dtype: "DT_FLOAT", tensorShape, tensorContent }))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await weightsOf(inline({ dtype: 1, tensorShape, floatVal: [1, 2, "NaN"] }))).toEqual([
      1,
      2,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
    expect(await weightsOf(inline({ dtype: "DT_HALF", tensorShape, halfVal: [0x3c00] }))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await weightsOf(inline({ dtype: 2, tensorShape, doubleVal: [0.1] }))).toEqual(
      Array(6).fill(Math.fround(0.1)),
    );
  });

  test("are refused when they are not what their shape says, or no numbers", async () => {
    const tensorShape = shape(2, 3);
    for (const length of [20, 28]) {
      const tensorContent = Buffer.alloc(length).toString("base64");
      expect((await problemOf(inline({ dtype: 1, tensorShape, tensorContent }))).message).toBe(
        "model.json does not hold the 6 elements of the constant w.",
      );
    }
    expect((await problemOf(inline({ dtype: 3, tensorShape, intVal: [1.5] }))).message).toBe(
      "model.json does not hold the 6 elements of the constant w.",
    );
    expect((await problemOf(inline({ dtype: 1, tensorShape: shape(2 ** 30, 2 ** 30), floatVal: [0] }))).message).toBe(
      "model.json states an impossible shape for the constant w.",
    );
    expect((await problemOf(inline({ dtype: "DT_STRING", tensorShape, stringVal: ["YQ=="] }))).message).toContain(
      "has a constant w of elements that no network computes with (DT_STRING)",
    );
  });
});

describe("files that are refused, each with one sentence", () => {
  const cases: readonly (readonly [what: string, content: unknown, message: string | RegExp, bytes?: Uint8Array])[] = [
    ["empty", "", "model.json is empty."],
    ["cut short", '{"format": "graph-model", "modelTop', "model.json is damaged: its text is no valid JSON."],
    ["a list", "[1, 2]", "model.json holds a list of JSON, where an object was expected."],
    [
      "a pointer of Git LFS",
      "version https://git-lfs.github.com/spec/v1\n",
      /^model\.json is only a pointer of Git LFS/,
    ],
    [
      "something else",
      { name: "left-pad", version: "1.0.0" },
      'model.json is JSON but no model of TensorFlow.js: it holds an object with "name", "version", where ' +
        '"modelTopology" and "weightsManifest" were expected.',
    ],
    ["nested deeply", "[".repeat(600), "model.json is damaged: its text is nested without end."],
    ["no manifest", perceptron({ weightsManifest: undefined }), /^model\.json has no weightsManifest/],
    [
      "a missing file",
      perceptron(manifest({}, ["group1-shard1of1.bin"])),
      "model.json keeps weights in group1-shard1of1.bin, which cannot be read in the model's folder.",
    ],
    [
      "a file outside",
      perceptron(manifest({}, ["../weights.bin"])),
      'model.json keeps weights in "../weights.bin", which is no file inside the model\'s own folder.',
    ],
    [
      "a file that is too short",
      perceptron(),
      "model.json does not fit its weights: it needs 24 bytes of weights.bin, which has 20.",
      new Uint8Array(20),
    ],
    [
      "a file that is too long",
      perceptron(),
      "model.json does not fit its weights: it needs 24 bytes of weights.bin, which has 28.",
      new Uint8Array(28),
    ],
    [
      "an impossible shape",
      perceptron(manifest({ shape: [2 ** 40, 2 ** 40] })),
      /states an impossible shape for the weight w/,
    ],
    ["another shape", perceptron(manifest({ shape: [-1, 3] })), "model.json states no shape for the weight w."],
    [
      "another type",
      perceptron(manifest({ dtype: "int4" })),
      /^model\.json stores the weight w as int4; float32, int32 or bool/,
    ],
    [
      "another quantisation",
      perceptron(manifest({ quantization: { dtype: "int4" } })),
      /^model\.json stores the weight w as float32 quantised as int4/,
    ],
    [
      "no scale",
      perceptron(manifest({ quantization: { dtype: "uint8", min: 0 } })),
      "model.json does not say how the weight w was quantised: scale and min were expected.",
      new Uint8Array(6),
    ],
    [
      "a weight that is nowhere",
      perceptron(manifest({ name: "v" })),
      "model.json has no values for the constant w, neither in its weights nor inline.",
    ],
    [
      "operators that are not known",
      perceptron(
        nodes(placeholder, { name: "s", op: "StringSplit", input: ["x"] }, { name: "y", op: "While", input: ["s"] }),
      ),
      "model.json has the TensorFlow operators StringSplit, While, which are not supported.",
    ],
    [
      "a form of an operator that is not known",
      perceptron(nodes(placeholder, constant("w", 2, 3), { name: "y", op: "ExpandDims", input: ["x", "w"] })),
      /^model\.json has the node y of the TensorFlow operator ExpandDims whose input 1 depends on the samples, which is not/,
    ],
    [
      "a node that is not there",
      perceptron(nodes(placeholder, product)),
      "model.json uses w in y but has no such node.",
    ],
    [
      "a cycle",
      perceptron(
        nodes(
          { name: "a", op: "Relu", input: ["b"] },
          { name: "b", op: "Relu", input: ["a"] },
          { name: "c", op: "Relu", input: ["a"] },
        ),
      ),
      /^model\.json has a cycle: the node [ab] needs its own result\.$/,
    ],
    [
      "an input of unknown rank",
      perceptron(
        nodes(
          { ...placeholder, attr: { dtype: { type: 1 }, shape: { shape: { unknownRank: true } } } },
          constant("w", 2, 3),
          product,
        ),
      ),
      "model.json does not say how many axes its input x has.",
    ],
    [
      "an input of texts",
      perceptron(nodes({ ...placeholder, attr: { dtype: { type: 7 } } }, constant("w", 2, 3), product)),
      "model.json has the input x of the type DT_STRING, where numbers were expected.",
    ],
  ];

  const named = cases.map(([what, content, message, bytes]) => ({ what, content, message, bytes }));
  test("more weights than an engine can hold", async () => {
    const content = perceptron(manifest({ shape: [2 ** 20, 600], quantization: { dtype: "uint8", scale: 1, min: 0 } }));
    const file = write(content, new Uint8Array(0));
    truncateSync(path.join(folder, "weights.bin"), 2 ** 20 * 600);
    const error: unknown = await openModel(file).catch((thrown: unknown) => thrown);
    rmSync(path.join(folder, "weights.bin"));
    expect((error as ProblemError).problem).toMatchObject({
      reason: "too-large",
      message: "model.json has 2.3 GiB of weights; models of up to 2 GiB can be read.",
    });
  });

  test.each(named)("$what", async ({ content, message, bytes }) => {
    const problem = await problemOf(content, bytes);
    if (typeof message === "string") expect(problem.message).toBe(message);
    else expect(problem.message).toMatch(message);
    expect(problem.advice).not.toBe("");
  });

  test("with a way to ONNX where an operator lacks one here", async () => {
    const problem = await problemOf(perceptron(nodes(placeholder, { name: "y", op: "While", input: ["x"] })));
    expect(problem).toMatchObject({ reason: "file-unsupported", facts: ["While"] });
    expect(problem.advice).toContain("tf2onnx");
  });
});

describe("descriptions of operators", () => {
  const last = { name: "x:0", op: "" };

  test("may name element types by number, byte strings by their bytes, and outputs by number", async () => {
    const images = { ...placeholder, attr: { dtype: { type: 1 }, shape: { shape: shape(-1, 4, 4, 2) } } };
    const pooled = {
      name: "y",
      op: "MaxPool",
      input: [last.name],
      attr: {
        ksize: { list: { i: ["1", "2", "2", "1"] } },
        strides: { list: { i: [1, 2, 2, 1] } },
        padding: { s: [...Buffer.from("SAME")] },
        data_format: text("NHWC"),
      },
    };
    const { graph } = await openModel(write(perceptron({ ...nodes(images, pooled), weightsManifest: [] })));
    expect(graph.outputs[0]!.shape).toEqual(["batch", 2, 2, 2]);
  });

  test("follow the signature where there is one", async () => {
    const relu = { name: "z", op: "Relu", input: ["y"] };
    const signature = {
      inputs: { first: { name: "x:0", dtype: "DT_FLOAT", tensorShape: shape(-1, 2) } },
      outputs: { scores: { name: "y:0", dtype: "DT_FLOAT" } },
    };
    const content = perceptron({ ...nodes(placeholder, constant("w", 2, 3), product, relu), signature });
    const { graph } = await openModel(write(content));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["MatMul"]);
    const without = await openModel(write({ ...content, signature: undefined }));
    expect(without.graph.nodes.map(({ op }) => op)).toEqual(["MatMul", "Relu"]);
  });

  test("other names than model.json are read when they hold a model", async () => {
    write(perceptron());
    const file = path.join(folder, "perceptron.json");
    writeFileSync(file, `\n ${JSON.stringify(perceptron())}`);
    expect((await openModel(file)).graph.parameters.map(({ name }) => name)).toEqual(["w"]);
  });
});
