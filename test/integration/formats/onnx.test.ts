import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { readModel } from "../../../server/formats/onnx/model";
import { openModel } from "../../../server/formats/open";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import { bytesOf } from "../../../server/graph/elements";
import type { Graph } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import { stripFinalActivation } from "../../../server/graph/logits";
import { patchParameters, serialise } from "../../../server/graph/onnxBytes";
import { fieldsOf, Message } from "../../../server/graph/wire";
import { noFiles } from "../../support/onnxFiles";

const fixtures = path.resolve("test/fixtures");
const trained = path.join(fixtures, "pytorch-resnet8", "model.onnx");
const exported = (name: string): string => path.join(fixtures, "onnx", `${name}.onnx`);

interface Expected {
  readonly input: { readonly shape: readonly number[]; readonly dtype: string; readonly values: readonly number[] };
  readonly output: { readonly values: readonly number[] };
}
const expected = JSON.parse(readFileSync(path.join(fixtures, "onnx", "expected.json"), "utf8")) as Record<
  string,
  Expected
>;

const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const;

/** The first output of a model, from a file or from bytes, for one input. */
async function run(model: string | Uint8Array, input: OrtTensor): Promise<Float32Array> {
  const session = await (typeof model === "string"
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options));
  try {
    const outputs = await session.run({ [session.inputNames[0]!]: input });
    return outputs[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

const runGraph = (graph: Graph, input: OrtTensor): Promise<Float32Array> => run(serialise(graph).bytes, input);

const floats = (values: readonly number[], shape: readonly number[]): OrtTensor =>
  new OrtTensor("float32", Float32Array.from(values), [...shape]);

function batchOf(name: string): OrtTensor {
  const { shape, dtype, values } = expected[name]!.input;
  return dtype === "int64"
    ? new OrtTensor("int64", BigInt64Array.from(values, BigInt), [...shape])
    : floats(values, shape);
}

/** Largest difference relative to the largest value. */
function difference(found: ArrayLike<number>, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value))) / scale;
}

describe("our bytes give the very numbers of the file", () => {
  test("the trained ResNet-8", async () => {
    const samples = (await readArrays(path.join(fixtures, "pytorch-resnet8", "test.npz"))).get("x_test")!;
    const input = new OrtTensor("float32", (samples.data as Float32Array).slice(0, 64 * 784), [64, 1, 28, 28]);
    const fromFile = await run(trained, input);
    expect(await runGraph((await openModel(trained)).graph, input)).toEqual(fromFile);
    expect(fromFile.some((value) => value !== fromFile[0])).toBe(true);
  });

  test.each(Object.keys(expected).filter((name) => name !== "cnn-training"))("%s", async (name) => {
    expect(await runGraph((await openModel(exported(name))).graph, batchOf(name))).toEqual(
      await run(exported(name), batchOf(name)),
    );
  });
});

describe("PyTorch's own outputs, to 1e-5", () => {
  test.each(Object.keys(expected))("%s", async (name) => {
    const graph = toInference((await openModel(exported(name))).graph);
    expect(difference(await runGraph(graph, batchOf(name)), expected[name]!.output.values)).toBeLessThan(1e-5);
  });

  test.each(["cnn-preserve", "cnn-folded", "cnn-dynamo"])("%s without its softmax", async (name) => {
    const { graph, stripped } = stripFinalActivation(toInference((await openModel(exported(name))).graph));
    expect(stripped).toBe("Softmax");
    const logits = await runGraph(graph, batchOf(name));
    const probabilities = [0, 1].flatMap((row) => {
      const powers = Array.from(logits.subarray(3 * row, 3 * row + 3), Math.exp);
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    });
    expect(difference(probabilities, expected[name]!.output.values)).toBeLessThan(1e-5);
  });
});

describe("parameters", () => {
  test("written in place change what is computed, and their own values bring it back", async () => {
    const { graph } = await openModel(trained);
    const model = serialise(graph);
    const input = floats(
      Array.from({ length: 784 }, (_, i) => Math.sin(i)),
      [1, 1, 28, 28],
    );
    const before = await run(model.bytes, input);
    const bias = graph.parameters.find(({ name }) => name === "fc.bias")!.tensor.data as Float32Array;
    patchParameters(model, new Map([["fc.bias", bias.map((value, i) => value + i)]]));
    const moved = await run(model.bytes, input);
    moved.forEach((value, i) => expect(value - before[i]!).toBeCloseTo(i, 4));
    patchParameters(model, new Map([["fc.bias", bias]]));
    expect(await run(model.bytes, input)).toEqual(before);
  });

  test("that an exporter had merged move apart", async () => {
    const { graph } = await openModel(exported("tied-preserve"));
    const model = serialise(graph);
    const before = await run(model.bytes, batchOf("tied-preserve"));
    const move = async (name: string): Promise<Float32Array> => {
      const own = graph.parameters.find((parameter) => parameter.name === name)!.tensor.data as Float32Array;
      patchParameters(model, new Map([[name, own.map((value) => value + 1)]]));
      const moved = await run(model.bytes, batchOf("tied-preserve"));
      patchParameters(model, new Map([[name, own]]));
      return moved;
    };
    const [first, second] = [await move("first.bias"), await move("second.bias")];
    expect(first).not.toEqual(before);
    expect(second).not.toEqual(before);
    expect(first).not.toEqual(second);
  });
});

describe("what we carry unread runs", () => {
  const x = valueInfo("x", ["n", 2]);
  const y = valueInfo("y", ["n", 2]);
  const input = floats([1, -2], [1, 2]);
  const message = (write: (into: Message) => void): Message => {
    const made = new Message();
    write(made);
    return made;
  };

  test("a graph made in code, with float16 weights", async () => {
    const half = { dtype: "float16", shape: [2], data: Uint16Array.of(0x3c00, 0x4200) } as const;
    const graph = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [
        node("Cast", ["b"], ["b32"], { to: { type: "int", value: 1 } }),
        node("MatMul", ["x", "w"], ["m"]),
        node("Add", ["m", "b32"], ["y"]),
      ],
      parameters: [parameter("w", floatTensor([2, 2], [1, 2, 3, 4])), parameter("b", half, "bias")],
    });
    expect([...(await runGraph(graph, input))]).toEqual([-4, -3]);
  });

  test("a local function", async () => {
    const inside = [
      ...fieldsOf(serialise(graphOf({ inputs: [], outputs: [], nodes: [node("Neg", ["a"], ["b"])] })).bytes),
    ];
    const body = [...fieldsOf(inside.find(({ number }) => number === 7)!.bytes())].find(({ number }) => number === 1)!;
    const local = message((f) => {
      f.text(1, "Minus");
      f.text(4, "a");
      f.text(5, "b");
      f.bytes(7, body.bytes());
      f.message(
        9,
        message((o) => o.integer(2, 20)),
      );
      f.text(10, "own");
    });
    const carried = message((m) => m.message(25, local)).finish();
    const nodes = [node("Minus", ["x"], ["y"], {}, "own")];
    const graph = { ...graphOf({ inputs: [x], outputs: [y], nodes, domains: { own: 1 } }), carried: [carried] };
    const again = readModel(serialise(graph).bytes, noFiles, "model.onnx");
    expect([...(await runGraph(again, input))]).toEqual([-1, 2]);
  });

  test("a sparse initialiser, and a subgraph that takes a parameter from outside", async () => {
    const values = message((t) => {
      t.packedIntegers(1, [1]);
      t.integer(2, 1);
      t.text(8, "thin");
      t.packedFloats(4, [10]);
    });
    const indices = message((t) => {
      t.packedIntegers(1, [1]);
      t.integer(2, 7);
      t.packedIntegers(7, [1]);
    });
    const sparse = message((s) => {
      s.message(1, values);
      s.message(2, indices);
      s.packedIntegers(3, [2]);
    });
    const branch = (name: string, op: string): Uint8Array => {
      const nodes = [node(op, ["s", "w"], [`${name}_out`])];
      const whole = graphOf({ name, inputs: [], outputs: [valueInfo(`${name}_out`, ["n", 2])], nodes });
      const content = [...fieldsOf(serialise(whole).bytes)].find(({ number }) => number === 7)!.bytes();
      return message((a) => {
        a.text(1, name);
        a.bytes(6, content);
        a.integer(20, 5);
      }).finish();
    };
    const graph = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [
        node("Add", ["x", "thin"], ["s"]),
        node("If", ["yes"], ["y"], {
          then_branch: { type: "raw", bytes: branch("then_branch", "Mul") },
          else_branch: { type: "raw", bytes: branch("else_branch", "Add") },
        }),
      ],
      constants: { yes: { dtype: "bool", shape: [], data: Uint8Array.of(1) } },
      parameters: [parameter("w", floatTensor([2], [2, 3]), "bias")],
    });
    const bytes = message((m) => {
      m.raw(serialise(graph).bytes);
      m.message(
        7,
        message((g) => g.message(15, sparse)),
      );
    }).finish();
    const read = toInference(readModel(bytes, noFiles, "model.onnx"));
    expect(read.parameters.map(({ name, role }) => [name, role])).toEqual([["w", "bias"]]);
    expect([...(await runGraph(read, input))]).toEqual([2, 24]);
    const model = serialise(read);
    const { offset, byteLength } = model.parameters.get("w")!;
    expect(model.bytes.subarray(offset, offset + byteLength)).toEqual(bytesOf(floatTensor([2], [2, 3])));
  });
});
