import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeFiles } from "../../../server/evaluator/describeFiles";
import { planStudy } from "../../../server/evaluator/plan";
import { openModel } from "../../../server/formats/open";
import { floatTensor, graphOf, int, intTensor, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph } from "../../../server/graph/graph";
import { graphFields, modelFields, serialise, tensorFields } from "../../../server/graph/onnxBytes";
import type { Tensor } from "../../../server/graph/tensor";
import { Message } from "../../../server/graph/wire";
import { npy, npz, problemFrom } from "../../support/data";
import { floats } from "../../support/operatorCase";
import { resnetStudy } from "../runs/support/study";
import { noDerivatives } from "../../../webview/state/derivatives";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "landscape-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);

function save(graph: Graph, name = "net.onnx"): string {
  writeFileSync(at(name), serialise(graph).bytes);
  return at(name);
}

const input = valueInfo("x", ["batch", 4]);
const kernel = parameter("w", floats([4, 6]), "kernel", [1]);

/** Scores in order of size: an operator without a derivative here. */
const sorting = graphOf({
  inputs: [input],
  outputs: [valueInfo("y", ["batch", 3])],
  nodes: [
    node("MatMul", ["x", "w"], ["h"]),
    node("TopK", ["h", "k"], ["y", "places"], { axis: int(-1), sorted: int(1) }),
  ],
  constants: { k: intTensor([1], [3]) },
  parameters: [kernel],
});

function saveData(): string {
  const x = npy("<f4", [8, 4], Float32Array.from(floats([8, 4]).data as Float32Array));
  const y = npy("|u1", [8], Uint8Array.from([0, 1, 2, 0, 1, 2, 0, 1]));
  writeFileSync(at("data.npz"), npz({ x, y }));
  return at("data.npz");
}

describe("a model without derivatives", () => {
  test("says so where it is described, and keeps its surfaces", async () => {
    const { notices, data } = await describeFiles({ path: save(sorting) }, [saveData()], {});
    expect(notices).toEqual([
      // The panel knows the notice by its beginning.
      `${noDerivatives}net.onnx: the derivatives of TopK are not known here. Surfaces, lines and trajectories are.`,
    ]);
    expect(data[0]!.problem).toBeUndefined();
  });

  test("is refused for curvature before anything is measured, and planned without", async () => {
    const path = saveData();
    const study = resnetStudy({
      model: { path: save(sorting) },
      data: { path, x: "x", y: "y", split: "", samples: 8, sample: "first", seed: 0 },
    });
    expect((await planStudy(study)).directions.kind).toBe("random");
    const probes = { traceProbes: 0, densityProbes: 0 };
    const curvature = { points: [3, 3], samples: 8, parameters: "kernels", tolerance: 1e-2, ...probes } as const;
    const problem = await problemFrom(planStudy({ ...study, curvature }));
    expect(problem).toMatchObject({ reason: "operator-unsupported", facts: ["TopK"] });
    expect(problem.advice).toContain("Surfaces and lines need no derivatives");
    const sharp = await problemFrom(planStudy({ ...study, sharpness: { epsilon: 1e-3, samples: 8 } }));
    expect(sharp.facts).toEqual(["TopK"]);
  });
});

const bytes = (shape: readonly number[]): Tensor => ({
  dtype: "int8",
  shape,
  data: Int8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => (k % 7) - 3),
});
const one = { dtype: "float32", shape: [], data: Float32Array.of(0.1) } as const;
const zero = { dtype: "int8", shape: [], data: Int8Array.of(0) } as const;

describe("a quantised model is refused with the reason", () => {
  test.each([
    ["DequantizeLinear", [node("DequantizeLinear", ["q", "s", "z"], ["w"]), node("MatMul", ["x", "w"], ["y"])]],
    ["MatMulInteger", [node("MatMulInteger", ["x", "q", "z", "z"], ["y"])]],
    ["QLinearMatMul", [node("QLinearMatMul", ["x", "s", "z", "q", "s", "z", "s", "z"], ["y"])]],
    ["MatMulNBits", [node("MatMulNBits", ["x", "q", "s"], ["y"], {}, "com.microsoft")]],
  ])("%s", async (op, nodes) => {
    const graph = graphOf({
      inputs: [input],
      outputs: [valueInfo("y", ["batch", 6])],
      nodes,
      constants: { q: bytes([4, 6]), s: one, z: zero },
    });
    expect(await problemFrom(openModel(save(graph)))).toEqual({
      reason: "file-unsupported",
      title: "The model is quantised",
      message:
        `net.onnx keeps weights as integers (${op}); ` +
        "floating-point weights were expected, which can be moved by any amount.",
      advice: "Open the model from before its quantisation, in float32 or float16.",
      file: at("net.onnx"),
      facts: [op],
    });
  });

  test("but not one that rounds what runs through it, as quantisation-aware training does", async () => {
    const graph = graphOf({
      inputs: [input],
      outputs: [valueInfo("y", ["batch", 6])],
      nodes: [
        node("QuantizeLinear", ["x", "s", "z"], ["r"]),
        node("DequantizeLinear", ["r", "s", "z"], ["h"]),
        node("MatMul", ["h", "w"], ["y"]),
      ],
      constants: { s: one, z: zero },
      parameters: [kernel],
    });
    const opened = await openModel(save(graph));
    expect(opened.graph.parameters.map(({ name }) => name)).toEqual(["w"]);
  });
});

test("weights beyond 2 GiB in a data file are read at their place", async () => {
  const start = 2.5 * 2 ** 30;
  const file = openSync(at("net.data"), "w");
  ftruncateSync(file, start + 96);
  writeSync(file, new Uint8Array((kernel.tensor.data as Float32Array).buffer), 0, 96, start);
  closeSync(file);
  const tensor = new Message();
  tensor.packedIntegers(tensorFields.dims, [4, 6]);
  tensor.integer(tensorFields.dataType, 1);
  tensor.text(tensorFields.name, "w");
  for (const [key, value] of Object.entries({ location: "net.data", offset: start, length: 96 })) {
    const entry = new Message();
    entry.text(1, key);
    entry.text(2, String(value));
    tensor.message(tensorFields.externalData, entry);
  }
  tensor.integer(tensorFields.dataLocation, 1);
  const graph = new Message();
  graph.message(graphFields.initializer, tensor);
  const whole = new Message();
  const nodes = [node("MatMul", ["x", "w"], ["y"])];
  whole.raw(serialise(graphOf({ inputs: [input], outputs: [valueInfo("y", ["batch", 6])], nodes })).bytes);
  whole.message(modelFields.graph, graph);
  writeFileSync(at("net.onnx"), whole.finish());
  const opened = await openModel(at("net.onnx"));
  expect(opened.graph.files).toEqual([at("net.data")]);
  expect(opened.graph.parameters[0]!.tensor).toEqual(floatTensor([4, 6], kernel.tensor.data as Float32Array));
});
