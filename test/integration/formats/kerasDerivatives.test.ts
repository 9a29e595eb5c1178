import { afterAll, describe, expect, test } from "vitest";
import { openModel } from "../../../server/formats/open";
import { canonicalise } from "../../../server/graph/canonical/canonical";
import { isCanonical } from "../../../server/graph/canonical/types";
import { lossInputs, withLoss } from "../../../server/graph/differentiate/loss";
import type { Graph } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import { relativeError } from "../../support/compare";
import { Derivatives, distance, dot, moved, random, real, slope } from "../../support/derivatives";
import { feedsInFloat64, inFloat64 } from "../../support/float64";
import { kerasCases, ModelFolder, type KerasCase } from "../../support/kerasCases";
import { evaluateReference } from "../../support/reference";

const cases = new Map(kerasCases().map((each) => [each.name, each]));
const folder = new ModelFolder();
afterAll(() => folder.remove());

async function graphOf(each: KerasCase): Promise<Graph> {
  return inFloat64(toInference((await openModel(folder.write(each))).graph));
}

const chosen = [...cases.values()].filter(
  ({ name, computed }) => computed && /^(recurrent|masking|attention|network|dense|transposed)-/.test(name),
);

describe("the canonical form", () => {
  test.each(chosen.map((each) => [each.name, each] as const))("of %s computes what Keras does", async (_, each) => {
    const { input, output } = each.computed!;
    const graph = await graphOf(each);
    const name = graph.inputs[0]!.name;
    const canonical = canonicalise(graph, { [name]: input.shape }).graph;
    expect(canonical.nodes.map(({ op }) => op).filter((op) => !isCanonical(op))).toEqual([]);
    const outputs = evaluateReference(canonical, feedsInFloat64({ [name]: input }));
    expect(relativeError(outputs[graph.outputs[0]!.name]!, output)).toBeLessThan(1e-5);
  });
});

describe("gradient and H·v", () => {
  // Smooth but for some ReLU, none of which is at its kink.
  const models = [
    "network-transformer",
    "network-text-lstm",
    "network-bidirectional-gru",
    "network-video",
    "recurrent-lstm-gates",
    "recurrent-cell-stacked",
    "masking-gru-bidirectional-sequences",
    "masking-multihead-causal",
    "attention-grouped-gate",
    "attention-additive",
  ];
  test.each(models)("of %s along a direction are the slopes of loss and gradient", async (model) => {
    const { input, output } = cases.get(model)!.computed!;
    const graph = await graphOf(cases.get(model)!);
    const name = graph.inputs[0]!.name;
    const loss = withLoss(canonicalise(graph, { [name]: input.shape }), { name: "meanSquaredError" });
    const batch = output.shape[0]!;
    const derivatives = new Derivatives(loss, {
      ...feedsInFloat64({ [name]: input }),
      [lossInputs.targets]: random(output.shape, 1),
      [lossInputs.weights]: real([batch], new Float64Array(batch).fill(1 / batch)),
    });
    const { origin } = derivatives;
    const v = random([origin.length], 2).data as Float64Array;
    const step = 2 ** -14;
    const gradient = derivatives.gradientAt();
    const rise = slope((t) => [derivatives.lossAt(moved(origin, t, v))], step);
    expect(distance([dot(gradient, v)], rise)).toBeLessThan(1e-6);
    const change = slope((t) => derivatives.gradientAt(moved(origin, t, v)), step);
    expect(distance(derivatives.product(v), change)).toBeLessThan(1e-6);
  });
});
