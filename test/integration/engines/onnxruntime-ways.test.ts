import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Executable } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { selfTest } from "../../../server/engines/selfTest";
import { openModel } from "../../../server/formats/open";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import { inPlane } from "../../../server/graph/plane";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";
import { Plane } from "../../../server/landscape/plane";
import { originValues } from "../../../server/landscape/values";
import { testExecutables } from "../../support/engineContract";
import { floats } from "../../support/operatorCase";

/** An engine that holds parameters as feeds, whatever it is asked for. */
async function createFed(): Promise<Engine> {
  const engine = await createOnnxRuntimeEngine();
  return Object.assign(Object.create(engine) as Engine, { compile: (graph: Graph) => engine.compile(graph, "fed") });
}

describe("weights as inputs", () => {
  testExecutables(createFed);

  test("pass the self-test", async () => {
    const engine = await createFed();
    expect(await selfTest(engine)).toBeLessThan(1e-5);
    await engine.dispose();
  });

  test("of half and double precision are rounded and widened as baked ones are", async () => {
    const engine = await createOnnxRuntimeEngine();
    for (const [dtype, data] of [
      ["float16", new Uint16Array(2)],
      ["float64", new Float64Array(2)],
    ] as const) {
      const graph = graphOf({
        inputs: [valueInfo("x", [2], dtype)],
        outputs: [valueInfo("y", [2], dtype)],
        nodes: [node("Add", ["x", "w"], ["y"])],
        parameters: [parameter("w", { dtype, shape: [2], data })],
      });
      const x: Tensor = { dtype, shape: [2], data: data.slice() };
      const values = new Map([["w", Float32Array.of(1 / 3, -70000)]]);
      const [baked, fed] = await Promise.all([engine.compile(graph, "baked"), engine.compile(graph, "fed")]);
      await baked.setParameters(values);
      await fed.setParameters(values);
      expect((await fed.run({ x }))["y"]).toEqual((await baked.run({ x }))["y"]);
    }
    await engine.dispose();
  });

  test("of integers cannot be fed", async () => {
    const engine = await createOnnxRuntimeEngine();
    const graph = graphOf({
      inputs: [valueInfo("x", [1], "int32")],
      outputs: [valueInfo("y", [1], "int32")],
      nodes: [node("Add", ["x", "w"], ["y"])],
      parameters: [parameter("w", { dtype: "int32", shape: [1], data: Int32Array.of(1) })],
    });
    await expect(engine.compile(graph, "fed")).rejects.toThrow("holds no real numbers");
    await engine.dispose();
  });
});

/** Real networks of every kind, and the extents of their inputs that the files leave open. */
const networks: readonly (readonly [file: string, shape: readonly number[]])[] = [
  ["pytorch-resnet8/model.onnx", [3, 1, 28, 28]],
  ["onnx/cnn-preserve.onnx", [2, 2, 4, 4]],
  ["onnx/cnn-dynamo.onnx", [2, 2, 4, 4]],
  ["keras-models/residual.keras", []],
  ["keras-models/normalisations.keras", []],
];

const extents = ({ inputs }: Graph): number[] =>
  inputs[0]!.shape.map((extent) => (typeof extent === "number" ? extent : 2));

describe("the same weights give the same outputs", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createOnnxRuntimeEngine();
  });
  afterAll(() => engine.dispose());

  test.each(networks)("%s: baked, fed and computed in the graph", async (file, shape) => {
    const graph = toInference((await openModel(path.resolve("test", "fixtures", file))).graph);
    const input = graph.inputs[0]!.name;
    const output = graph.outputs[0]!.name;
    const x = floats(shape.length > 0 ? shape : extents(graph), -1, 1, 7);
    const origin = originValues(graph.parameters);
    const direction = (seed: number): ReadonlyMap<string, Float32Array> =>
      new Map(
        graph.parameters
          .filter(({ role, tensor }) => role !== "mean" && role !== "variance" && tensor.shape.length > 0)
          .map(({ name, tensor }, k) => [
            name,
            Float32Array.from(floats(tensor.shape, -0.1, 0.1, seed + k).data as Float32Array),
          ]),
      );
    const directions = [direction(100), direction(200)] as const;
    const plane = new Plane(origin, directions);
    const within = inPlane(graph, origin, directions)!;
    const [baked, fed, computed] = (await Promise.all([
      engine.compile(graph, "baked"),
      engine.compile(graph, "fed"),
      engine.compile(within.graph, "baked"),
    ])) as [Executable, Executable, Executable];
    const coordinate = (value: number): Tensor => ({ dtype: "float64", shape: [1], data: Float64Array.of(value) });
    for (const [alpha, beta] of [
      [0, 0],
      [1, 0],
      [-0.3, 0.7],
    ] as const) {
      const values = plane.at(alpha, beta);
      await baked.setParameters(values);
      await fed.setParameters(values);
      const feeds = { [input]: x, [within.alpha]: coordinate(alpha), [within.beta]: coordinate(beta) };
      const expected = (await baked.run({ [input]: x }))[output]!;
      const fromInputs = (await fed.run({ [input]: x }))[output]!;
      const fromPlane = (await computed.run(feeds))[output]!;
      // The weights themselves are the same to the last bit, and so is all that follows in the same session options.
      expect(fromPlane).toEqual(fromInputs);
      const numbers = Array.from(expected.data as Float32Array);
      const scale = Math.max(...numbers.map(Math.abs));
      expect(sizeOf(fromInputs.shape)).toBe(numbers.length);
      numbers.forEach((value, k) => {
        expect(Math.abs(Number(fromInputs.data[k]) - value)).toBeLessThanOrEqual(2e-6 * scale);
      });
    }
  });

  test("a tensor of the wrong length is refused before any is replaced", async () => {
    const graph = graphOf({
      inputs: [valueInfo("x", [2])],
      outputs: [valueInfo("y", [2])],
      nodes: [node("Add", ["x", "v"], ["s"]), node("Mul", ["s", "w"], ["y"])],
      parameters: [parameter("v", floatTensor([2], [1, 2])), parameter("w", floatTensor([2], [3, 4]))],
    });
    const executable = await engine.compile(graph, "fed");
    const wrong = new Map([
      ["v", Float32Array.of(7, 7)],
      ["w", Float32Array.of(1)],
    ]);
    await expect(executable.setParameters(wrong)).rejects.toThrow("do not fill");
    expect(Array.from((await executable.run({ x: floatTensor([2], [0, 0]) }))["y"]!.data, Number)).toEqual([3, 8]);
  });
});
