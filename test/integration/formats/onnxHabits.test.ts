import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Session } from "../../../server/evaluator/session";
import { loadModel } from "../../../server/evaluator/model";
import { graphOf, int, intTensor, ints, node, parameter, tensor, valueInfo } from "../../../server/graph/build";
import { codeOf } from "../../../server/graph/elements";
import type { Graph } from "../../../server/graph/graph";
import { fromFloat16, toFloat16 } from "../../../server/graph/half";
import { serialise } from "../../../server/graph/onnxBytes";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";
import { npy, npz } from "../../support/data";
import { floats } from "../../support/operatorCase";
import { evaluateReference } from "../../support/reference";
import { centreOf } from "../runs/support/centre";
import { resnetStudy } from "../runs/support/study";

const samples = 6;
const labels = Uint8Array.from([0, 2, 1, 2, 0, 1]);
const pixels = Uint8Array.from({ length: samples * 48 }, (_, k) => (k * 37) % 256);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "landscape-"));
  writeFileSync(
    path.join(folder, "data.npz"),
    npz({ x: npy("|u1", [samples, 4, 4, 3], pixels), y: npy("|u1", [samples], labels) }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function half({ shape, data }: Tensor): Tensor {
  return { dtype: "float16", shape, data: Uint16Array.from(data as Float32Array, toFloat16) };
}

const kernel = floats([5, 3, 3, 3], -0.5, 0.5, 4);
const head = floats([5, 3], -1, 1, 5);

/** Bytes with the channels last, one sample at a time, turned and scaled in the graph; weights in Constant nodes. */
const converted: Graph = graphOf({
  inputs: [valueInfo("image:0", [1, 4, 4, 3], "uint8")],
  outputs: [valueInfo("Identity:0", [1, 3])],
  nodes: [
    node("Constant", [], ["model/conv/Conv2D/ReadVariableOp:0"], { value: tensor(kernel) }),
    node("Constant", [], ["model/dense/MatMul/ReadVariableOp:0"], { value: tensor(head) }),
    node("Cast", ["image:0"], ["cast"], { to: int(codeOf("float32")) }),
    node("Mul", ["cast", "scale"], ["scaled"]),
    node("Transpose", ["scaled"], ["turned"], { perm: ints(0, 3, 1, 2) }),
    node("Conv", ["turned", "model/conv/Conv2D/ReadVariableOp:0"], ["conv"], { pads: ints(1, 1, 1, 1) }),
    node("Relu", ["conv"], ["relu"]),
    node("GlobalAveragePool", ["relu"], ["pooled"]),
    node("Squeeze", ["pooled", "axes"], ["flat"]),
    node("MatMul", ["flat", "model/dense/MatMul/ReadVariableOp:0"], ["scores"]),
    node("Softmax", ["scores"], ["Identity:0"]),
  ],
  constants: { scale: { dtype: "float32", shape: [], data: Float32Array.of(1 / 255) }, axes: intTensor([2], [2, 3]) },
  opset: 15,
});

/** The same in half precision, samples included. */
const halved: Graph = graphOf({
  inputs: [valueInfo("x", ["batch", 4, 4, 3], "float16")],
  outputs: [valueInfo("y", ["batch", 3], "float16")],
  nodes: [
    node("Transpose", ["x"], ["turned"], { perm: ints(0, 3, 1, 2) }),
    node("Conv", ["turned", "kernel"], ["conv"], { pads: ints(1, 1, 1, 1) }),
    node("Relu", ["conv"], ["relu"]),
    node("GlobalAveragePool", ["relu"], ["pooled"]),
    node("Flatten", ["pooled"], ["flat"]),
    node("MatMul", ["flat", "head"], ["y"]),
  ],
  parameters: [parameter("kernel", half(kernel)), parameter("head", half(head), "kernel", [1])],
});

/** Mean cross-entropy of the reference's logits, in float64, weights as `round` has them. */
function lossOf(round: (value: number) => number): number {
  const rounded = ({ shape, data }: Tensor): Tensor => ({
    dtype: "float32",
    shape,
    data: Float32Array.from(data as Float32Array, round),
  });
  const x = {
    dtype: "float32",
    shape: [samples, 4, 4, 3],
    data: Float32Array.from(pixels, (p) => round(p / 255)),
  } as const;
  const graph: Graph = {
    ...halved,
    inputs: [valueInfo("x", [samples, 4, 4, 3])],
    outputs: [valueInfo("y", [samples, 3])],
    parameters: [parameter("kernel", rounded(kernel)), parameter("head", rounded(head))],
  };
  const y = evaluateReference(graph, { x })["y"]!.data as Float64Array;
  let loss = 0;
  labels.forEach((label, row) => {
    const scores = [0, 1, 2].map((c) => y[row * 3 + c]!);
    loss += Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[label]!;
  });
  return loss / samples;
}

async function open(graph: Graph, engine: "onnxruntime" | "wasm", scale: number) {
  const file = path.join(folder, "net.onnx");
  writeFileSync(file, serialise(graph).bytes);
  const study = resnetStudy({
    model: { path: file },
    data: { path: path.join(folder, "data.npz"), x: "x", y: "y", split: "", samples, sample: "first", seed: 0 },
    preprocess: { scale, mean: [], std: [] },
    compute: { engine, evaluators: 1, batchSize: 4 },
    curvature: { points: [1, 1], samples, parameters: "kernels", traceProbes: 1, densityProbes: 0, tolerance: 1e-2 },
  });
  return Session.open(study);
}

describe("models as tools write them", () => {
  test.each(["onnxruntime", "wasm"] as const)(
    "bytes, channels last, batch of one, constants in nodes, on %s",
    async (engine) => {
      const { session, prepared } = await open(converted, engine, 1);
      expect(prepared.model).toMatchObject({ parameters: sizeOf(kernel.shape) + sizeOf(head.shape), tensors: 2 });
      expect((await centreOf(session)).sums[0]!.lossSum / samples).toBeCloseTo(
        lossOf((value) => value),
        5,
      );
      const answer = await session.perform({ kind: "trace", probe: 0 });
      expect(answer.kind === "trace" && Number.isFinite(answer.value)).toBe(true);
      await session.dispose();
    },
  );

  test("names of other tools are kept, and filters are output units", async () => {
    const file = path.join(folder, "names.onnx");
    writeFileSync(file, serialise(converted).bytes);
    const { graph, input } = await loadModel({ path: file });
    expect(input).toMatchObject({ batch: 1, dtype: "uint8", shape: [4, 4, 3], classes: 3 });
    expect(graph.parameters.map(({ name, role, filterAxes }) => [name, role, filterAxes])).toEqual([
      ["model/conv/Conv2D/ReadVariableOp:0", "kernel", [0]],
      ["model/dense/MatMul/ReadVariableOp:0", "kernel", [1]],
    ]);
  });

  test("half precision, samples included", async () => {
    const { session } = await open(halved, "onnxruntime", 1 / 255);
    const expected = lossOf((value) => fromFloat16(toFloat16(value)));
    expect((await centreOf(session)).sums[0]!.lossSum / samples).toBeCloseTo(expected, 2);
    const answer = await session.perform({ kind: "trace", probe: 0 });
    expect(answer.kind === "trace" && Number.isFinite(answer.value)).toBe(true);
    await session.dispose();
  });
});
