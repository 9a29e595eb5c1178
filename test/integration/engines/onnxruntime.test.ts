import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { openEngine, reportEngines } from "../../../server/engines/open";
import { askOnce } from "../../../server/evaluator/process";
import { graphOf, intTensor, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { ProblemError, type Problem } from "../../../server/protocol/problem";
import { testExecutables, testOperators } from "../../support/engineContract";
import { testResnet8 } from "../../support/oracle";
import { floats, tensorOf } from "../../support/operatorCase";
import { operatorCases } from "../../support/operatorCases";

testOperators(
  createOnnxRuntimeEngine,
  operatorCases.filter((entry) => entry.onnxruntime),
);
testExecutables(createOnnxRuntimeEngine);
testResnet8(createOnnxRuntimeEngine);

const x = valueInfo("x", ["batch", 3]);
const y = valueInfo("y", []);
const relu: Graph = graphOf({ inputs: [x], outputs: [y], nodes: [node("Relu", ["x"], ["y"])] });

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("ONNX Runtime", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createOnnxRuntimeEngine();
  });
  afterAll(() => engine.dispose());

  test("says what it is", () => {
    expect(engine).toMatchObject({ name: "onnxruntime", label: "ONNX Runtime", device: "CPU", version: "1.30.0" });
  });

  test("is the first choice, and keeps to it when it is asked for", async () => {
    const first = await openEngine("auto", relu);
    expect(first).toMatchObject({ engine: { name: "onnxruntime" }, why: "first choice" });
    expect(first.selfTestError).toBeLessThan(1e-5);
    await first.engine.dispose();
    const asked = await openEngine("onnxruntime", relu);
    expect(asked.why).toBe("chosen in the settings");
    await asked.engine.dispose();
  });

  test("the report tells of every engine, WebGPU included", async () => {
    const reports = await reportEngines();
    expect(reports.map(({ name }) => name)).toEqual(["onnxruntime", "tensorflow", "wasm", "webgpu"]);
    expect(reports[0]).toMatchObject({ state: "ready", version: "1.30.0", device: "CPU" });
    expect(reports[0]!.selfTestError).toBeLessThan(1e-5);
    // Whether there is a graphics adapter depends on the machine; without one the report says so.
    if (reports[3]!.state !== "ready") {
      expect(reports[3]).toMatchObject({ state: "missing", detail: expect.stringContaining("adapter") as string });
      expect((await problemOf(openEngine("webgpu", relu))).reason).toBe("engine-unavailable");
    }
  });

  test.each(operatorCases.filter((entry) => !entry.onnxruntime).map((entry) => [entry.name, entry] as const))(
    "refuses what it would do wrong: %s",
    async (_, { graph }) => {
      const limits = engine.unsupported(graph);
      expect(limits).toHaveLength(1);
      expect(await problemOf(engine.compile(graph))).toMatchObject({ reason: "operator-unsupported", facts: limits });
    },
  );

  test("refuses bfloat16 at the model's boundary, which its JavaScript interface does not carry", async () => {
    const graph = { ...relu, inputs: [valueInfo("x", [2], "bfloat16")], outputs: [valueInfo("y", [2], "bfloat16")] };
    expect(engine.unsupported(graph)).toEqual(["bfloat16 inputs and outputs"]);
  });

  test("gives way to TensorFlow.js where it must, and says why", async () => {
    const { graph } = operatorCases.find(({ name }) => name === "Conv: 2-D, SAME_UPPER, dilation")!;
    const { engine: other, why } = await openEngine("auto", graph);
    expect(["tensorflow", "wasm"]).toContain(other.name);
    expect(why).toMatch(/^ONNX Runtime cannot run Conv with dilations and automatic padding/);
    await other.dispose();
    expect(await problemOf(openEngine("onnxruntime", graph))).toMatchObject({ reason: "operator-unsupported" });
  });

  test("names an operator that it does not have", async () => {
    const unknown = { ...relu, nodes: [node("Frobnicate", ["x"], ["y"])] };
    expect(await problemOf(engine.compile(unknown))).toMatchObject({
      reason: "operator-unsupported",
      message: "ONNX Runtime has no implementation of Frobnicate as this model uses it.",
      facts: ["Frobnicate"],
    });
  });

  test("names an operator of another domain", async () => {
    const nodes = [node("Frobnicate", ["x"], ["y"], {}, "com.acme")];
    const unknown = { ...relu, opsets: { "": 20, "com.acme": 1 }, nodes };
    expect((await problemOf(engine.compile(unknown))).facts).toEqual(["com.acme.Frobnicate"]);
  });

  test.each<[string, Graph, string]>([
    ["a value that nothing computes", { ...relu, nodes: [node("Relu", ["z"], ["y"])] }, "Node input 'z'"],
    ["a missing attribute", { ...relu, nodes: [node("MaxPool", ["x"], ["y"])] }, "kernel_shape"],
    [
      "shapes that cannot be",
      { ...relu, nodes: [node("MatMul", ["x", "x"], ["y"])], inputs: [valueInfo("x", [2, 3])] },
      "MatMul",
    ],
  ])("rejects a graph with %s in one sentence", async (_, graph, words) => {
    const problem = await problemOf(engine.compile(graph));
    expect(problem.reason).toBe("file-corrupt");
    expect(problem.message).toContain(words);
    expect(problem.message).not.toMatch(/\n|onnxruntime::|\.cc/);
  });

  test.each<[string, Graph, string]>([
    ["operator set", { ...relu, opsets: { "": 99 } }, "operator set 99"],
    ["format", { ...relu, irVersion: 99 }, "version 99 of the ONNX format"],
  ])("says when the %s is too new", async (_, graph, words) => {
    const problem = await problemOf(engine.compile(graph));
    expect(problem.reason).toBe("file-unsupported");
    expect(problem.message).toContain(words);
  });

  test("says which node stopped, when a model is fixed to another batch", async () => {
    const graph = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [node("Reshape", ["x", "shape"], ["y"])],
      constants: { shape: intTensor([2], [1, 3]) },
    });
    const executable = await engine.compile(graph);
    const problem = await problemOf(executable.run({ x: floats([2, 3]) }));
    await executable.dispose();
    expect(problem.reason).toBe("file-unsupported");
    expect(problem.message).toContain("on 2 samples at once: Reshape: The input tensor cannot be reshaped");
  });

  test("refuses a model beyond the 2 GB of protocol buffers", async () => {
    const huge = { dtype: "float32", shape: [2 ** 29 + 1], data: { byteLength: 2 ** 31 + 4 } } as never;
    const graph = { ...relu, parameters: [parameter("w", huge)] };
    expect(await problemOf(engine.compile(graph))).toMatchObject({ reason: "too-large" });
  });

  test("is reported as missing where its package is not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "loss-landscape-engines-"));
    try {
      const bundles = join(__dirname, "..", "..", "..", "dist");
      cpSync(bundles, folder, { recursive: true, filter: (source) => !source.includes("node_modules") });
      const { engines } = await askOnce({ kind: "engines" }, { evaluatorPath: join(folder, "evaluator.js") });
      expect(engines.find(({ name }) => name === "onnxruntime")).toEqual({
        name: "onnxruntime",
        label: "ONNX Runtime",
        state: "missing",
        detail: `ONNX Runtime was not found for ${process.platform}-${process.arch}.`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("leaves the arithmetic of this process as it was: denormal numbers stay", async () => {
    const executable = await engine.compile(relu);
    await executable.run({ x: floats([2, 3]) });
    await executable.dispose();
    const tiny = new Float32Array([1e-40]);
    tiny[0] = tiny[0]! * 0.5;
    expect(tiny[0]).toBe(Math.fround(0.5e-40));
  });

  test("feeds and outputs of every element type that models use", async () => {
    for (const dtype of ["float32", "float64", "int32", "int64", "uint8", "bool"] as const) {
      const feed = tensorOf([0, 1, 1], [1, 3], dtype);
      const graph = graphOf({
        inputs: [valueInfo("x", [1, 3], dtype)],
        outputs: [valueInfo("y", [], dtype)],
        nodes: [node("Identity", ["x"], ["y"])],
      });
      const executable = await engine.compile(graph);
      expect((await executable.run({ x: feed })).y).toEqual(feed);
      await executable.dispose();
    }
  });

  test("float16: fed and answered as raw bits, parameters rounded when they are set", async () => {
    const half = (bits: number[], shape: number[]) =>
      ({ dtype: "float16", shape, data: Uint16Array.from(bits) }) as const;
    const graph = graphOf({
      inputs: [valueInfo("x", ["batch", 2], "float16")],
      outputs: [valueInfo("y", [], "float16")],
      nodes: [node("Add", ["x", "w"], ["y"])],
      parameters: [parameter("w", half([0x3c00, 0x4000], [2]))],
    });
    const executable = await engine.compile(graph);
    const feed = half([0x3c00, 0x3800], [1, 2]);
    expect((await executable.run({ x: feed })).y).toEqual(half([0x4000, 0x4100], [1, 2]));
    await executable.setParameters(new Map([["w", Float32Array.of(-1, 0.5)]]));
    expect((await executable.run({ x: feed })).y).toEqual(half([0x0000, 0x3c00], [1, 2]));
    await executable.dispose();
  });

  test("cannot be run any more once it is disposed of", async () => {
    const executable = await engine.compile(relu);
    await executable.dispose();
    await expect(executable.run({ x: floats([2, 3]) })).rejects.toThrow("disposed");
  });
});
