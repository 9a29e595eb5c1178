import { describe, expect, test } from "vitest";
import { lowerForOnnxRuntime } from "../../../server/engines/onnxruntime/lowering/lower";
import { graphOf, int, ints, node, valueInfo } from "../../../server/graph/build";
import { internalDomain } from "../../../server/graph/differentiate/internal";
import type { Graph } from "../../../server/graph/graph";
import { relativeError } from "../../support/compare";
import { gradientCases } from "../../support/operators/gradients";
import { evaluateReference } from "../../support/reference";

/** Operators of a graph, with how often each is there. */
function counts(graph: Graph): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { op } of graph.nodes) found[op] = (found[op] ?? 0) + 1;
  return found;
}

interface Shape {
  readonly channels?: number;
  readonly filters?: number;
  readonly extent?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly group?: number;
}

/** The gradient of a square convolution, lowered. */
function lowered(op: string, shape: Shape): Record<string, number> {
  const { channels = 16, filters = 16, extent = 8, kernel = 3, stride = 1, pad = 1, group = 1 } = shape;
  const count = Math.floor((extent + 2 * pad - kernel) / stride) + 1;
  const x = [2, channels, extent, extent];
  const w = [filters, channels / group, kernel, kernel];
  const y = [2, filters, count, count];
  const byInput = op === "ConvInputGrad";
  const attributes = {
    kernel_shape: ints(kernel, kernel),
    strides: ints(stride, stride),
    dilations: ints(1, 1),
    pads: ints(pad, pad, pad, pad),
    group: int(group),
    ...(byInput ? { shape: ints(...x), filter_shape: ints(...w) } : { shape: ints(...w), input_shape: ints(...x) }),
  };
  const graph = graphOf({
    inputs: [valueInfo("a", byInput ? y : x), valueInfo("b", byInput ? w : y)],
    outputs: [valueInfo("o", byInput ? x : w)],
    nodes: [node(op, ["a", "b"], ["o"], attributes, internalDomain)],
    domains: { [internalDomain]: 1 },
  });
  return counts(lowerForOnnxRuntime(graph));
}

describe("lowering internal operators for ONNX Runtime", () => {
  test("leaves a graph without any untouched", () => {
    const graph = graphOf({
      inputs: [valueInfo("x", [1])],
      outputs: [valueInfo("y", [1])],
      nodes: [node("Relu", ["x"], ["y"])],
    });
    expect(lowerForOnnxRuntime(graph)).toBe(graph);
  });

  test("makes the same numbers of stock operators, in float64", () => {
    const internal = gradientCases.filter(({ graph }) => graph.nodes[0]!.domain === internalDomain);
    expect(internal.length).toBeGreaterThan(100);
    for (const { name, graph, feeds } of internal) {
      const stock = lowerForOnnxRuntime(graph);
      expect(stock.nodes.every(({ domain }) => domain === "")).toBe(true);
      // The reference has no MaxUnpool; engines are tested with it.
      if (stock.nodes.some(({ op }) => op === "MaxUnpool")) continue;
      const [expected, actual] = [evaluateReference(graph, feeds), evaluateReference(stock, feeds)];
      expect(relativeError(actual.o0!, expected.o0!), name).toBeLessThan(1e-7);
    }
  });

  test("keeps names of inputs and outputs, and drops the domain", () => {
    const { graph } = gradientCases.find(({ name }) => name === "ConvFilterGrad: 3×3, same size")!;
    const stock = lowerForOnnxRuntime({ ...graph, opsets: { ...graph.opsets, [internalDomain]: 1 } });
    expect(stock.opsets).toEqual(graph.opsets);
    expect([stock.inputs, stock.outputs]).toEqual([graph.inputs, graph.outputs]);
    expect(stock.nodes.at(-1)!.outputs).toEqual(["o0"]);
    const names = stock.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
  });

  test("gradients of inputs are convolutions at stride 1 and transposed ones beyond", () => {
    expect(lowered("ConvInputGrad", {})).toMatchObject({ Conv: 1 });
    expect(lowered("ConvInputGrad", { group: 16 })).toMatchObject({ Conv: 1 });
    expect(lowered("ConvInputGrad", { stride: 2 })).toEqual({ ConvTranspose: 1 });
    expect(lowered("ConvInputGrad", { kernel: 1, pad: 1 })).toEqual({ ConvTranspose: 1 });
    expect(lowered("ConvInputGrad", { kernel: 1, pad: 0 })).toEqual({ Transpose: 1, Conv: 1 });
  });

  test("gradients of filters take kh + kw shifted copies where they can, and kh · kw otherwise", () => {
    expect(lowered("ConvFilterGrad", {})).toMatchObject({ Gather: 2, Pad: 2, MatMul: 1 });
    expect(lowered("ConvFilterGrad", { extent: 16 })).toMatchObject({ Gather: 1, Pad: 3, Concat: 1, ReduceSum: 1 });
    expect(lowered("ConvFilterGrad", { channels: 3 })).toMatchObject({ Gather: 1, Pad: 1, MatMul: 1 });
    expect(lowered("ConvFilterGrad", { stride: 2 })).toMatchObject({ Gather: 1, Pad: 1, MatMul: 1 });
    expect(Object.keys(lowered("ConvFilterGrad", { kernel: 1, pad: 0 })).sort()).toEqual([
      "MatMul",
      "Reshape",
      "Transpose",
    ]);
    expect(lowered("ConvFilterGrad", { kernel: 7, pad: 3, stride: 2 })).toMatchObject({ Conv: 1 });
  });

  test("an internal operator that is not known is an error", () => {
    const graph = graphOf({
      inputs: [valueInfo("x", [1])],
      outputs: [valueInfo("y", [1])],
      nodes: [node("Other", ["x"], ["y"], {}, internalDomain)],
    });
    expect(() => lowerForOnnxRuntime(graph)).toThrow("Other");
  });
});
