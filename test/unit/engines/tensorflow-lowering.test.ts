import { describe, expect, test } from "vitest";
import { lower } from "../../../server/engines/tensorflow/lowering";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { GraphNode } from "../../../server/graph/graph";

const channel = (name: string) => parameter(name, floatTensor([2], [1, 1]));

/** A graph on x and the parameters that the nodes below use. */
function graph(nodes: readonly GraphNode[], outputs: readonly string[]) {
  return graphOf({
    inputs: [valueInfo("x", ["batch", 1, 4, 4])],
    outputs: outputs.map((name) => valueInfo(name, [])),
    nodes,
    parameters: [parameter("w", floatTensor([2, 1, 1, 1], [1, 2])), ...["s", "b", "m", "v"].map(channel)],
  });
}

const conv = node("Conv", ["x", "w"], ["c"]);
const norm = node("BatchNormalization", ["c", "s", "b", "m", "v"], ["n"]);
const relu = node("Relu", ["n"], ["y"]);

describe("lowering", () => {
  test("batch normalisation is folded into the convolution before it", () => {
    const { running } = lower(graph([conv, norm, relu], ["y"]));
    expect(running).toHaveLength(2);
    expect(running[0]).toMatchObject({
      node: conv,
      inputs: ["x", "w", "", "s", "b", "m", "v"],
      outputs: ["n"],
      batchNorm: norm,
    });
    expect(running[1]!.node).toBe(relu);
  });

  test("nothing is folded that something else uses, or that is an output", () => {
    const other = node("Neg", ["c"], ["z"]);
    const all = ["Conv", "BatchNormalization", "Relu"];
    const operators = (nodes: readonly GraphNode[], outputs: readonly string[]) =>
      lower(graph(nodes, outputs)).running.map(({ node: { op } }) => op);
    expect(operators([conv, norm, relu, other], ["y", "z"])).toEqual([...all, "Neg"]);
    expect(operators([conv, norm, relu], ["c", "y"])).toEqual(all);
  });

  test("statistics that depend on the input are not folded", () => {
    const nodes = [
      node("ReduceMean", ["x"], ["dynamic"]),
      conv,
      node("BatchNormalization", ["c", "s", "b", "dynamic", "v"], ["n"]),
    ];
    expect(lower(graph(nodes, ["n"])).running.map(({ node: { op } }) => op)).toEqual([
      "ReduceMean",
      "Conv",
      "BatchNormalization",
    ]);
  });

  test("what follows from parameters alone is prepared, not run", () => {
    const nodes = [node("Neg", ["w"], ["u"]), node("Exp", ["u"], ["e"]), node("Conv", ["x", "e"], ["y"])];
    const { preparing, running, uses } = lower(graph(nodes, ["y"]));
    expect(preparing.map(({ node: { op } }) => op)).toEqual(["Neg", "Exp"]);
    expect(running.map(({ node: { op } }) => op)).toEqual(["Conv"]);
    expect(Object.fromEntries(uses)).toEqual({ x: 1, e: 1, y: 1 });
  });

  test("a cycle is refused", () => {
    const nodes = [node("Add", ["x", "b2"], ["a2"]), node("Neg", ["a2"], ["b2"])];
    expect(() => lower(graph(nodes, ["b2"]))).toThrow("cycle");
  });
});
