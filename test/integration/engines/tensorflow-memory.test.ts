import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { loadDevice, type Device } from "../../../server/engines/tensorflow/library";
import { operatorCases } from "../../support/operatorCases";
import { batchOf, measure, openResnet8, type Resnet8 } from "../../support/oracle";

/** Everything that TensorFlow.js holds on WebAssembly: its tensors, their bytes, and the module's whole memory. */
function held({ tf }: Device): { tensors: number; bytes: number; heap: number } {
  const { numTensors, numBytes } = tf.memory();
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return { tensors: numTensors, bytes: numBytes, heap: wasm.HEAPU8.byteLength };
}

describe("TensorFlow.js on WebAssembly", () => {
  let engine: Engine;
  let device: Device;
  let model: Resnet8;
  const printed: unknown[][] = [];

  beforeAll(async () => {
    const record = (...parts: unknown[]): boolean => printed.push(parts) > 0;
    const spies = [
      vi.spyOn(process.stdout, "write").mockImplementation(record),
      vi.spyOn(process.stderr, "write").mockImplementation(record),
      ...(["log", "info", "warn", "error", "debug"] as const).map((name) =>
        vi.spyOn(console, name).mockImplementation(record),
      ),
    ];
    engine = await createTensorFlowEngine("wasm");
    model = await openResnet8();
    const executable = await engine.compile(model.graph);
    await executable.run({ [model.graph.inputs[0]!.name]: batchOf(model.x, 0, 2) });
    await executable.dispose();
    for (const spy of spies) spy.mockRestore();
    device = await loadDevice("wasm");
  });
  afterAll(() => engine.dispose());

  test("prints nothing while it is loaded and used", () => {
    expect(printed).toEqual([]);
  });

  test("the tensors held are the same after 1 and after 200 points of a plane", async () => {
    const before = held(device);
    const executable = await engine.compile(model.graph);
    const feeds = { [model.graph.inputs[0]!.name]: batchOf(model.x, 0, 16) };
    const after: ReturnType<typeof held>[] = [];
    for (let point = 0; point < 200; point++) {
      await executable.setParameters(model.plane.at(point / 100 - 1, 1 - point / 150));
      await executable.run(feeds);
      after.push(held(device));
    }
    expect(after[0]!.tensors).toBeGreaterThan(before.tensors);
    expect(after[199]).toEqual(after[0]);
    await executable.dispose();
    expect(held(device)).toEqual({ ...before, heap: after[0]!.heap });
  });

  test("no operator leaves a tensor behind", async () => {
    const before = held(device).tensors;
    const leaking: string[] = [];
    for (const { name, graph, feeds } of operatorCases.filter((entry) => entry.tensorflow)) {
      const executable = await engine.compile(graph);
      await executable.run(feeds);
      const once = held(device).tensors;
      await executable.run(feeds);
      const twice = held(device).tensors;
      await executable.dispose();
      if (twice !== once || held(device).tensors !== before) leaking.push(name);
    }
    expect(leaking).toEqual([]);
  });

  test("a run that fails leaves nothing behind, and the next one works", async () => {
    const executable = await engine.compile(model.graph);
    const [input] = model.graph.inputs;
    const feeds = { [input!.name]: batchOf(model.x, 0, 4) };
    const good = await executable.run(feeds);
    const before = held(device);
    const wrong = { dtype: "float32" as const, shape: [4, 3, 28, 28], data: new Float32Array(4 * 3 * 28 * 28) };
    await expect(executable.run({ [input!.name]: wrong })).rejects.toMatchObject({
      problem: { reason: "file-unsupported" },
    });
    expect(held(device).tensors).toBe(before.tensors);
    expect(await executable.run(feeds)).toEqual(good);
    await executable.dispose();
  });

  test("two executables with different weights, run in turn, give what each gives alone", async () => {
    const [one, other] = [await engine.compile(model.graph), await engine.compile(model.graph)];
    await other.setParameters(model.plane.at(0.5, -0.5));
    const alone = [await measure(one, model), await measure(other, model)];
    const feeds = { [model.graph.inputs[0]!.name]: batchOf(model.x, 0, 50) };
    for (let k = 0; k < 3; k++) {
      await one.run(feeds);
      await other.run(feeds);
    }
    expect([await measure(one, model), await measure(other, model)]).toEqual(alone);
    expect(alone[0]!.loss).not.toBe(alone[1]!.loss);
    await one.dispose();
    await other.dispose();
  });

  test("ResNet-8 runs in one layout, batch norm folded, its weights laid out once", async () => {
    const executable = await engine.compile(model.graph);
    const feeds = { [model.graph.inputs[0]!.name]: batchOf(model.x, 0, 4) };
    await executable.run(feeds);
    const profile = await device.tf.profile(async () => {
      await executable.run(feeds);
      return [];
    });
    const counts = new Map<string, number>();
    for (const { name } of profile.kernels) counts.set(name, (counts.get(name) ?? 0) + 1);
    const nodes = (wanted: string): number => model.graph.nodes.filter(({ op }) => op === wanted).length;
    expect(counts.get("FusedConv2D")).toBe(nodes("Conv"));
    expect(counts.get("Transpose")).toBeUndefined();
    // ReLU has one product of its own; an unfolded batch norm would have another.
    expect(counts.get("Multiply")).toBe(nodes("Relu"));
    await executable.dispose();
  });
});
