import { describe, expect, test } from "vitest";
import { Batches } from "../../../server/evaluator/batches";
import type { LoadedModel } from "../../../server/evaluator/model";
import { Recalibration } from "../../../server/evaluator/recalibration";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { GraphNode } from "../../../server/graph/graph";
import { float32, problemFrom } from "../../support/data";
import { createReferenceEngine } from "../../support/referenceEngine";

const normalisation = node("BatchNormalization", ["h", "s", "b", "m", "v"], ["y"]);

/** x · w, then these nodes from h to y. */
function modelOf(nodes: readonly GraphNode[]): LoadedModel {
  const vector = (name: string, role: "scale" | "shift" | "mean" | "variance", value: number) =>
    parameter(name, floatTensor([1], [value]), role);
  const graph = graphOf({
    inputs: [valueInfo("x", ["batch", 1])],
    outputs: [valueInfo("y", ["batch", 1])],
    nodes: [node("MatMul", ["x", "w"], ["h"]), ...nodes],
    parameters: [
      parameter("w", floatTensor([1, 1], [1])),
      vector("s", "scale", 1),
      vector("b", "shift", 3),
      vector("m", "mean", 0),
      vector("v", "variance", 1),
    ],
  });
  return {
    graph,
    input: { name: "x", dtype: "float32", shape: [1], batch: null, classes: 1 },
    output: "y",
    files: [],
    notices: [],
    stated: { name: "crossEntropy" },
    loss: { name: "crossEntropy" },
    summary: { name: "net", path: "/m/net.onnx", format: "ONNX", parameters: 3, tensors: 3 },
  };
}

function batchesOf(values: readonly number[], batchSize: number, batch: number | null = null): Batches {
  const x = float32([values.length, 1], values);
  return new Batches({
    file: "/m/net.onnx",
    input: { name: "x", dtype: "float32", shape: [1], batch, classes: 1 },
    output: "y",
    samples: { x, y: new Int32Array(0), targets: x, available: values.length, preprocessing: "" },
    batchSize,
    loss: { name: "meanSquaredError" },
  });
}

async function measured(
  batches: Batches,
  nodes: readonly GraphNode[] = [normalisation],
  values: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<Record<string, number>> {
  const recalibration = await Recalibration.open(createReferenceEngine(), modelOf(nodes), batches);
  const statistics = await recalibration.statistics(values);
  await recalibration.dispose();
  return Object.fromEntries([...statistics].map(([name, [value]]) => [name, value!]));
}

describe("statistics measured anew", () => {
  test("are averages over batches, weighted with their sizes, of means and unbiased variances", async () => {
    // Batches 1, 3, 8 (mean 4, variance 13) and 6, 10 (mean 8, variance 8).
    const { m, v } = await measured(batchesOf([1, 3, 8, 6, 10], 3));
    expect(m).toBeCloseTo((3 * 4 + 2 * 8) / 5, 6);
    expect(v).toBeCloseTo((3 * 13 + 2 * 8) / 5, 6);
  });

  test("follow the weights", async () => {
    const doubled = new Map([["w", Float32Array.of(2)]]);
    const { m, v } = await measured(batchesOf([1, 3, 8], 3), [normalisation], doubled);
    expect(m).toBeCloseTo(8, 6);
    expect(v).toBeCloseTo(4 * 13, 5);
  });

  test("of a layer that is used twice are the averages over both uses", async () => {
    const twice = [
      node("BatchNormalization", ["h", "s", "b", "m", "v"], ["g"]),
      node("BatchNormalization", ["g", "s", "b", "m", "v"], ["y"]),
    ];
    // The second use sees the shift as its mean, and a biased variance of 1, of 3 samples.
    const { m, v } = await measured(batchesOf([1, 3, 8], 3), twice);
    expect(m).toBeCloseTo((4 + 3) / 2, 5);
    expect(v).toBeCloseTo((13 + 1.5) / 2, 4);
  });

  test("leave out a last batch that is filled up", async () => {
    const { m } = await measured(batchesOf([1, 3, 8, 100], 7, 3));
    expect(m).toBeCloseTo(4, 6);
  });
});

describe("statistics cannot be measured", () => {
  const opened = (batches: Batches, nodes: readonly GraphNode[]): Promise<Recalibration> =>
    Recalibration.open(createReferenceEngine(), modelOf(nodes), batches);

  test("where there are none", async () => {
    const problem = await problemFrom(opened(batchesOf([1, 2], 2), [node("Neg", ["h"], ["y"])]));
    expect(problem).toMatchObject({ reason: "study-invalid", file: "/m/net.onnx" });
    expect(problem.message).toContain("but net.onnx has none");
    expect(problem.advice).toContain('"directions.batchNorm" to "keep"');
  });

  test("with fewer samples than a batch of fixed size", async () => {
    const problem = await problemFrom(opened(batchesOf([1, 2], 2, 3), [normalisation]));
    expect(problem.message).toContain("net.onnx takes batches of a fixed size, for which there are too few samples");
  });
});
