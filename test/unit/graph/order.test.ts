import { expect, test } from "vitest";
import type { Graph, GraphNode, Parameter } from "../../../server/graph/graph";
import { inUseOrder } from "../../../server/graph/order";

const node = (op: string, inputs: readonly string[], output: string): GraphNode => ({
  op,
  domain: "",
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

const parameter = (name: string): Parameter => ({
  name,
  value: `value of ${name}`,
  role: "kernel",
  filterAxes: [0],
  tensor: { dtype: "float32", shape: [1, 1], data: new Float32Array(1) },
});

test("parameters come in the order in which the network uses them, through what only changes their form", () => {
  const nodes = [
    node("Transpose", ["value of last"], "last turned"),
    node("Conv", ["x", "value of first", "value of bias"], "a"),
    node("Cast", ["last turned"], "last cast"),
    node("Relu", ["a"], "b"),
    node("MatMul", ["b", "value of second"], "c"),
    node("MatMul", ["c", "last cast"], "d"),
  ];
  const parameters = ["unused", "last", "second", "first", "bias"].map(parameter);
  const graph = { nodes, parameters } as unknown as Graph;
  expect(inUseOrder(graph).map(({ name }) => name)).toEqual(["first", "bias", "second", "last", "unused"]);
});
