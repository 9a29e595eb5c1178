import { describe, expect, test } from "vitest";
import { graphOf, int, intTensor, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise, type Canonical } from "../../../../server/graph/canonical/canonical";
import { gradientOf } from "../../../../server/graph/differentiate/gradient";
import { hessianProduct } from "../../../../server/graph/differentiate/hessian";
import type { GraphNode } from "../../../../server/graph/graph";
import { ProblemError } from "../../../../server/protocol/problem";
import { Derivatives, random } from "../../../support/derivatives";
import { scalarOf } from "../../../support/differentiable";

/** Σ over a [2, 3] value. */
const total = (value: string, axes = "axes"): GraphNode =>
  node("ReduceSum", [value, axes], ["loss"], { keepdims: int(0) });

function lossOf(nodes: readonly GraphNode[], parameters: readonly string[]): Canonical {
  const graph = graphOf({
    inputs: [valueInfo("x", [2, 3], "float64")],
    outputs: [valueInfo("loss", [], "float64")],
    nodes,
    constants: { axes: intTensor([2], [0, 1]) },
    parameters: parameters.map((name, k) => parameter(name, random([2, 3], k + 1))),
  });
  return canonicalise(graph, { x: [2, 3] });
}

const feeds = { x: random([2, 3], 9) };
const operators = ({ graph }: Canonical): string[] => graph.nodes.map(({ op }) => op);

describe("the gradient graph", () => {
  const loss = lossOf(
    [
      node("Mul", ["p", "x"], ["a"]),
      node("Mul", ["a", "q"], ["b"]),
      node("Tanh", ["x"], ["unused by p"]),
      node("Add", ["b", "unused by p"], ["c"]),
      total("c"),
    ],
    ["p", "q", "r"],
  );

  test("has the loss and the gradients asked for as outputs, in order", () => {
    const { graph } = gradientOf(loss, ["q", "p"]);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["loss", []],
      ["gradient/q", [2, 3]],
      ["gradient/p", [2, 3]],
    ]);
    expect(graph.inputs).toEqual(loss.graph.inputs);
    expect(graph.parameters.map(({ name }) => name)).toEqual(["p", "q", "r"]);
  });

  test("differentiates only what lies between the parameters and the loss", () => {
    const { graph } = gradientOf(loss, ["q"]);
    // ∂/∂q Σ p·x·q is the value a itself, which only takes a new name.
    expect(graph.nodes.length).toBe(loss.graph.nodes.length);
    expect(graph.nodes[0]).toMatchObject({ op: "Mul", inputs: ["p", "x"], outputs: ["gradient/q"] });
  });

  test("is zero for a parameter that the loss does not depend on", () => {
    const derivatives = new Derivatives(loss, feeds, ["r", "p"]);
    expect([...derivatives.gradientAt().subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(
      derivatives
        .gradientAt()
        .subarray(6)
        .every((value) => value !== 0),
    ).toBe(true);
    const product = derivatives.product(random([12], 4).data as Float64Array);
    expect([...product].map((value) => value + 0)).toEqual(new Array(12).fill(0));
  });

  test("gives equal gradients names of their own", () => {
    const sum = lossOf([node("Add", ["p", "q"], ["a"]), node("Sin", ["a"], ["b"]), total("b")], ["p", "q"]);
    const derivatives = new Derivatives(sum, feeds);
    const gradient = derivatives.gradientAt();
    expect([...gradient.subarray(0, 6)]).toEqual([...gradient.subarray(6)]);
    const product = derivatives.product(random([12], 4).data as Float64Array);
    expect([...product.subarray(0, 6)]).toEqual([...product.subarray(6)]);
  });

  test("adds up what comes back over several ways", () => {
    const square = lossOf([node("Mul", ["p", "p"], ["a"]), node("Add", ["a", "p"], ["b"]), total("b")], ["p"]);
    const derivatives = new Derivatives(square, feeds);
    derivatives.gradientAt().forEach((value, k) => expect(value).toBeCloseTo(2 * derivatives.origin[k]! + 1, 15));
    expect([...derivatives.product(Float64Array.of(1, 2, 3, 4, 5, 6))]).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test("computes a value that two rules need once", () => {
    const nodes = [
      node("Erf", ["p"], ["a"]),
      node("Mul", ["a", "x"], ["b"]),
      node("Erf", ["p"], ["c"]),
      node("Mul", ["b", "c"], ["d"]),
      total("d"),
    ];
    const bells = operators(gradientOf(lossOf(nodes, ["p"]), ["p"])).filter((op) => op === "Exp");
    expect(bells.length).toBe(1);
  });

  test("asks for a scalar loss", () => {
    const vector = canonicalise(
      graphOf({
        inputs: [],
        outputs: [valueInfo("y", [2], "float64")],
        nodes: [node("Neg", ["p"], ["y"])],
        parameters: [parameter("p", random([2], 1))],
      }),
      {},
    );
    expect(() => gradientOf(vector, ["p"])).toThrow("scalar");
  });

  test("refuses a parameter that there is not", () => {
    expect(() => gradientOf(loss, ["s"])).toThrow("no parameter s");
  });
});

describe("an operator without a rule", () => {
  const strange = (input: string): Canonical => {
    const base = lossOf(
      [node("Mul", ["p", "x"], ["a"]), node("Neg", [input], ["b"]), node("Add", ["a", "b"], ["c"]), total("c")],
      ["p"],
    );
    const nodes = base.graph.nodes.map((each) => (each.op === "Neg" ? { ...each, op: "Strange" } : each));
    return { ...base, graph: { ...base.graph, nodes } };
  };

  test("is named where the loss depends on parameters through it", () => {
    const attempt = (): Canonical => gradientOf(strange("a"), ["p"]);
    expect(attempt).toThrow(ProblemError);
    expect(attempt).toThrow("Strange");
  });

  test("does not matter elsewhere", () => {
    expect(operators(gradientOf(strange("x"), ["p"]))).toContain("Strange");
  });
});

describe("the Hessian product", () => {
  test("asks for vectors and gives products, by the parameters' names", () => {
    const loss = lossOf([node("Mul", ["p", "q"], ["a"]), node("Sin", ["a"], ["b"]), total("b")], ["p", "q"]);
    const { primal, product, cached } = hessianProduct(loss, ["q", "p"]);
    expect(product.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["product/q", [2, 3]],
      ["product/p", [2, 3]],
    ]);
    expect(product.inputs.map(({ name }) => name)).toEqual(["vector/q", "vector/p", ...cached]);
    expect(primal.outputs.map(({ name }) => name)).toEqual(cached);
    expect(primal.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("caches nothing where parameters and inputs are enough", () => {
    const square = lossOf([node("Mul", ["p", "x"], ["a"]), node("Mul", ["a", "a"], ["b"]), total("b")], ["p"]);
    const { cached, product } = hessianProduct(square, ["p"]);
    expect(cached).toEqual([]);
    expect(product.inputs.map(({ name }) => name)).toEqual(["x", "vector/p"]);
  });

  test("is 0 for a loss that is linear in the parameters", () => {
    const linear = lossOf([node("Mul", ["p", "x"], ["a"]), total("a")], ["p"]);
    const derivatives = new Derivatives(linear, feeds);
    expect([...derivatives.product(Float64Array.of(1, 2, 3, 4, 5, 6))]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("takes the parameters that are not asked for as constants", () => {
    const application = {
      parameters: { p: random([3], 1), q: random([3], 2) },
      nodes: [node("Mul", ["p", "q"], ["y"])],
    };
    const both = new Derivatives(scalarOf(application));
    const one = new Derivatives(scalarOf(application), {}, ["p"]);
    const v = random([3], 5).data as Float64Array;
    const padded = new Float64Array(6);
    padded.set(v);
    expect([...one.product(v)]).toEqual([...both.product(padded).subarray(0, 3)]);
  });
});
