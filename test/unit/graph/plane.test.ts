import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { inPlane } from "../../../server/graph/plane";
import type { Tensor } from "../../../server/graph/tensor";
import { originValues } from "../../../server/landscape/values";
import { evaluateReference } from "../../support/reference";

const graph: Graph = graphOf({
  inputs: [valueInfo("x", ["batch", 2])],
  outputs: [valueInfo("y", ["batch", 2])],
  nodes: [node("MatMul", ["x", "w"], ["p"]), node("Mul", ["p", "s"], ["q"]), node("Add", ["q", "b"], ["y"])],
  parameters: [
    parameter("w", floatTensor([2, 2], [1, 2, 3, 4])),
    parameter("s", floatTensor([2], [0.5, 2]), "scale"),
    parameter("b", floatTensor([2], [10, 20]), "bias"),
  ],
});
const x = floatTensor([1, 2], [1, -1]);
const origin = originValues(graph.parameters);
const first = new Map([["w", Float32Array.of(1, 0, 0, 1)]]);
const second = new Map([
  ["w", Float32Array.of(0, 1, 0, 0)],
  ["s", Float32Array.of(2, 2)],
  ["b", Float32Array.of(0, 0)],
]);

const coordinate = (value: number): Tensor => ({ dtype: "float64", shape: [1], data: Float64Array.of(value) });

describe("a graph in a plane", () => {
  test("has the weights θ + α·δ + β·η", () => {
    const plane = inPlane(graph, origin, [first, second])!;
    const at = (alpha: number, beta: number): number[] => {
      const feeds = { x, [plane.alpha]: coordinate(alpha), [plane.beta]: coordinate(beta) };
      return Array.from(evaluateReference(plane.graph, feeds)["y"]!.data, Number);
    };
    expect(at(0, 0)).toEqual([(1 - 3) * 0.5 + 10, (2 - 4) * 2 + 20]);
    // w = [[1 + α, 2 + β], [3, 4 + α]], s = [0.5 + 2β, 2 + 2β]
    expect(at(2, -1)).toEqual([(3 - 3) * -1.5 + 10, (1 - 6) * 0 + 20]);
    expect(at(0.5, 0.25)).toEqual([(1.5 - 3) * 1 + 10, (2.25 - 4.5) * 2.5 + 20]);
  });

  test("keeps what no direction moves as a parameter, and moves nothing along a direction that is absent or zero", () => {
    const plane = inPlane(graph, origin, [first, second])!;
    expect(plane.graph.parameters.map(({ name }) => name)).toEqual(["b"]);
    const steps = plane.graph.nodes.filter(({ op, inputs }) => op === "Mul" && inputs[0] === plane.alpha);
    expect(steps).toHaveLength(1);
    expect(plane.graph.nodes.filter(({ op, inputs }) => op === "Mul" && inputs[0] === plane.beta)).toHaveLength(2);
    expect(plane.graph.nodes.slice(-3)).toEqual(graph.nodes);
  });

  test("gives its values names that the graph does not have", () => {
    const taken = graphOf({
      inputs: [valueInfo("x", ["batch", 2]), valueInfo("plane:alpha", [1])],
      outputs: graph.outputs,
      nodes: graph.nodes,
      parameters: graph.parameters,
    });
    const plane = inPlane(taken, origin, [first, second])!;
    const names = plane.graph.inputs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(plane.alpha).not.toBe("plane:alpha");
  });

  test("is impossible where a moved parameter is not in single precision, is a scalar, or nothing is moved", () => {
    expect(inPlane(graph, origin, [new Map(), new Map([["b", Float32Array.of(0, 0)]])])).toBeUndefined();
    const withKernel = (tensor: Tensor): Graph => ({
      ...graph,
      parameters: graph.parameters.map((each) => (each.name === "w" ? { ...each, tensor } : each)),
    });
    const doubles: Tensor = { dtype: "float64", shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
    expect(inPlane(withKernel(doubles), origin, [first, second])).toBeUndefined();
    expect(inPlane(withKernel(floatTensor([], [1])), origin, [first, second])).toBeUndefined();
    expect(inPlane(withKernel(doubles), origin, [new Map(), new Map([["s", Float32Array.of(1, 1)]])])).toBeDefined();
  });
});
