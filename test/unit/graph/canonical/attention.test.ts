import { expect, test } from "vitest";
import { graphOf, int, intTensor, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { Derivatives, distance, dot, moved, random, slope } from "../../../support/derivatives";

/** Σ c ∘ sin attention(q, k, v) with two heads of queries for each head of keys, none of which looks ahead. */
function causal(): Derivatives {
  const graph = graphOf({
    inputs: [],
    outputs: [valueInfo("loss", [], "float64")],
    nodes: [
      node("Attention", ["q", "k", "v"], ["y"], { is_causal: int(1) }),
      node("Sin", ["y"], ["sine"]),
      node("Mul", ["sine", "c"], ["terms"]),
      node("ReduceSum", ["terms", "axes"], ["loss"], { keepdims: int(0) }),
    ],
    constants: { c: random([1, 4, 3, 2], 7), axes: intTensor([4], [0, 1, 2, 3]) },
    parameters: [
      parameter("q", random([1, 4, 3, 2], 1)),
      parameter("k", random([1, 2, 3, 2], 2)),
      parameter("v", random([1, 2, 3, 2], 3)),
    ],
    opset: 23,
  });
  return new Derivatives(canonicalise(graph, {}));
}

test("gradient and H·v of masked attention agree with differences, −∞ and all", () => {
  const derivatives = causal();
  const { origin } = derivatives;
  const [u, v] = [4, 5].map((seed) => random([origin.length], seed).data as Float64Array) as [
    Float64Array,
    Float64Array,
  ];
  const step = 2 ** -10;
  const rise = slope((t) => [derivatives.lossAt(moved(origin, t, v))], step);
  expect(distance([dot(derivatives.gradientAt(), v)], rise)).toBeLessThan(1e-8);
  const product = derivatives.productsAt();
  const change = slope((t) => derivatives.gradientAt(moved(origin, t, v)), step);
  expect(distance(product(v), change)).toBeLessThan(1e-8);
  expect(distance([dot(u, product(v))], [dot(v, product(u))])).toBeLessThan(1e-12);
});
