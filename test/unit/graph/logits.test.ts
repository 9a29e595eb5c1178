import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, int, intTensor, node, valueInfo } from "../../../server/graph/build";
import type { Graph, GraphNode } from "../../../server/graph/graph";
import { stripFinalActivation } from "../../../server/graph/logits";
import { evaluateReference } from "../../support/reference";

const values = [1, -2, 0.5, 3];

/** Tanh, then these nodes. */
function ending(nodes: readonly GraphNode[], shape: readonly (number | string)[] = ["batch", 2]): Graph {
  return graphOf({
    inputs: [valueInfo("x", ["batch", 2])],
    outputs: [valueInfo("y", shape)],
    nodes: [node("Tanh", ["x"], ["logits"]), ...nodes],
    constants: { shape: intTensor([2], [-1, 2]) },
  });
}

function outputOf(graph: Graph): readonly number[] {
  const [output] = Object.values(evaluateReference(graph, { x: floatTensor([2, 2], values) }));
  return Array.from(output!.data, Number);
}

describe("a final sigmoid", () => {
  test.each([
    ["alone", [node("Sigmoid", ["logits"], ["y"])]],
    ["before Identity", [node("Sigmoid", ["logits"], ["p"]), node("Identity", ["p"], ["y"])]],
    ["before Reshape", [node("Sigmoid", ["logits"], ["p"]), node("Reshape", ["p", "shape"], ["y"])]],
  ])("is taken off for losses that contain it: %s", (_, nodes) => {
    const graph = ending(nodes);
    const { graph: stripped, stripped: what } = stripFinalActivation(graph, "sigmoid");
    expect(what).toBe("Sigmoid");
    expect(stripped.nodes.map(({ op }) => op)).not.toContain("Sigmoid");
    expect(outputOf(stripped)).toEqual(values.map(Math.tanh));
    expect(outputOf(graph)[0]).toBeCloseTo(1 / (1 + Math.exp(-Math.tanh(1))), 12);
  });

  test("stays for losses that contain a softmax, and a softmax for those that contain a sigmoid", () => {
    const sigmoid = ending([node("Sigmoid", ["logits"], ["y"])]);
    expect(stripFinalActivation(sigmoid, "softmax")).toEqual({ graph: sigmoid });
    expect(stripFinalActivation(sigmoid)).toEqual({ graph: sigmoid });
    for (const op of ["Softmax", "LogSoftmax"]) {
      const softmax = ending([node(op, ["logits"], ["y"])]);
      expect(stripFinalActivation(softmax, "sigmoid")).toEqual({ graph: softmax });
    }
  });

  test("stays where it is not the last thing that is computed", () => {
    const scaled = ending([node("Sigmoid", ["logits"], ["p"]), node("Neg", ["p"], ["y"])]);
    expect(stripFinalActivation(scaled, "sigmoid")).toEqual({ graph: scaled });
    const foreign = ending([node("Sigmoid", ["logits"], ["y"], {}, "my.domain")]);
    expect(stripFinalActivation(foreign, "sigmoid")).toEqual({ graph: foreign });
  });
});

describe("a softmax over a named axis before Identity", () => {
  const behind = (axis: number, shape: readonly (number | string)[]): Graph =>
    ending([node("Softmax", ["logits"], ["p"], { axis: int(axis) }), node("Identity", ["p"], ["y"])], shape);

  test("is taken off when the axis is the classes'", () => {
    const { graph, stripped } = stripFinalActivation(behind(1, ["batch", 2]));
    expect(stripped).toBe("Softmax");
    expect(outputOf(graph)).toEqual(values.map(Math.tanh));
  });

  test("stays when it is another", () => {
    const graph = behind(1, ["batch", 2, 3]);
    expect(stripFinalActivation(graph)).toEqual({ graph });
  });

  test("stays when Reshape hides which axis it was", () => {
    const graph = ending([
      node("Softmax", ["logits"], ["p"], { axis: int(1) }),
      node("Reshape", ["p", "shape"], ["r"]),
      node("Identity", ["r"], ["y"]),
    ]);
    expect(stripFinalActivation(graph)).toEqual({ graph });
  });
});
