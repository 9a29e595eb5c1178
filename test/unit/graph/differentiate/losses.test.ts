import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { graphOf, node, parameter, valueInfo } from "../../../../server/graph/build";
import { canonicalise, type Canonical } from "../../../../server/graph/canonical/canonical";
import { lossInputs, withLoss } from "../../../../server/graph/differentiate/loss";
import type { DataType, Tensor } from "../../../../server/graph/tensor";
import { sizeOf } from "../../../../server/graph/tensor";
import { ProblemError } from "../../../../server/protocol/problem";
import type { LossName, LossSpec } from "../../../../server/protocol/study";
import { Derivatives, deviations, random, real } from "../../../support/derivatives";

interface Case {
  readonly name: LossName;
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly targets: readonly number[];
  readonly loss: number;
  readonly delta?: number;
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
  readonly tolerance?: number;
}

const file = join(__dirname, "..", "..", "..", "fixtures", "losses", "expected.json");
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

/** A model whose output is its input plus a parameter that is zero. */
function modelOf(shape: readonly number[], dtype: DataType = "float64", value = "y"): Canonical {
  const zeros = real(shape.slice(1), new Float64Array(sizeOf(shape.slice(1))));
  const graph = graphOf({
    inputs: [valueInfo("x", shape, dtype)],
    outputs: [valueInfo(value, shape, dtype)],
    nodes: [node("Add", ["x", "p"], [value])],
    parameters: [parameter("p", { ...zeros, dtype })],
  });
  return canonicalise(graph, { x: shape });
}

function lossOf(spec: LossSpec, x: Tensor, targets: Tensor, weights?: Tensor): Derivatives {
  const batch = x.shape[0]!;
  return new Derivatives(withLoss(modelOf(x.shape), spec), {
    x,
    [lossInputs.targets]: targets,
    [lossInputs.weights]: weights ?? real([batch], new Float64Array(batch).fill(1 / batch)),
  });
}

/** One-hot rows; a negative label is a row of zeros. */
function oneHot(shape: readonly number[], labels: readonly number[]): Tensor {
  const classes = shape.at(-1)!;
  return real(
    shape,
    labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label))),
  );
}

describe("losses of PyTorch and Keras", () => {
  test.each(cases.map((each, k) => [`${each.name} #${k}`, each] as const))(
    "%s to 1e-12, or to the precision of Keras's constants",
    (_, each) => {
      const x = real(each.shape, each.outputs);
      const { name, delta, fromLogits, labelSmoothing } = each;
      const spec = { name, delta, fromLogits, labelSmoothing };
      const batch = each.shape[0]!;
      const ofTokens = each.name === "sequenceCrossEntropy";
      const isLabels = ofTokens || each.name === "crossEntropy";
      const targets = isLabels ? oneHot(each.shape, each.targets) : real(each.shape, each.targets);
      const count = ofTokens ? each.targets.filter((label) => label >= 0).length : batch;
      const weights = real([batch], new Float64Array(batch).fill(1 / count));
      expect(Math.abs(lossOf(spec, x, targets, weights).lossAt() / each.loss - 1)).toBeLessThan(
        each.tolerance ?? 1e-12,
      );
    },
  );
});

const distributions = real([3, 4], [0.1, 0.2, 0.3, 0.4, 0, 0.5, 0.5, 0, 1, 0, 0, 0]);
const weights = real([3], [0.5, 0, 2]);

describe.each<readonly [string, LossSpec, Tensor, Tensor]>([
  ["crossEntropy", { name: "crossEntropy" }, random([3, 4], 1, -3, 3), oneHot([3, 4], [1, 0, 3])],
  ["crossEntropy of [B, C, 1, 1]", { name: "crossEntropy" }, random([3, 4, 1, 1], 1), oneHot([3, 4], [1, 0, 3])],
  [
    "sequenceCrossEntropy",
    { name: "sequenceCrossEntropy" },
    random([3, 2, 4], 1, -3, 3),
    oneHot([3, 2, 4], [0, 3, 1, -1, -1, 2]),
  ],
  ["binaryCrossEntropy", { name: "binaryCrossEntropy" }, random([3, 4], 1, -4, 4), distributions],
  ["binaryCrossEntropy of rank 1", { name: "binaryCrossEntropy" }, random([3], 1), real([3], [0, 1, 1])],
  ["meanSquaredError", { name: "meanSquaredError" }, random([3, 2, 2], 1), random([3, 2, 2], 2)],
  ["meanAbsoluteError", { name: "meanAbsoluteError" }, random([3, 4], 1), random([3, 4], 2, 2, 3)],
  ["huber", { name: "huber", delta: 0.75 }, random([3, 4], 1, -2, 2), random([3, 4], 2)],
  ["kullbackLeibler", { name: "kullbackLeibler" }, random([3, 4], 1, -2, 2), distributions],
  [
    "crossEntropy of smoothed labels",
    { name: "crossEntropy", labelSmoothing: 0.1 },
    random([3, 4], 1, -3, 3),
    oneHot([3, 4], [1, 0, 3]),
  ],
  [
    "sequenceCrossEntropy of smoothed labels",
    { name: "sequenceCrossEntropy", labelSmoothing: 0.2 },
    random([3, 2, 4], 1, -3, 3),
    oneHot([3, 2, 4], [0, 3, 1, -1, -1, 2]),
  ],
  [
    "crossEntropy of probabilities",
    { name: "crossEntropy", fromLogits: false, labelSmoothing: 0.1 },
    random([3, 4], 1, 0.1, 0.9),
    oneHot([3, 4], [1, 0, 3]),
  ],
  [
    "binaryCrossEntropy of probabilities",
    { name: "binaryCrossEntropy", fromLogits: false, labelSmoothing: 0.2 },
    random([3, 4], 1, 0.1, 0.9),
    distributions,
  ],
  [
    "kullbackLeibler of probabilities",
    { name: "kullbackLeibler", fromLogits: false },
    random([3, 4], 1, 0.1, 0.4),
    distributions,
  ],
])("%s", (_, spec, x, targets) => {
  test("gradient and H·v agree with differences", () => {
    const { gradient, product, symmetry } = deviations(lossOf(spec, x, targets, weights));
    expect(gradient).toBeLessThan(1e-8);
    expect(product).toBeLessThan(1e-8);
    expect(symmetry).toBeLessThan(1e-12);
  });

  test("is the weighted sum over the samples", () => {
    const parts = [0, 1, 2].map((sample) => {
      const unit = real(
        [3],
        [0, 1, 2].map((k) => Number(k === sample)),
      );
      return lossOf(spec, x, targets, unit).lossAt();
    });
    const whole = lossOf(spec, x, targets, weights).lossAt();
    expect(whole).toBeCloseTo(0.5 * parts[0]! + 2 * parts[2]!, 12);
    expect(parts.every((part) => part > 0)).toBe(true);
  });
});

describe("numbers at the rim", () => {
  test("binary cross-entropy is smooth at 0: slope ½ − t, curvature ¼", () => {
    const derivatives = lossOf({ name: "binaryCrossEntropy" }, real([1, 2], [0, 0]), real([1, 2], [0, 1]));
    expect(derivatives.lossAt()).toBeCloseTo(Math.log(2), 15);
    expect([...derivatives.gradientAt()]).toEqual([0.25, -0.25]);
    expect([...derivatives.product(Float64Array.of(1, 1))]).toEqual([0.125, 0.125]);
  });

  test("binary cross-entropy of huge outputs does not overflow", () => {
    const z = real([1, 4], [2000, -2000, 2000, -2000]);
    const derivatives = lossOf({ name: "binaryCrossEntropy" }, z, real([1, 4], [1, 0, 0, 1]));
    expect(derivatives.lossAt()).toBe(1000);
    expect([...derivatives.gradientAt()]).toEqual([0, 0, 0.25, -0.25]);
  });

  test.each(["crossEntropy", "kullbackLeibler"] as const)("%s of a class that is ruled out", (name) => {
    const z = real([1, 3], [0, -Infinity, 0]);
    const derivatives = lossOf({ name }, z, oneHot([1, 3], [2]));
    expect(derivatives.lossAt()).toBeCloseTo(Math.log(2), 15);
    expect([...derivatives.gradientAt()].map((value) => value + 0)).toEqual([0.5, 0, -0.5]);
    expect([...derivatives.product(Float64Array.of(1, 5, 0))].map((value) => value + 0)).toEqual([0.25, 0, -0.25]);
  });

  test("a label whose logit is −∞ has an infinite loss", () => {
    const z = real([1, 3], [0, -Infinity, 0]);
    expect(lossOf({ name: "crossEntropy" }, z, oneHot([1, 3], [1])).lossAt()).toBe(Infinity);
  });

  test("Huber's loss is 1 for δ where none is given", () => {
    const derivatives = lossOf({ name: "huber" }, real([1, 2], [0.5, 3]), real([1, 2], [0, 0]));
    expect(derivatives.lossAt()).toBe((0.125 + 2.5) / 2);
    expect([...derivatives.gradientAt()]).toEqual([0.25, 0.5]);
  });
});

describe("the graph", () => {
  test("has the inputs and the output that are promised", () => {
    const { graph, types } = withLoss(modelOf([5, 3], "float32"), { name: "crossEntropy" });
    expect(graph.inputs.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ["x", [5, 3], "float32"],
      ["loss/targets", [5, 3], "float32"],
      ["loss/weights", [5], "float32"],
    ]);
    expect(graph.outputs).toEqual([{ name: "loss", shape: [], dtype: "float32" }]);
    for (const { outputs } of graph.nodes) for (const name of outputs) expect(types.has(name)).toBe(true);
  });

  test("keeps a model's own value called loss apart", () => {
    const { graph } = withLoss(modelOf([2, 3], "float64", "loss"), { name: "meanSquaredError" });
    expect(graph.outputs).toEqual([{ name: "loss", shape: [], dtype: "float64" }]);
    const produced = graph.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(produced).size).toBe(produced.length);
    expect(graph.nodes[0]).toMatchObject({ op: "Add", outputs: ["loss/inner"] });
  });

  test.each<readonly [LossName, readonly number[]]>([
    ["crossEntropy", [4]],
    ["crossEntropy", [4, 3, 2]],
    ["sequenceCrossEntropy", [4, 3]],
    ["kullbackLeibler", [4]],
  ])("refuses %s for an output of %s", (name, shape) => {
    const attempt = (): Canonical => withLoss(modelOf(shape), { name });
    expect(attempt).toThrow(ProblemError);
    expect(attempt).toThrow(`[${shape.join(", ")}]`);
  });
});
