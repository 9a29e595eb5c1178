import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { GraphParts } from "../../../server/graph/build";
import type { Attribute } from "../../../server/graph/graph";
import { structureOf } from "../../../server/graph/structure";
import type { Tensor } from "../../../server/graph/tensor";

const scalar = (value: number): Tensor => floatTensor([], [value]);

/** A layer, a clipped activation and a layer; names may have a prefix. */
function network(
  options: {
    readonly prefix?: string;
    readonly fill?: number;
    readonly limit?: number;
    readonly batch?: number | string;
    readonly width?: number;
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly large?: number;
  } = {},
): string {
  const { prefix = "", fill = 1, limit = 6, batch = "N", width = 3, attributes = {}, large = 0 } = options;
  const name = (text: string): string => prefix + text;
  const weights = (rows: number, columns: number): Tensor =>
    floatTensor(
      [rows, columns],
      Array.from({ length: rows * columns }, () => fill),
    );
  const parts: GraphParts = {
    inputs: [valueInfo(name("x"), [batch, 4])],
    outputs: [valueInfo(name("y"), [batch, 2])],
    nodes: [
      node("Gemm", [name("x"), name("w1")], [name("h")], attributes),
      node("Clip", [name("h"), "", name("limit")], [name("r")]),
      node("Add", [name("r"), name("mask")], [name("m")]),
      node("Gemm", [name("m"), name("w2")], [name("y")]),
    ],
    constants: {
      [name("limit")]: scalar(limit),
      [name("mask")]: floatTensor(
        [20],
        Array.from({ length: 20 }, () => large),
      ),
    },
    parameters: [parameter(name("w1"), weights(4, width)), parameter(name("w2"), weights(width, 2))],
  };
  return structureOf(graphOf(parts));
}

describe("the structure of a graph", () => {
  test("is the same for other weights, names, extents of the batch and numbers of large constants", () => {
    expect(network({ fill: 2 })).toBe(network());
    expect(network({ prefix: "module." })).toBe(network());
    expect(network({ batch: 1 })).toBe(network());
    expect(network({ large: 5 })).toBe(network());
    const attributes = { transB: { type: "int", value: 1 }, alpha: { type: "float", value: 2 } } as const;
    const reversed = Object.fromEntries(Object.entries(attributes).reverse());
    expect(network({ attributes: reversed })).toBe(network({ attributes }));
  });

  test("is another one for other shapes, attributes and limits of an activation", () => {
    const own = network();
    expect(network({ width: 5 })).not.toBe(own);
    expect(network({ limit: 20 })).not.toBe(own);
    expect(network({ attributes: { alpha: { type: "float", value: 2 } } })).not.toBe(own);
    expect(network({ attributes: { alpha: { type: "float", value: NaN } } })).not.toBe(
      network({ attributes: { alpha: { type: "float", value: Infinity } } }),
    );
  });

  test("is another one for other operators and another wiring of the same ones", () => {
    const wired = (nodes: GraphParts["nodes"]): string =>
      structureOf(
        graphOf({
          inputs: [valueInfo("x", ["N", 4])],
          outputs: [valueInfo("y", ["N", 4])],
          nodes,
          parameters: [parameter("w", floatTensor([4], [1, 2, 3, 4]), "bias")],
        }),
      );
    const plain = wired([node("Relu", ["x"], ["a"]), node("Add", ["a", "w"], ["y"])]);
    expect(wired([node("Tanh", ["x"], ["a"]), node("Add", ["a", "w"], ["y"])])).not.toBe(plain);
    expect(wired([node("Relu", ["x"], ["a"]), node("Add", ["x", "w"], ["y"])])).not.toBe(plain);
  });
});
