import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { loadDevice } from "../../../server/engines/tensorflow/library";
import type { BackendName, Device } from "../../../server/engines/tensorflow/library";
import { Derivatives } from "../../../server/evaluator/derivatives";
import { floatTensor } from "../../../server/graph/build";
import { batchOf, openResnet8 } from "../../support/oracle";
import type { Resnet8 } from "../../support/oracle";
import { loaded } from "../../support/loaded";

/** Why tfjs-node cannot be tested on this machine; undefined when it is there. */
const missing = await createTensorFlowEngine("tensorflow").then(
  () => undefined,
  (error: Error) => error.message,
);

function held({ tf }: Device): number {
  return tf.memory().numTensors;
}

/** Coordinates of different points of the plane. */
function pointAt(k: number): readonly [number, number] {
  return [k / 100 - 1, 1 - k / 150];
}

function testLeaks(backend: BackendName): void {
  describe(`TensorFlow.js on ${backend}`, () => {
    let engine: Engine;
    let device: Device;
    let model: Resnet8;
    beforeAll(async () => {
      engine = await createTensorFlowEngine(backend);
      device = await loadDevice(backend);
      model = await openResnet8();
    });
    afterAll(() => engine.dispose());

    test("no tensor leaks in 200 points", async () => {
      const before = held(device);
      const executable = await engine.compile(model.graph);
      const feeds = { [model.graph.inputs[0]!.name]: batchOf(model.x, 0, 10) };
      const counts = new Set<number>();
      const answers = new Set<string>();
      for (let k = 0; k < 200; k++) {
        await executable.setParameters(model.plane.at(...pointAt(k)));
        const outputs = await executable.run(feeds);
        counts.add(held(device));
        answers.add(String(outputs[model.graph.outputs[0]!.name]!.data));
      }
      expect(answers.size).toBe(200);
      expect([...counts]).toEqual([expect.any(Number)]);
      await executable.dispose();
      expect(held(device)).toBe(before);
    });

    test("no tensor leaks in gradients and Hessian-vector products at 12 points", async () => {
      const before = held(device);
      const count = 6;
      const derivatives = new Derivatives({
        engine,
        model: loaded(model.graph),
        samples: {
          x: floatTensor([count, 1, 12, 12], corners(model, count)),
          y: model.labels.slice(0, count),
          available: count,
          preprocessing: "",
        },
        loss: { name: "crossEntropy" },
        batchSize: 4,
        parameters: "all",
      });
      const counts = new Set<number>();
      const answers = new Set<number>();
      for (let k = 0; k < 12; k++) {
        derivatives.setParameters(model.plane.at(...pointAt(k)));
        const { gradient } = await derivatives.gradient();
        const [first] = await derivatives.product(gradient);
        await derivatives.product(gradient);
        counts.add(held(device));
        answers.add(first!);
      }
      expect(answers.size).toBe(12);
      expect([...counts]).toEqual([expect.any(Number)]);
      await derivatives.dispose();
      expect(held(device)).toBe(before);
    });
  });
}

/** A part of 12 × 12 pixels of each of the first images: enough to differentiate, and fast. */
function corners({ x }: Resnet8, count: number): number[] {
  const pixels = x.data as Float32Array;
  return Array.from({ length: count * 144 }, (_, k) => {
    const [image, row, column] = [Math.floor(k / 144), Math.floor((k % 144) / 12), k % 12];
    return pixels[image * 784 + (row + 8) * 28 + column + 8]!;
  });
}

testLeaks("wasm");
if (missing === undefined) testLeaks("tensorflow");
else test.skip(`tfjs-node is skipped: ${missing}`, () => undefined);
