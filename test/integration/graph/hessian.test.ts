import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import type { Engine } from "../../../server/engines/engine";
import { canonicalise, type Canonical } from "../../../server/graph/canonical/canonical";
import { gradientOf } from "../../../server/graph/differentiate/gradient";
import { hessianProduct, type HessianProduct } from "../../../server/graph/differentiate/hessian";
import { lossInputs, withLoss } from "../../../server/graph/differentiate/loss";
import type { Graph } from "../../../server/graph/graph";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";
import { dot, random, type Feeds } from "../../support/derivatives";
import { batchOf, openResnet8, type Resnet8 } from "../../support/oracle";
import { evaluateReference } from "../../support/reference";

/** ResNet-8 with the mean cross-entropy over its first samples, everything in single precision. */
interface Problem {
  readonly loss: Canonical;
  readonly feeds: Feeds;
  /** All parameters but the running statistics. */
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
}

function problemOf({ graph, x, labels }: Resnet8, count: number): Problem {
  const input = graph.inputs[0]!.name;
  const loss = withLoss(canonicalise(graph, { [input]: [count, ...x.shape.slice(1)] }), { name: "crossEntropy" });
  const chosen = graph.parameters.filter(({ role }) => role !== "mean" && role !== "variance");
  const oneHot = Array.from(labels.subarray(0, count)).flatMap((label) =>
    Array.from({ length: 10 }, (_, k) => Number(k === label)),
  );
  return {
    loss,
    feeds: {
      [input]: batchOf(x, 0, count),
      [lossInputs.targets]: single([count, 10], oneHot),
      [lossInputs.weights]: single([count], new Array<number>(count).fill(1 / count)),
    },
    names: chosen.map(({ name }) => name),
    shapes: chosen.map(({ tensor }) => tensor.shape),
  };
}

function single(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

/** A random vector over all parameters, exact in single precision. */
function vectorOf({ names, shapes }: Problem, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    names.map((name, k) => [`vector/${name}`, single(shapes[k]!, random(shapes[k]!, seed + k).data as Float64Array)]),
  );
}

const flat = (names: readonly string[], tensors: Feeds): number[] =>
  names.flatMap((name) => Array.from(tensors[name]!.data as Float64Array));

type Run = (graph: Graph, feeds: Feeds) => Promise<Feeds>;

/** Only the feeds that a graph asks for: engines refuse others. */
const feedsFor = (graph: Graph, feeds: Feeds): Feeds =>
  Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!]));

interface Products {
  readonly u: number[];
  readonly v: number[];
  readonly hu: number[];
  readonly hv: number[];
}

async function productsOf(problem: Problem, { primal, product }: HessianProduct, run: Run): Promise<Products> {
  const { names, feeds } = problem;
  const cached = await run(primal, feedsFor(primal, feeds));
  const [u, v] = [vectorOf(problem, 100), vectorOf(problem, 500)];
  const times = async (vector: Feeds): Promise<number[]> => {
    const outputs = await run(product, feedsFor(product, { ...feeds, ...cached, ...vector }));
    return flat(
      names.map((name) => `product/${name}`),
      outputs,
    );
  };
  const order = names.map((name) => `vector/${name}`);
  return { u: flat(order, u), v: flat(order, v), hu: await times(u), hv: await times(v) };
}

function asymmetry({ u, v, hu, hv }: Products): number {
  const [uhv, vhu] = [dot(u, hv), dot(v, hu)];
  return Math.abs(uhv - vhu) / Math.max(Math.abs(uhv), Math.abs(vhu));
}

/** ‖a − b‖ / ‖b‖ */
function relative(a: readonly number[], b: readonly number[]): number {
  const difference = a.map((value, k) => value - b[k]!);
  return Math.sqrt(dot(difference, difference) / dot(b, b));
}

describe("ResNet-8", () => {
  let model: Resnet8;
  let engine: Engine;
  beforeAll(async () => {
    [model, engine] = await Promise.all([openResnet8(), createOnnxRuntimeEngine()]);
  });
  afterAll(() => engine.dispose());

  const onReference: Run = (graph, feeds) => Promise.resolve(evaluateReference(graph, feeds));
  const onEngine: Run = async (graph, feeds) => {
    const executable = await engine.compile(graph);
    try {
      return await executable.run(feeds);
    } finally {
      await executable.dispose();
    }
  };

  test("two samples: symmetric to 1e-10 in float64, and ONNX Runtime's gradient and products agree to 1e-4", async () => {
    const problem = problemOf(model, 2);
    const hessian = hessianProduct(problem.loss, problem.names);
    const exact = await productsOf(problem, hessian, onReference);
    expect(asymmetry(exact)).toBeLessThan(1e-10);
    const measured = await productsOf(problem, hessian, onEngine);
    expect(relative(measured.hv, exact.hv)).toBeLessThan(1e-4);
    expect(relative(measured.hu, exact.hu)).toBeLessThan(1e-4);

    const { graph } = gradientOf(problem.loss, problem.names);
    const gradients = problem.names.map((name) => `gradient/${name}`);
    const [is, should] = [await onEngine(graph, problem.feeds), await onReference(graph, problem.feeds)];
    expect(relative(flat(gradients, is), flat(gradients, should))).toBeLessThan(1e-4);
  });

  test("64 samples on ONNX Runtime in float32: symmetric to 1e-5", async () => {
    const problem = problemOf(model, 64);
    const products = await productsOf(problem, hessianProduct(problem.loss, problem.names), onEngine);
    expect(asymmetry(products)).toBeLessThan(1e-5);
  });

  test("caches two tensors a convolution: less than 0.25 MB a sample", () => {
    const { primal } = hessianProduct(problemOf(model, 4).loss, problemOf(model, 4).names);
    const width = { bool: 1, float32: 4, int64: 8 };
    const bytes = primal.outputs.reduce(
      (sum, { shape, dtype }) => sum + sizeOf(shape as number[]) * width[dtype as keyof typeof width],
      0,
    );
    expect(bytes / 4).toBeLessThan(0.25e6);
  });
});
