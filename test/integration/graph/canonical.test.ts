import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openModel } from "../../../server/formats/open";
import { canonicalise, type Canonical } from "../../../server/graph/canonical/canonical";
import { isCanonical } from "../../../server/graph/canonical/types";
import type { Graph } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import { stripFinalActivation } from "../../../server/graph/logits";
import { serialise } from "../../../server/graph/onnxBytes";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";
import { relativeError } from "../../support/compare";
import { feedsInFloat64, inFloat64 } from "../../support/float64";
import { defaultTolerance, tensorOf } from "../../support/operatorCase";
import { operatorCases } from "../../support/operatorCases";
import { evaluateReference, referenceOperators } from "../../support/reference";

const fixtures = path.resolve("test/fixtures");

interface Expected {
  readonly input: { readonly shape: number[]; readonly dtype: "float32" | "int64"; readonly values: number[] };
  readonly output: { readonly shape: number[]; readonly values: number[] };
}
const expected = JSON.parse(readFileSync(path.join(fixtures, "onnx", "expected.json"), "utf8")) as Record<
  string,
  Expected
>;

type Feeds = Readonly<Record<string, Tensor>>;

const shapesOf = (feeds: Feeds): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));

interface Prepared {
  readonly graph: Graph;
  readonly feeds: Feeds;
  /** The softmax that was taken off, if any. */
  readonly stripped?: string;
}

/** A model as it is before derivatives, and the feeds of its only input. */
async function prepared(file: string, samples: Tensor): Promise<Prepared> {
  const { graph, stripped } = stripFinalActivation(toInference((await openModel(path.join(fixtures, file))).graph));
  return { graph, feeds: { [graph.inputs[0]!.name]: samples }, stripped };
}

function logitsOf(graph: Graph, feeds: Feeds): Tensor {
  return evaluateReference(graph, feeds)[graph.outputs[0]!.name]!;
}

/** The outputs by ONNX Runtime. */
async function executed(graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> {
  const { bytes } = serialise(graph);
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const inputs = session.inputNames.map((name): [string, OrtTensor] => {
      const { dtype, shape, data } = feeds[name]!;
      return [name, new OrtTensor(dtype as "float32", data as Float32Array, [...shape])];
    });
    const outputs = Object.entries(await session.run(Object.fromEntries(inputs)));
    return Object.fromEntries(
      outputs.map(([name, { dims, data }]) => [name, { dtype: "float32", shape: dims, data: data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}

const samplesOf = ({ input: { shape, dtype, values } }: Expected): Tensor => tensorOf(values, shape, dtype);

/** Softmax over the last axis, in plain loops. */
function softmax({ shape, data }: Tensor): Tensor {
  const classes = shape.at(-1)!;
  const powers = Float64Array.from(data as Float64Array, Math.exp);
  const sums = powers.map((_, k) => {
    const first = k - (k % classes);
    return powers.subarray(first, first + classes).reduce((sum, value) => sum + value, 0);
  });
  return { dtype: "float64", shape, data: powers.map((value, k) => value / sums[k]!) };
}

/** The canonical form in float64 and its logits. */
function evaluated({ graph, feeds }: Prepared): { readonly canonical: Canonical; readonly logits: Tensor } {
  const inputs = feedsInFloat64(feeds);
  const canonical = canonicalise(inFloat64(graph), shapesOf(inputs));
  return { canonical, logits: logitsOf(canonical.graph, inputs) };
}

describe.each(Object.keys(expected))("%s", (name) => {
  const { output } = expected[name]!;
  const load = (): Promise<Prepared> => prepared(`onnx/${name}.onnx`, samplesOf(expected[name]!));

  test("only canonical operators, its own canonical form, and all parameters as they were", async () => {
    const { graph, feeds } = await load();
    const canonical = canonicalise(graph, shapesOf(feeds));
    expect(canonical.graph.nodes.map(({ op }) => op).filter((op) => !isCanonical(op))).toEqual([]);
    expect(canonical.graph.parameters).toEqual(graph.parameters);
    expect(canonicalise(canonical.graph, shapesOf(feeds))).toEqual(canonical);
  });

  test("PyTorch's outputs, to 1e-6", async () => {
    const model = await load();
    const { logits } = evaluated(model);
    const values: Tensor = { dtype: "float64", shape: output.shape, data: Float64Array.from(output.values) };
    expect(relativeError(model.stripped ? softmax(logits) : logits, values)).toBeLessThan(1e-6);
  });

  test("the graph's own logits in float64, to 1e-12", async () => {
    const model = await load();
    // The reference knows no recurrent layers: those are compared with PyTorch, here and as single operators.
    if (name.startsWith("recurrent")) return expect(unknownTo(model.graph)).not.toEqual([]);
    expect(unknownTo(model.graph)).toEqual([]);
    const { logits } = evaluated(model);
    expect(relativeError(logits, logitsOf(inFloat64(model.graph), feedsInFloat64(model.feeds)))).toBeLessThan(1e-12);
  });

  test("the graph's own logits on ONNX Runtime, to 1e-6", async () => {
    const { graph, feeds } = await load();
    const canonical = canonicalise(graph, shapesOf(feeds)).graph;
    const logits = graph.outputs[0]!.name;
    const [found, wanted] = [(await executed(canonical, feeds))[logits]!, (await executed(graph, feeds))[logits]!];
    expect(relativeError(found, wanted)).toBeLessThan(1e-6);
  });
});

function unknownTo(graph: Graph): string[] {
  return graph.nodes.map(({ op }) => op).filter((op) => !referenceOperators.has(op));
}

test("the trained ResNet-8: the same logits in float64, to 1e-12", async () => {
  const samples = (await readArrays(path.join(fixtures, "pytorch-resnet8", "test.npz"))).get("x_test")!;
  const data = (samples.data as Float32Array).slice(0, 784);
  const model = await prepared("pytorch-resnet8/model.onnx", { dtype: "float32", shape: [1, 1, 28, 28], data });
  const { canonical, logits } = evaluated(model);
  expect(relativeError(logits, logitsOf(inFloat64(model.graph), feedsInFloat64(model.feeds)))).toBeLessThan(1e-12);
  expect(canonical.graph.nodes.map(({ op }) => op).filter((op) => !isCanonical(op))).toEqual([]);
});

test("ONNX Runtime executes every canonical form, to the tolerance of the case", async () => {
  let count = 0;
  for (const { name, graph, feeds, tolerance = defaultTolerance } of operatorCases) {
    const canonical = attempted(graph, feeds);
    if (!canonical) continue;
    count++;
    const [found, wanted] = [await executed(canonical, feeds), evaluateReference(graph, feeds)];
    for (const output of graph.outputs) {
      expect(relativeError(found[output.name]!, wanted[output.name]!), name).toBeLessThanOrEqual(tolerance);
    }
  }
  expect(count).toBeGreaterThan(500);
});

/** The canonical form, but of what has none: the unit tests list those. */
function attempted(graph: Graph, feeds: Feeds): Graph | undefined {
  try {
    return canonicalise(graph, shapesOf(feeds)).graph;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.reason === "operator-unsupported") return undefined;
    throw error;
  }
}
