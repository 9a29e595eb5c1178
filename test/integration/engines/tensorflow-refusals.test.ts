import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { requireFrom } from "../../../server/engines/tensorflow/native";
import { wasmFolder } from "../../../server/engines/tensorflow/wasm";
import {
  float,
  floatTensor,
  graphOf,
  int,
  ints,
  node,
  parameter,
  string,
  valueInfo,
} from "../../../server/graph/build";
import type { GraphNode } from "../../../server/graph/graph";
import type { DataType } from "../../../server/graph/tensor";
import { toProblem } from "../../../server/protocol/problem";

describe("what the engine cannot do is named", () => {
  const graph = (nodes: readonly GraphNode[], dtype: DataType = "float32") =>
    graphOf({
      inputs: [valueInfo("x", ["batch", 2, 4, 4, 4], dtype)],
      outputs: [valueInfo("y", [])],
      nodes,
      parameters: [parameter("w", floatTensor([1, 2, 1, 1, 1], [1, 2]))],
    });

  test("operators and their variants, each once", async () => {
    const engine = await createTensorFlowEngine("wasm");
    const nodes = [
      node("NonMaxSuppression", ["x"], ["a"]),
      node("NonMaxSuppression", ["x"], ["b"]),
      node("FusedConv", ["x", "w"], ["c"], {}, "com.microsoft"),
      node("Conv", ["x", "w"], ["d"]),
      node("MaxPool", ["x"], ["e", "indices"], { kernel_shape: ints(2, 2), storage_order: int(1) }),
      node("Resize", ["x"], ["f"], { mode: string("cubic") }),
      node("BatchNormalization", ["x", "w", "w", "w", "w"], ["g"], { training_mode: int(1) }),
      node("LRN", ["x"], ["h"], { size: int(4), alpha: float(1) }),
      node("Cast", ["x"], ["i"], { to: int(8) }),
      node("Relu", ["x"], ["y"]),
    ];
    expect(engine.unsupported(graph(nodes))).toEqual([
      "NonMaxSuppression",
      "com.microsoft.FusedConv",
      "Conv (in 3 dimensions)",
      "MaxPool (with indices by column)",
      "Resize (mode cubic)",
      "BatchNormalization (in training mode)",
      "LRN (over an even number of channels)",
      "Cast (to element type 8)",
    ]);
    await expect(engine.compile(graph(nodes))).rejects.toMatchObject({
      problem: {
        reason: "operator-unsupported",
        message: expect.stringContaining("NonMaxSuppression") as string,
        advice: expect.stringContaining("ONNX Runtime") as string,
      },
    });
  });

  test("float64 where it would be computed with", async () => {
    const engine = await createTensorFlowEngine("wasm");
    expect(engine.unsupported(graph([node("Relu", ["x"], ["y"])], "float64"))).toEqual(["float64 tensors"]);
    const cast = graph([node("Cast", ["x"], ["f"], { to: int(1) }), node("Relu", ["f"], ["y"])], "float64");
    expect(engine.unsupported(cast)).toEqual([]);
  });

  test("float64 that appears inside the graph", async () => {
    const engine = await createTensorFlowEngine("wasm");
    const nodes = [node("Cast", ["x"], ["d"], { to: int(11) }), node("Relu", ["d"], ["y"])];
    const executable = await engine.compile(graph(nodes));
    const feeds = { x: floatTensor([1, 2, 4, 4, 4], new Array<number>(128).fill(1)) };
    await expect(executable.run(feeds)).rejects.toMatchObject({ problem: { reason: "operator-unsupported" } });
    await executable.dispose();
  });

  test("a feed that is not what the model declares", async () => {
    const engine = await createTensorFlowEngine("wasm");
    const executable = await engine.compile(graph([node("Relu", ["x"], ["y"])]));
    const feeds = { x: floatTensor([1, 3, 4, 4, 4], new Array<number>(192).fill(1)) };
    await expect(executable.run(feeds)).rejects.toMatchObject({
      problem: { facts: ["float32 [batch, 2, 4, 4, 4]", "float32 [1, 3, 4, 4, 4]"] },
    });
    await executable.dispose();
  });
});

describe("a library that cannot be loaded is told in one sentence", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-tfjs-"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A package that fails to load as the real one does. */
  function installFailing(code: string): void {
    const home = path.join(folder, "node_modules", "@tensorflow", "tfjs-node");
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node", main: "index.js" }));
    writeFileSync(path.join(home, "index.js"), code);
  }

  const refusal = (): readonly string[] => {
    try {
      requireFrom(folder);
      return ["it was loaded"];
    } catch (error) {
      const { reason, message, remedy = "" } = toProblem(error);
      return [reason, message, remedy];
    }
  };

  test("where there is none", () => {
    expect(refusal()).toEqual([
      "engine-unavailable",
      `TensorFlow.js for Node (tfjs-node) was not found in ${folder}.`,
      "install-tensorflow",
    ]);
  });

  test("without its native library", () => {
    installFailing(
      `throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: /x. \\nPlease run");`,
    );
    expect(refusal()).toEqual([
      "engine-unavailable",
      `TensorFlow.js for Node (tfjs-node) in ${folder} is installed without its native library.`,
      "install-tensorflow",
    ]);
  });

  test("with a native library of another machine", () => {
    installFailing(
      `throw Object.assign(new Error("libtensorflow.so.2: wrong ELF class"), { code: "ERR_DLOPEN_FAILED" });`,
    );
    expect(refusal()).toEqual([
      "engine-unavailable",
      `The native library of TensorFlow.js in ${folder} could not be loaded: libtensorflow.so.2: wrong ELF class.`,
      "install-tensorflow",
    ]);
  });

  test("without the WebAssembly files where they are looked for first", () => {
    vi.stubEnv("LOSS_LANDSCAPE_TFJS_WASM", folder);
    expect(wasmFolder()).not.toBe(folder);
    writeFileSync(path.join(folder, "tfjs-backend-wasm-simd.wasm"), "");
    expect(wasmFolder()).toBe(folder);
  });
});
