import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { ProblemError } from "../../../../server/protocol/problem";
import { relativeError } from "../../../support/compare";
import { feedsInFloat64, inFloat64 } from "../../../support/float64";
import { caseOf, type Application } from "../../../support/generated/application";
import { gradientGenerators } from "../../../support/generated/gradients";
import { generators } from "../../../support/generated/table";
import { evaluateReference } from "../../../support/reference";

/** `AGREEMENT_RUNS` asks for more when hunting. */
const runs = Number(process.env.AGREEMENT_RUNS ?? 8);
const seed = Number(process.env.AGREEMENT_SEED ?? 30);

const standard = Object.entries(generators).filter(([op]) => !(op in gradientGenerators));

/** The canonical form computes the same; an application that has none is refused by its operator's name. */
function check(application: Application): void {
  const entry = caseOf(application);
  const [graph, feeds] = [inFloat64(entry.graph), feedsInFloat64(entry.feeds)];
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  let canonical;
  try {
    canonical = canonicalise(graph, shapes);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.problem.facts).toEqual([application.op]);
    return;
  }
  const [found, expected] = [evaluateReference(canonical.graph, feeds), evaluateReference(graph, feeds)];
  for (const { name } of graph.outputs) {
    expect(relativeError(found[name]!, expected[name]!, 1)).toBeLessThanOrEqual(1e-12);
    expect(found[name]!.dtype).toBe(expected[name]!.dtype);
  }
}

describe("the canonical form of generated applications means the same, in float64", () => {
  test.each(standard)("%s", (_, arbitrary) => {
    const found = fc.check(fc.property(arbitrary, check), { seed, numRuns: runs });
    if (!found.failed) return;
    throw new Error(`${caseOf(found.counterexample![0]).name}\n${String(found.errorInstance)}`);
  });
});
