import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { Derivatives } from "../../../server/evaluator/derivatives";
import { collectGarbage } from "../../support/garbage";
import { batchOf, openResnet8 } from "../../support/oracle";
import { loaded } from "../../support/loaded";

const megabyte = 2 ** 20;

/** Bytes that the process holds, without what only waits to be collected. */
function residentBytes(): number {
  collectGarbage();
  return process.memoryUsage().rss;
}

// In a file, and so in a process, of its own: what other tests leave behind is not counted.
test("products at 20 points grow the process by less than 40 MB, where each keeps 6", async () => {
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
  const points = async (first: number, last: number): Promise<void> => {
    for (let k = first; k < last; k++) {
      derivatives.setParameters(plane.at(k / 100, -k / 200));
      const vector = await derivatives.product(new Float64Array(derivatives.size).fill(0.01));
      await derivatives.product(vector);
    }
  };
  await points(0, 10);
  const before = residentBytes();
  await points(10, 30);
  const grown = (residentBytes() - before) / megabyte;
  expect(derivatives.keptBytes).toBeGreaterThan(0);
  await derivatives.dispose();
  await engine.dispose();
  expect(derivatives.keptBytes).toBe(0);
  expect(grown).toBeLessThan(40);
});
