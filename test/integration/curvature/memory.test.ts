import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { Derivatives } from "../../../server/evaluator/derivatives";
import { steadyGrowth } from "../../support/growth";
import { batchOf, openResnet8 } from "../../support/oracle";
import { loaded } from "../../support/loaded";

/** Megabytes that the process holds. */
const resident = (): number => process.memoryUsage().rss / 2 ** 20;

// In a file, and so in a process, of its own: what other tests leave behind is not counted.
test("products at 20 points grow the process by less than 30 MB, where each keeps 6", async () => {
  const { graph, x, labels, plane } = await openResnet8();
  const engine = await createOnnxRuntimeEngine();
  const count = 32;
  const derivatives = new Derivatives({
    engine,
    model: loaded(graph),
    samples: { x: batchOf(x, 0, count), y: labels.slice(0, count), available: count, preprocessing: "" },
    loss: { name: "crossEntropy" },
    batchSize: 16,
    parameters: "kernels",
  });
  let k = 0;
  const point = async (): Promise<void> => {
    derivatives.setParameters(plane.at(k / 100, -k / 200));
    k += 1;
    const vector = await derivatives.product(new Float64Array(derivatives.size).fill(0.01));
    await derivatives.product(vector);
  };
  const grown = await steadyGrowth({ work: point, read: resident, repetitions: 20 });
  expect(derivatives.keptBytes).toBeGreaterThan(0);
  await derivatives.dispose();
  await engine.dispose();
  expect(derivatives.keptBytes).toBe(0);
  expect(grown).toBeLessThan(30);
});
