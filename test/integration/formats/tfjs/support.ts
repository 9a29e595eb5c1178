import path from "node:path";
import { expect } from "vitest";
import { createTensorFlowEngine } from "../../../../server/engines/tensorflow/engine";
import { openModel, type OpenedModel } from "../../../../server/formats/open";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import { lossInputs, withLoss } from "../../../../server/graph/differentiate/loss";
import { toFloat32 } from "../../../../server/graph/elements";
import type { Graph } from "../../../../server/graph/graph";
import { toInference } from "../../../../server/graph/inference";
import type { Tensor } from "../../../../server/graph/tensor";
import { Derivatives, distance, dot, moved, random, real, slope } from "../../../support/derivatives";

export const folder = path.resolve("test/fixtures/tfjs");

/** A tensor in the files of expected values. */
export interface Values {
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly data: readonly number[];
}

export function tensorOf({ shape, dtype, data }: Values): Tensor {
  if (dtype === "int32") return { dtype, shape, data: Int32Array.from(data) };
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

export function openFixture(name: string): Promise<OpenedModel> {
  return openModel(path.join(folder, name, "model.json"));
}

/** Every output of a graph by our own engine on TensorFlow.js, which executes the same operators. */
export async function runOnTensorFlow(graph: Graph, inputs: readonly Tensor[]): Promise<readonly Float32Array[]> {
  const engine = await createTensorFlowEngine("wasm");
  try {
    const executable = await engine.compile(toInference(graph));
    const feeds = Object.fromEntries(inputs.map((tensor, k) => [graph.inputs[k]!.name, tensor]));
    const outputs = await executable.run(feeds);
    await executable.dispose();
    return graph.outputs.map(({ name }) => toFloat32(outputs[name]!));
  } finally {
    await engine.dispose();
  }
}

/** Small enough for no ReLU to change sides. */
const step = 2 ** -14;

/**
 * The gradient and a Hessian-vector product of the mean squared error against random targets, built from the canonical
 * graph, agree with differences in float64.
 */
export function expectDerivatives(graph: Graph, input: Tensor, output: readonly number[]): void {
  const inference = toInference(graph);
  const fed = inference.inputs[0]!.name;
  const loss = withLoss(canonicalise(inference, { [fed]: input.shape }), { name: "meanSquaredError" });
  const batch = output[0]!;
  const feeds = {
    [fed]: input,
    [lossInputs.targets]: random(output, 1),
    [lossInputs.weights]: real([batch], new Float64Array(batch).fill(1 / batch)),
  };
  const chosen = graph.parameters.filter(({ role }) => role !== "mean" && role !== "variance");
  const derivatives = new Derivatives(
    loss,
    feeds,
    chosen.map(({ name }) => name),
  );
  const { origin } = derivatives;
  const v = random([origin.length], 2).data as Float64Array;
  const rise = slope((t) => [derivatives.lossAt(moved(origin, t, v))], step);
  expect(distance([dot(derivatives.gradientAt(), v)], rise)).toBeLessThan(1e-6);
  const change = slope((t) => derivatives.gradientAt(moved(origin, t, v)), step);
  expect(distance(derivatives.product(v), change)).toBeLessThan(1e-6);
}
