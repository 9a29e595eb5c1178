import { describe, expect, test } from "vitest";
import { floatTensor, graphOf, int, ints, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise, type Canonical } from "../../../../server/graph/canonical/canonical";
import { foldScales } from "../../../../server/graph/differentiate/foldScales";
import { GraphBuilder } from "../../../../server/graph/differentiate/builder";
import { gradientsIn } from "../../../../server/graph/differentiate/gradient";
import type { GraphNode } from "../../../../server/graph/graph";
import { floats } from "../../../support/operatorCase";
import { relativeError } from "../../../support/compare";
import { evaluateReference } from "../../../support/reference";

const x = floats([2, 4, 5, 5], -1, 1, 1);
const kernel = ints(3, 3);

const parameters = [
  parameter("w", floats([6, 2, 3, 3], -1, 1, 2)),
  parameter("b", floats([6], -1, 1, 3), "bias"),
  parameter("scale", floats([6], 0.5, 2, 4), "scale"),
  parameter("shift", floats([6], -1, 1, 5), "shift"),
  parameter("mean", floats([6], -1, 1, 6), "mean"),
  parameter("variance", floats([6], 0.5, 2, 7), "variance"),
  parameter("one", floatTensor([1], [1.5])),
  parameter("map", floats([6, 3, 3], -1, 1, 8)),
];

function modelOf(nodes: readonly GraphNode[]): Canonical {
  const graph = graphOf({ inputs: [valueInfo("x", x.shape)], outputs: [valueInfo("y", [])], nodes, parameters });
  return canonicalise(graph, { x: x.shape });
}

const convolution = (...inputs: string[]): GraphNode =>
  node("Conv", inputs, ["c"], { kernel_shape: kernel, group: int(2) });
const normalisation = node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["y"]);

function operators({ graph }: Canonical): readonly string[] {
  return graph.nodes.filter(({ outputs }) => graph.outputs.some(({ name }) => name === outputs[0])).map(({ op }) => op);
}

/** Σ y² and its gradients, by the reference in float64. */
function derivatives(model: Canonical): ReturnType<typeof evaluateReference> {
  const build = new GraphBuilder(model);
  const y = model.graph.outputs[0]!.name;
  const { shape } = build.typeOf(y);
  const loss = build.reduceSum(
    build.mul(y, y),
    shape.map((_, axis) => axis),
    false,
  );
  const names = parameters.map(({ name }) => name);
  const outputs = gradientsIn(build, loss, names).map((value, k) => ({ name: `gradient/${names[k]!}`, value }));
  return evaluateReference(build.finish([{ name: "loss", value: loss }, ...outputs]).graph, { x });
}

function expectSame(model: Canonical): void {
  const [own, folded] = [derivatives(model), derivatives(foldScales(model))];
  expect(Object.keys(folded)).toEqual(Object.keys(own));
  for (const [name, tensor] of Object.entries(own)) {
    expect(relativeError(folded[name]!, tensor), name).toBeLessThan(1e-12);
  }
}

describe("foldScales", () => {
  test.each<[string, readonly GraphNode[]]>([
    ["batch normalisation", [convolution("x", "w"), normalisation]],
    ["batch normalisation after a bias", [convolution("x", "w", "b"), normalisation]],
    ["one number for all channels", [convolution("x", "w", "b"), node("Mul", ["one", "c"], ["y"])]],
    ["one number added to all channels", [convolution("x", "w"), node("Add", ["c", "one"], ["y"])]],
  ])("makes %s part of the convolution, with the same derivatives of every parameter", (_, nodes) => {
    const model = modelOf(nodes);
    expect(operators(model)).not.toEqual(["Conv"]);
    expect(operators(foldScales(model))).toEqual(["Conv"]);
    expectSame(model);
  });

  test.each<[string, readonly GraphNode[]]>([
    ["is used elsewhere", [convolution("x", "w"), node("Relu", ["c"], ["r"]), node("Add", ["c", "r"], ["y"])]],
    ["is scaled position by position", [convolution("x", "w"), node("Mul", ["c", "map"], ["y"])]],
    [
      "is scaled by what depends on the samples",
      [
        convolution("x", "w"),
        node("GlobalMaxPool", ["x"], ["g"]),
        node("ReduceMax", ["g"], ["most"], { keepdims: int(1) }),
        node("Mul", ["c", "most"], ["y"]),
      ],
    ],
  ])("leaves a convolution alone that %s", (_, nodes) => {
    const model = modelOf(nodes);
    const folded = foldScales(model);
    expect(folded.graph.nodes.map(({ op }) => op).sort()).toEqual(model.graph.nodes.map(({ op }) => op).sort());
    expectSame(model);
  });
});
