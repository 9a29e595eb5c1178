import { describe, expect, test } from "vitest";
import {
  floatTensor,
  graphOf,
  int,
  intTensor,
  ints,
  node,
  parameter,
  string,
  strings,
  tensor,
  valueInfo,
} from "../../../../server/graph/build";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import type { Attribute, Graph, GraphNode } from "../../../../server/graph/graph";
import { ProblemError, type Problem } from "../../../../server/protocol/problem";
import { evaluateReference } from "../../../support/reference";

const ones = (...shape: number[]) =>
  floatTensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1),
  );

/** A graph of the input x and some parameters, whose outputs are named. */
function network(
  nodes: readonly GraphNode[],
  outputs: readonly string[],
  parameters: Record<string, number[]> = {},
): Graph {
  return graphOf({
    inputs: [valueInfo("x", ["batch", 4])],
    outputs: outputs.map((name) => valueInfo(name, [])),
    nodes,
    parameters: Object.entries(parameters).map(([name, shape]) => parameter(name, ones(...shape))),
  });
}

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("names", () => {
  test("of values that are still there are kept, of inputs and outputs always", () => {
    const graph = network(
      [
        node("Gemm", ["x", "w", "b"], ["hidden"]),
        node("Identity", ["hidden"], ["same"]),
        node("Softplus", ["same"], ["y"]),
      ],
      ["y"],
      { w: [4, 3], b: [3] },
    );
    const canonical = canonicalise(graph, { x: [2, 4] });
    const outputs = canonical.graph.nodes.flatMap((each) => each.outputs);
    expect(outputs.filter((name) => !name.includes("/"))).toEqual(["hidden", "y"]);
    expect(canonical.graph.nodes.find(({ op }) => op === "Greater")!.inputs[0]).toBe("hidden");
    expect(canonical.graph.inputs).toEqual([valueInfo("x", [2, 4])]);
    expect(canonical.graph.outputs).toEqual([valueInfo("y", [2, 3])]);
  });

  test("never clash with those of the source", () => {
    const graph = network(
      [node("Neg", ["x"], ["y/Mul"]), node("Tanh", ["y/Mul"], ["y/indices"]), node("Gelu", ["y/indices"], ["y"])],
      ["y", "y/Mul"],
    );
    const { nodes } = canonicalise(graph, { x: [2, 4] }).graph;
    const names = nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
    expect(nodes.find(({ outputs }) => outputs.includes("y/Mul"))!.op).toBe("Neg");
  });

  test("an output that is another value's copy is computed all the same", () => {
    const graph = network(
      [
        node("Identity", ["x"], ["a"]),
        node("Relu", ["x"], ["b"]),
        node("Identity", ["b"], ["c"]),
        node("Shape", ["x"], ["d"]),
      ],
      ["a", "b", "c", "d"],
    );
    const canonical = canonicalise(graph, { x: [1, 4] });
    const feeds = { x: floatTensor([1, 4], [-1, 2, -3, 4]) };
    const found = evaluateReference(canonical.graph, feeds);
    expect(found).toEqual(evaluateReference(graph, feeds));
    expect(canonicalise(canonical.graph, {})).toEqual(canonical);
  });
});

describe("what is not needed", () => {
  test("goes, but for inputs and parameters", () => {
    const graph = network([node("Neg", ["x"], ["unused"]), node("Relu", ["x"], ["y"])], ["y"], { w: [3] });
    const canonical = canonicalise(graph, { x: [2, 4] });
    expect(canonical.graph.nodes.map(({ op }) => op)).toEqual(["Relu"]);
    expect(canonical.graph.parameters.map(({ name }) => name)).toEqual(["w"]);
    expect([...canonical.types.keys()].sort()).toEqual(["w", "x", "y"]);
  });

  test("is not refused either", () => {
    const graph = network([node("TopK", ["x", "k"], ["top", "at"]), node("Relu", ["x"], ["y"])], ["y"]);
    expect(
      canonicalise({ ...graph, constants: new Map([["k", intTensor([1], [2])]]) }, { x: [2, 4] }).graph.nodes,
    ).toHaveLength(1);
  });
});

describe("poolings", () => {
  const image = { x: [1, 1, 5, 5] };
  const pool = (op: string, attributes: Readonly<Record<string, Attribute>>): GraphNode => {
    const graph = graphOf({
      inputs: [valueInfo("x", ["n", 1, 5, 5])],
      outputs: [valueInfo("y", [])],
      nodes: [node(op, ["x"], ["y"], { kernel_shape: ints(2, 2), ...attributes })],
    });
    return canonicalise(graph, image).graph.nodes.find((each) => each.op === op)!;
  };

  test("of maxima have indices, all attributes, and ceil_mode as padding", () => {
    expect(pool("MaxPool", { strides: ints(2, 2), ceil_mode: int(1) })).toEqual(
      node("MaxPool", ["x"], ["y", "y/indices"], {
        kernel_shape: ints(2, 2),
        strides: ints(2, 2),
        dilations: ints(1, 1),
        pads: ints(0, 0, 1, 1),
        ceil_mode: int(0),
        storage_order: int(0),
      }),
    );
  });

  test("of means say whether padding counts; SAME_LOWER puts the odd padding first", () => {
    expect(pool("AveragePool", { auto_pad: string("SAME_LOWER") }).attributes).toEqual({
      kernel_shape: ints(2, 2),
      strides: ints(1, 1),
      dilations: ints(1, 1),
      pads: ints(1, 1, 0, 0),
      ceil_mode: int(0),
      count_include_pad: int(0),
    });
  });
});

test("convolutions have all attributes", () => {
  const graph = graphOf({
    inputs: [valueInfo("x", ["n", 2, 6, 7])],
    outputs: [valueInfo("y", [])],
    nodes: [node("Conv", ["x", "w"], ["y"], { auto_pad: string("SAME_UPPER"), strides: ints(2, 2) })],
    parameters: [parameter("w", ones(3, 2, 3, 3))],
  });
  const canonical = canonicalise(graph, { x: [8, 2, 6, 7] });
  expect(canonical.graph.nodes[0]!.attributes).toEqual({
    kernel_shape: ints(3, 3),
    strides: ints(2, 2),
    dilations: ints(1, 1),
    pads: ints(0, 1, 1, 1),
    group: int(1),
  });
  expect(canonical.types.get("y")!.shape).toEqual([8, 3, 3, 4]);
});

test("batch normalisation stays unfolded: scale and shift reach the output through the graph", () => {
  const channels = [4];
  const graph = network([node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])], ["y"], {
    s: channels,
    b: channels,
    m: channels,
    v: channels,
  });
  const { nodes } = canonicalise(graph, { x: [2, 4] }).graph;
  expect(nodes.map(({ op }) => op)).toEqual(["Add", "Sqrt", "Div", "Mul", "Sub", "Mul", "Add"]);
});

test("a dropout's mask lets everything through", () => {
  const graph = network([node("Dropout", ["x"], ["y", "mask"])], ["y", "mask"]);
  const outputs = evaluateReference(canonicalise(graph, { x: [1, 4] }).graph, { x: floatTensor([1, 4], [1, 2, 3, 4]) });
  expect(Array.from(outputs.y!.data as Float64Array)).toEqual([1, 2, 3, 4]);
  expect(outputs.mask).toEqual({ dtype: "bool", shape: [1, 4], data: Uint8Array.of(1, 1, 1, 1) });
});

describe("refusals", () => {
  test("name every operator once, those behind others too", () => {
    const nodes = [
      node("Loop", ["x"], ["a"]),
      node("Loop", ["a"], ["b"]),
      node("Attention", ["b"], ["c"], {}, "com.microsoft"),
      node("Relu", ["c"], ["d"]),
      node("Atan", ["d"], ["y"]),
    ];
    const problem = problemOf(() => canonicalise(network(nodes, ["y"]), { x: [2, 4] }));
    expect(problem.reason).toBe("operator-unsupported");
    expect(problem.facts).toEqual(["Loop", "com.microsoft.Attention", "Atan"]);
  });

  test("of an operator of another domain do not depend on its name", () => {
    const graph = network([node("Relu", ["x"], ["y"], {}, "custom")], ["y"]);
    expect(problemOf(() => canonicalise(graph, { x: [2, 4] })).facts).toEqual(["custom.Relu"]);
  });

  test("say which form of an operator it is", () => {
    const reshape = network([node("NonZero", ["x"], ["y"])], ["y"]);
    expect(problemOf(() => canonicalise(reshape, { x: [2, 4] })).message).toContain(
      "NonZero whose input 0 depends on data or weights",
    );
    const layer = network(
      [
        node("Unsqueeze", ["x", "axes"], ["s"]),
        node("LSTM", ["s", "w", "r"], ["", "y"], { activations: strings("ScaledTanh", "Tanh", "Tanh") }),
      ],
      ["y"],
      {
        w: [1, 8, 4],
        r: [1, 8, 2],
      },
    );
    const problem = problemOf(() =>
      canonicalise({ ...layer, constants: new Map([["axes", intTensor([1], [0])]]) }, { x: [2, 4] }),
    );
    expect(problem.message).toContain("LSTM with the activation ScaledTanh");
    expect(problem.facts).toEqual(["LSTM"]);
  });
});

test("scattering to the same place twice is refused, unless the updates are added", () => {
  const scatter = (attributes: Readonly<Record<string, Attribute>>): Graph => ({
    ...network([node("ScatterElements", ["x", "at", "u"], ["y"], { axis: int(1), ...attributes })], ["y"], {
      u: [1, 2],
    }),
    constants: new Map([["at", intTensor([1, 2], [1, -3])]]),
  });
  const shapes = { x: [1, 4] };
  expect(problemOf(() => canonicalise(scatter({}), shapes)).message).toContain(
    "ScatterElements to the same place twice",
  );
  const { graph } = canonicalise(scatter({ reduction: string("add") }), shapes);
  expect(Array.from(evaluateReference(graph, { x: ones(1, 4) }).y!.data as Float64Array)).toEqual([1, 3, 1, 1]);
});

describe("graphs that are not complete", () => {
  const graph = network([node("MatMul", ["x", "w"], ["y"])], ["y"], { w: [5, 3] });

  test("an input without a shape is named", () => {
    expect(() => canonicalise(graph, {})).toThrow("the graph input x is not fully known");
  });

  test("operands that do not fit are told at their node", () => {
    expect(() => canonicalise(graph, { x: [2, 4] })).toThrow("MatMul (MatMul:y)");
  });
});

test("constants of every kind become tensors", () => {
  const kinds: Readonly<Record<string, Attribute>> = {
    value: tensor(intTensor([2], [1, 2])),
    value_int: int(3),
    value_ints: ints(4, 5),
    value_float: { type: "float", value: 0.5 },
    value_floats: { type: "floats", value: [0.25, 2] },
  };
  const nodes = Object.entries(kinds).map(([name, value]) => node("Constant", [], [name], { [name]: value }));
  const outputs = evaluateReference(canonicalise(network(nodes, Object.keys(kinds)), { x: [1, 4] }).graph, {
    x: ones(1, 4),
  });
  expect(Object.values(outputs).map(({ data }) => Array.from(data as ArrayLike<number | bigint>, Number))).toEqual([
    [1, 2],
    [3],
    [4, 5],
    [0.5],
    [0.25, 2],
  ]);
});
