import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, int, intTensor, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph, GraphNode } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import { stripFinalActivation } from "../../../server/graph/logits";
import { describeInput } from "../../../server/graph/signature";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";
import { evaluateReference } from "../../support/reference";

const vector = (name: string, values: readonly number[]) => parameter(name, floatTensor([2], values), "scale");
const normal = [vector("s", [1, 2]), vector("b", [0, 1]), vector("m", [0.5, -1]), vector("v", [1, 4])];
const x = valueInfo("x", ["batch", 2]);
const y = valueInfo("y", ["batch", 2]);
const samples: Record<string, Tensor> = { x: floatTensor([2, 2], [1, -2, 0.5, 3]) };

describe("toInference", () => {
  test("batch normalisation uses running statistics and hands out none", () => {
    const training: Graph = graphOf({
      inputs: [x],
      outputs: [y, valueInfo("mean", [2])],
      nodes: [
        node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "mean", "var"], { training_mode: int(1) }),
        node("Neg", ["var"], ["unused"]),
      ],
      parameters: normal,
    });
    const inference = toInference(training);
    expect(inference.outputs).toEqual([y]);
    expect(inference.nodes).toHaveLength(1);
    expect(inference.nodes[0]!.outputs).toEqual(["y"]);
    expect(inference.nodes[0]!.attributes["training_mode"]).toEqual(int(0));
    const statistics = [
      [1, 0, 0.5, 1],
      [2, 1, -1, 4],
    ];
    const result = evaluateReference(inference, samples)["y"]!;
    [1, -2, 0.5, 3].forEach((value, i) => {
      const [scale, shift, mean, variance] = statistics[i % 2]!;
      expect(Number(result.data[i])).toBeCloseTo((scale! * (value - mean!)) / Math.sqrt(variance! + 1e-5) + shift!, 9);
    });
  });

  test("statistics that are used come from the running ones", () => {
    const training = graphOf({
      inputs: [x],
      outputs: [valueInfo("z", ["batch", 2])],
      nodes: [
        node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "mean", "var"], { training_mode: int(1) }),
        node("Sub", ["y", "mean"], ["d"]),
        node("Div", ["d", "var"], ["z"]),
      ],
      parameters: normal,
    });
    const nodes = toInference(training).nodes;
    expect(nodes[1]!.inputs).toEqual(["y", "m"]);
    expect(nodes[2]!.inputs).toEqual(["d", "v"]);
  });

  test.each([
    [6, { is_test: int(1) }, 1],
    [9, {}, 1],
    [13, {}, 1],
    [20, { training_mode: int(0) }, 1],
  ])("operator set %i", (opset, attributes, outputs) => {
    const old = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [
        node(
          "BatchNormalization",
          ["x", "s", "b", "m", "v"],
          ["y", "a", "b2"],
          opset === 20 ? { training_mode: int(1) } : {},
        ),
      ],
      parameters: normal,
      opset,
    });
    const result = toInference(old).nodes[0]!;
    expect(result.attributes).toEqual(attributes);
    expect(result.outputs).toHaveLength(outputs);
  });

  test("dropout passes its input on; with its mask in use it stays, in inference mode", () => {
    const constants = {
      ratio: floatTensor([], [0.5]),
      on: { dtype: "bool", shape: [], data: Uint8Array.of(1) },
    } as const;
    const plain = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [node("Dropout", ["x", "ratio", "on"], ["y", "mask"])],
      constants,
    });
    const inference = toInference(plain);
    expect(inference.nodes).toMatchObject([{ op: "Identity", inputs: ["x"], outputs: ["y"] }]);
    expect(inference.constants.size).toBe(0);
    const masked = toInference({ ...plain, outputs: [y, valueInfo("mask", ["batch", 2], "bool")] });
    expect(masked.nodes).toMatchObject([{ op: "Dropout", inputs: ["x"], outputs: ["y", "mask"] }]);
  });

  test("leaves a graph in inference form as it is", () => {
    const done = graphOf({
      inputs: [x],
      outputs: [y],
      nodes: [node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], { training_mode: int(0) })],
      parameters: normal,
    });
    expect(toInference(done)).toBe(done);
  });
});

describe("stripFinalActivation", () => {
  const ending = (nodes: readonly GraphNode[], opset = 20, shape: readonly (number | string)[] = ["batch", 2]): Graph =>
    graphOf({
      inputs: [x],
      outputs: [valueInfo("y", shape)],
      nodes: [node("Tanh", ["x"], ["logits"]), ...nodes],
      constants: { shape: intTensor([2], [-1, 2]) },
      opset,
    });

  test.each([
    ["the last axis by default", ending([node("Softmax", ["logits"], ["y"])])],
    ["axis 1 of two", ending([node("Softmax", ["logits"], ["y"], { axis: int(1) })])],
    ["axis -1", ending([node("LogSoftmax", ["logits"], ["y"], { axis: int(-1) })])],
    [
      "axis 1 of four, the rest of which are 1",
      ending([node("Softmax", ["logits"], ["y"], { axis: int(1) })], 20, ["n", 2, 1, 1]),
    ],
    ["axis 1 of an old operator set", ending([node("Softmax", ["logits"], ["y"])], 11)],
  ])("%s", (_, graph) => {
    const { graph: stripped, stripped: what } = stripFinalActivation(graph);
    expect(what).toBe(graph.nodes[1]!.op);
    expect(stripped.outputs).toEqual([{ ...graph.outputs[0]!, name: "logits" }]);
    expect(stripped.nodes.map(({ op }) => op)).toEqual(["Tanh"]);
    const logits = evaluateReference(stripped, samples)["logits"]!;
    expect(Array.from(logits.data, Number)).toEqual([1, -2, 0.5, 3].map(Math.tanh));
  });

  test("behind Identity and Reshape, which stay", () => {
    const { graph, stripped } = stripFinalActivation(
      ending([
        node("Softmax", ["logits"], ["p"]),
        node("Reshape", ["p", "shape"], ["r"]),
        node("Identity", ["r"], ["y"]),
      ]),
    );
    expect(stripped).toBe("Softmax");
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Tanh", "Reshape", "Identity"]);
    expect(graph.outputs[0]!.name).toBe("y");
    expect(Array.from(evaluateReference(graph, samples)["y"]!.data, Number)).toEqual([1, -2, 0.5, 3].map(Math.tanh));
  });

  test("leaves alone what is no final activation over the classes", () => {
    const none = ending([node("Relu", ["logits"], ["y"])]);
    expect(stripFinalActivation(none)).toEqual({ graph: none });
    const inner = ending([node("Softmax", ["logits"], ["p"]), node("Relu", ["p"], ["y"])]);
    expect(stripFinalActivation(inner)).toEqual({ graph: inner });
    const pixels = ending([node("Softmax", ["logits"], ["y"], { axis: int(1) })], 20, ["batch", 2, 3, 3]);
    expect(stripFinalActivation(pixels)).toEqual({ graph: pixels });
    const single = ending([node("Softmax", ["logits"], ["y"])], 20, ["batch", 2, 1, 1]);
    expect(stripFinalActivation(single)).toEqual({ graph: single });
    const foreign = ending([node("Softmax", ["logits"], ["y"], {}, "my.domain")]);
    expect(stripFinalActivation(foreign)).toEqual({ graph: foreign });
    const softmax = ending([node("Softmax", ["logits"], ["y"])]);
    const two = { ...softmax, outputs: [...softmax.outputs, valueInfo("logits", ["batch", 2])] };
    expect(stripFinalActivation(two)).toEqual({ graph: two });
  });
});

describe("describeInput", () => {
  const model = (inputs: Graph["inputs"], outputs: Graph["outputs"]): Graph => graphOf({ inputs, outputs, nodes: [] });

  test("shape without the batch, and the number of classes", () => {
    const images = valueInfo("images", ["batch", 3, "height", null]);
    expect(describeInput(model([images], [valueInfo("y", ["batch", 10])]))).toEqual({
      name: "images",
      dtype: "float32",
      shape: [3, null, null],
      batch: null,
      classes: 10,
    });
    const fixed = describeInput(model([valueInfo("ids", [8, 16], "int64")], [valueInfo("y", [])]));
    expect(fixed).toEqual({ name: "ids", dtype: "int64", shape: [16], batch: 8, classes: null });
  });

  test.each([
    ["no input", [], /no input/],
    ["several inputs", [valueInfo("ids", ["n", 4]), valueInfo("mask", ["n", 4])], /ids, mask/],
    ["no batch axis", [valueInfo("x", [])], /x .*no batch axis/],
  ])("%s", (_, inputs, message) => {
    const act = (): unknown => describeInput(model(inputs, [y]));
    expect(act).toThrow(ProblemError);
    expect(act).toThrow(message);
  });
});
