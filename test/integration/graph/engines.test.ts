import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import type { Graph } from "../../../server/graph/graph";
import type { Tensor } from "../../../server/graph/tensor";
import { distance, joined, random, type Feeds } from "../../support/derivatives";
import { exportedModels, lossOfExported } from "../../support/exported";

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  "ONNX Runtime": createOnnxRuntimeEngine,
  "TensorFlow.js on WebAssembly": () => createTensorFlowEngine("wasm"),
};

/** Engines compute in single precision. */
const single = (tensor: Tensor): Tensor =>
  tensor.dtype === "float64"
    ? { ...tensor, dtype: "float32", data: Float32Array.from(tensor.data as Float64Array) }
    : tensor;

describe.each(Object.entries(engines))("%s", (_, create) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });
  afterAll(() => engine.dispose());

  async function run(graph: Graph, feeds: Feeds): Promise<Feeds> {
    expect(engine.unsupported(graph)).toEqual([]);
    const executable = await engine.compile(graph);
    try {
      return await executable.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, single(feeds[name]!)])));
    } finally {
      await executable.dispose();
    }
  }

  test.each(exportedModels)("gradient and H·v of %s are the reference's to 1e-4", async (name) => {
    const derivatives = await lossOfExported(name);
    const { names, feeds, hessian, gradientGraph, origin } = derivatives;
    const gradients = await run(gradientGraph.graph, feeds);
    const measured = joined(names.map((each) => gradients[`gradient/${each}`]!));
    expect(distance(measured, derivatives.gradientAt())).toBeLessThan(1e-4);

    const vector = random([origin.length], 2).data as Float64Array;
    const vectors = Object.fromEntries(derivatives.split(vector).map((part, k) => [`vector/${names[k]}`, part]));
    const cached = await run(hessian.primal, feeds);
    const products = await run(hessian.product, { ...feeds, ...cached, ...vectors });
    const product = joined(names.map((each) => products[`product/${each}`]!));
    expect(distance(product, derivatives.product(vector))).toBeLessThan(1e-4);
  });
});
