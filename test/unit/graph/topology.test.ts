import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Attribute, Graph, GraphNode } from "../../../server/graph/graph";
import { serialise } from "../../../server/graph/onnxBytes";
import { inOrder, namesNeeded, usesOf, withoutDeadNodes } from "../../../server/graph/topology";
import { fieldsOf, Message } from "../../../server/graph/wire";
import { ProblemError } from "../../../server/protocol/problem";

const x = valueInfo("x", ["batch", 2]);
const graph = (nodes: readonly GraphNode[], output = "y"): Graph =>
  graphOf({ inputs: [x], outputs: [valueInfo(output, ["batch", 2])], nodes });

/** A `then_branch` attribute whose graph computes Relu of a value from outside. */
function branch(outside: string): Attribute {
  const inside = graphOf({
    inputs: [],
    outputs: [valueInfo("inner", [2])],
    nodes: [node("Relu", [outside], ["inner"])],
  });
  const attribute = new Message();
  attribute.text(1, "then_branch");
  for (const field of fieldsOf(serialise(inside).bytes)) if (field.number === 7) attribute.bytes(6, field.bytes());
  attribute.integer(20, 5);
  return { type: "raw", bytes: attribute.finish() };
}

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError && error.problem.reason === "file-corrupt") return error.problem.message;
    throw error;
  }
  throw new Error("no problem was found");
}

describe("inOrder", () => {
  test("keeps an order that is right, as the same graph", () => {
    const right = graph([node("Relu", ["x"], ["a"]), node("Tanh", ["x"], ["b"]), node("Add", ["a", "b"], ["y"])]);
    expect(inOrder(right)).toBe(right);
  });

  test("sorts nodes that stand before what they need, and moves no others", () => {
    const sorted = inOrder(
      graph([node("Add", ["a", "b"], ["y"]), node("Tanh", ["x"], ["b"]), node("Relu", ["x"], ["a"])]),
    );
    expect(sorted.nodes.map(({ op }) => op)).toEqual(["Tanh", "Relu", "Add"]);
  });

  test("counts what a subgraph takes from outside as needed", () => {
    const condition = { ...node("If", ["x"], ["y"]), attributes: { then_branch: branch("a") } };
    expect(namesNeeded(condition)).toEqual(expect.arrayContaining(["x", "a"]));
    const sorted = inOrder(graph([condition, node("Relu", ["x"], ["a"])]));
    expect(sorted.nodes.map(({ op }) => op)).toEqual(["Relu", "If"]);
    expect(usesOf(sorted.nodes).get("a")).toMatchObject([{ position: -1 }]);
  });

  test("names what is wrong", () => {
    const unknown = graph([node("Add", ["x", "nowhere"], ["y"])]);
    expect(problemOf(() => inOrder(unknown, "m.onnx"))).toMatch(/^m\.onnx uses the value nowhere in Add .*never/);
    const twice = graph([node("Relu", ["x"], ["y"]), node("Tanh", ["x"], ["y"])]);
    expect(problemOf(() => inOrder(twice))).toContain("defines the value y twice");
    const input = graph([node("Relu", ["x"], ["x"])], "x");
    expect(problemOf(() => inOrder(input))).toContain("defines the value x twice");
    const output = graph([node("Relu", ["x"], ["z"])]);
    expect(problemOf(() => inOrder(output))).toContain("output y");
    const cycle = graph([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["a"], ["y"])]);
    expect(problemOf(() => inOrder(cycle))).toContain("cycle");
    const itself = graph([node("Add", ["x", "y"], ["y"])]);
    expect(problemOf(() => inOrder(itself))).toContain("cycle");
  });

  test("sorts a long chain given backwards quickly", () => {
    const length = 20_000;
    const nodes = Array.from({ length }, (_, i) => node("Relu", [i === 0 ? "x" : `v${i - 1}`], [`v${i}`])).reverse();
    const sorted = inOrder(graph(nodes, `v${length - 1}`));
    expect(sorted.nodes[0]!.inputs).toEqual(["x"]);
    expect(sorted.nodes[length - 1]!.outputs).toEqual([`v${length - 1}`]);
  });
});

describe("withoutDeadNodes", () => {
  test("drops what no output needs, and the tensors that only it used", () => {
    const whole = graphOf({
      inputs: [x],
      outputs: [valueInfo("y", ["batch", 2])],
      nodes: [node("Add", ["x", "b"], ["y"]), node("Mul", ["y", "s"], ["unused"]), node("Add", ["y", "c"], ["also"])],
      constants: { c: floatTensor([1], [1]) },
      parameters: [parameter("b", floatTensor([2], [1, 2]), "bias"), parameter("s", floatTensor([2], [1, 2]), "scale")],
    });
    const alive = withoutDeadNodes(whole);
    expect(alive.nodes.map(({ op }) => op)).toEqual(["Add"]);
    expect(alive.parameters.map(({ name }) => name)).toEqual(["b"]);
    expect([...alive.constants.keys()]).toEqual([]);
    expect(alive.inputs).toEqual(whole.inputs);
  });

  test("keeps what only a subgraph uses", () => {
    const condition = { ...node("If", ["x"], ["y"]), attributes: { then_branch: branch("a") } };
    const alive = withoutDeadNodes(graph([node("Relu", ["x"], ["a"]), node("Tanh", ["x"], ["b"]), condition]));
    expect(alive.nodes.map(({ op }) => op)).toEqual(["Relu", "If"]);
  });
});
