import { describe, expect, test } from "vitest";
import { canonicalise, type Canonical } from "../../../../server/graph/canonical/canonical";
import { isCanonical } from "../../../../server/graph/canonical/types";
import { internalDomain } from "../../../../server/graph/differentiate/internal";
import type { Graph } from "../../../../server/graph/graph";
import type { Tensor } from "../../../../server/graph/tensor";
import { ProblemError } from "../../../../server/protocol/problem";
import { relativeError } from "../../../support/compare";
import { feedsInFloat64, inFloat64 } from "../../../support/float64";
import { operatorCases } from "../../../support/operatorCases";
import { evaluateReference } from "../../../support/reference";

/** Cases of operators without a canonical form, and the operator that is named. Nothing else may be refused. */
const refused: Readonly<Record<string, string>> = {
  "Acos: plain": "Acos",
  "ArgMax: last axis": "ArgMax",
  "ArgMax: the first of equals": "ArgMax",
  "ArgMax: without the axis": "ArgMax",
  "ArgMin: last axis": "ArgMin",
  "ArgMin: the first of equals": "ArgMin",
  "ArgMin: without the axis": "ArgMin",
  "Asin: plain": "Asin",
  "Atan: plain": "Atan",
  "Mod: fmod": "Mod",
  "NonZero: of a matrix": "NonZero",
  "ScatterElements: max": "ScatterElements",
  "ScatterElements: mul": "ScatterElements",
  "ScatterND: max": "ScatterND",
  "ScatterND: mul": "ScatterND",
  "TopK: largest": "TopK",
  "TopK: smallest, first axis": "TopK",
};

type Feeds = Readonly<Record<string, Tensor>>;

const shapesOf = (feeds: Feeds): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));

/** Outputs and all values that nodes compute. */
function evaluateAll({ graph }: Canonical, feeds: Feeds): Record<string, Tensor> {
  const names = new Set([...graph.outputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const outputs = [...names].map((name) => ({ name, dtype: "float64" as const, shape: [] }));
  return evaluateReference({ ...graph, outputs }, feeds);
}

/** The operators that are named when a graph is refused; undefined when it is not. */
function refusalOf(graph: Graph, feeds: Feeds): readonly string[] | undefined {
  try {
    canonicalise(graph, shapesOf(feeds));
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.problem.reason).toBe("operator-unsupported");
    return error.problem.facts;
  }
}

const cases = operatorCases
  .filter(({ graph }) => graph.nodes.every(({ domain }) => domain !== internalDomain))
  .map(({ name, graph, feeds }) => ({ name, graph: inFloat64(graph), feeds: feedsInFloat64(feeds) }));

test("these cases and no others are refused, by the operator's name", () => {
  const found = cases.flatMap(({ name, graph, feeds }) => {
    const operators = refusalOf(graph, feeds);
    return operators ? [[name, operators.join()]] : [];
  });
  expect(Object.fromEntries(found)).toEqual(refused);
});

const accepted = cases.filter(({ name }) => !Object.hasOwn(refused, name));

describe("in float64", () => {
  test.each(accepted)("$name: the same outputs to 1e-12", ({ graph, feeds }) => {
    const canonical = canonicalise(graph, shapesOf(feeds));
    const [found, expected] = [evaluateReference(canonical.graph, feeds), evaluateReference(graph, feeds)];
    for (const { name } of graph.outputs) {
      expect(relativeError(found[name]!, expected[name]!)).toBeLessThanOrEqual(1e-12);
      expect(found[name]!.dtype).toBe(expected[name]!.dtype);
    }
  });

  test.each(accepted)("$name: every value has the type that is noted, none of single precision", ({ graph, feeds }) => {
    const canonical = canonicalise(graph, shapesOf(feeds));
    const values = evaluateAll(canonical, feeds);
    for (const [name, { dtype, shape }] of Object.entries(values)) {
      expect({ name, ...canonical.types.get(name) }).toEqual({ name, dtype, shape });
    }
    expect(canonical.graph.outputs).toEqual(
      graph.outputs.map(({ name }) => ({ name, ...(canonical.types.get(name) as object) })),
    );
  });

  test.each(accepted)("$name: only canonical operators, and its own canonical form", ({ graph, feeds }) => {
    const canonical = canonicalise(graph, shapesOf(feeds));
    expect(canonical.graph.nodes.filter(({ op, domain }) => domain !== "" || !isCanonical(op))).toEqual([]);
    expect(canonical.graph.opsets).toEqual({ "": 20 });
    expect(canonicalise(canonical.graph, shapesOf(feeds))).toEqual(canonical);
  });
});

test("in float32 constants are rounded to the graph's own type, and outputs agree to 1e-6", () => {
  for (const { name, graph, feeds } of operatorCases) {
    if (Object.hasOwn(refused, name) || graph.nodes.some(({ domain }) => domain === internalDomain)) continue;
    const canonical = canonicalise(graph, shapesOf(feeds));
    const [found, expected] = [evaluateReference(canonical.graph, feeds), evaluateReference(graph, feeds)];
    for (const output of graph.outputs) {
      expect(canonical.types.get(output.name)!.dtype).toBe(output.dtype);
      expect(relativeError(found[output.name]!, expected[output.name]!), name).toBeLessThan(1e-6);
    }
  }
});
