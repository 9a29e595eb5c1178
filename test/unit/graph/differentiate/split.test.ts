import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphOf, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { cheapestToKeep, type Choice } from "../../../../server/graph/differentiate/cut";
import { splitBy } from "../../../../server/graph/differentiate/split";
import { random } from "../../../support/derivatives";
import { evaluateReference } from "../../../support/reference";

/** Whether all needed values can be made when these are kept. */
function suffices({ parts, given, needed }: Choice, keep: readonly boolean[]): boolean {
  const atHand: boolean[] = [];
  parts.forEach((own, k) => atHand.push(keep[k]! || (!given[k] && own.every((part) => atHand[part]!))));
  return needed.every((isNeeded, k) => !isNeeded || atHand[k]!);
}

const costOf = ({ costs }: Choice, keep: readonly boolean[]): number =>
  costs.reduce((sum, cost, k) => sum + (keep[k] ? cost : 0), 0);

const choices = fc.integer({ min: 1, max: 9 }).chain((count) =>
  fc.record({
    costs: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count }),
    parts: fc.tuple(
      ...Array.from({ length: count }, (_, k) =>
        k === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(k - 1), { maxLength: 3 }),
      ),
    ),
    given: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    needed: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
  }),
);

describe("the cheapest values to keep", () => {
  test("suffice, and no other choice is cheaper", () => {
    fc.assert(
      fc.property(choices, (choice) => {
        const keep = cheapestToKeep(choice);
        expect(suffices(choice, keep)).toBe(true);
        const count = choice.costs.length;
        for (let bits = 0; bits < 2 ** count; bits++) {
          const other = choice.costs.map((_, k) => ((bits >> k) & 1) === 1);
          if (suffices(choice, other)) expect(costOf(choice, keep)).toBeLessThanOrEqual(costOf(choice, other));
        }
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  test("of equally cheap ones, those nearest to what is needed", () => {
    const chain = {
      costs: [4, 4, 4],
      parts: [[], [0], [1]],
      given: [true, false, false],
      needed: [false, false, true],
    };
    expect(cheapestToKeep(chain)).toEqual([false, false, true]);
  });
});

describe("two stages", () => {
  const model = canonicalise(
    graphOf({
      inputs: [valueInfo("x", [2, 3], "float64"), valueInfo("v", [3], "float64")],
      outputs: [valueInfo("y", [2, 3], "float64")],
      nodes: [
        node("Mul", ["x", "p"], ["scaled"]),
        node("Exp", ["scaled"], ["grown"]),
        node("Relu", ["grown"], ["kept"]),
        node("Neg", ["kept"], ["negated"]),
        node("Mul", ["negated", "v"], ["first"]),
        node("Add", ["first", "kept"], ["second"]),
        node("Add", ["second", "scaled"], ["y"]),
      ],
      parameters: [parameter("p", random([3], 1))],
    }),
    { x: [2, 3], v: [3] },
  );
  const { first, second, cached } = splitBy(model, ["v"]);

  test("keep what is dear and make again what is cheap", () => {
    expect(cached).toEqual(["kept"]);
    expect(first.outputs.map(({ name, shape }) => [name, shape])).toEqual([["kept", [2, 3]]]);
    expect(first.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(second.inputs.map(({ name }) => name)).toEqual(["x", "v", "kept"]);
    expect(second.nodes.map(({ op }) => op)).toEqual(["Neg", "Mul", "Add", "Mul", "Add"]);
  });

  test("together compute what the graph does", () => {
    const feeds = { x: random([2, 3], 2), v: random([3], 3) };
    const whole = evaluateReference(model.graph, feeds);
    const staged = evaluateReference(second, { ...feeds, ...evaluateReference(first, { x: feeds.x }) });
    expect(staged).toEqual(whole);
  });
});
