import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { expect } from "vitest";
import { openModel } from "../../../../server/formats/open";
import type { Graph } from "../../../../server/graph/graph";
import { serialise } from "../../../../server/graph/onnxBytes";
import type { Tensor } from "../../../../server/graph/tensor";

const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const;

/** Every output of a graph for one input, by ONNX Runtime. */
export async function runGraph(graph: Graph, inputs: readonly Tensor[]): Promise<readonly Float32Array[]> {
  const session = await InferenceSession.create(serialise(graph).bytes, options);
  try {
    const feeds = inputs.map(({ dtype, data, shape }, i) => [
      graph.inputs[i]!.name,
      new OrtTensor(dtype as "float32", data as Float32Array, [...shape]),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds) as Record<string, OrtTensor>);
    return graph.outputs.map(({ name }) => outputs[name]!.data as Float32Array);
  } finally {
    await session.release();
  }
}

/** Every output of a model's file for one input, by ONNX Runtime. */
export async function runFile(file: string, inputs: readonly Tensor[]): Promise<readonly Float32Array[]> {
  return runGraph((await openModel(file)).graph, inputs);
}

/** Numbers agree to 1e-5 of the largest of them. */
export function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, what = ""): void {
  expect(found.length, what).toBe(wanted.length);
  const numbers = Array.from(wanted);
  const scale = Math.max(1e-3, ...numbers.map(Math.abs));
  const difference = Math.max(...numbers.map((value, i) => Math.abs(found[i]! - value)));
  expect(difference / scale, what).toBeLessThan(1e-5);
}
