import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { collectGarbage } from "../../support/garbage";
import { batchOf, openResnet8 } from "../../support/oracle";

/** Megabytes of this process that are not JavaScript's own heap, nor only wait to be collected. */
function nativeMemory(): number {
  collectGarbage();
  const { rss, heapTotal, external } = process.memoryUsage();
  return (rss - heapTotal - external) / 2 ** 20;
}

// In a file, and so in a process, of its own: what other tests leave behind is not counted.
test("200 sessions of the ResNet-8, one after another, grow the process by less than 24 MB (one session is 3 MB)", async () => {
  const { graph, x, plane } = await openResnet8();
  const engine = await createOnnxRuntimeEngine();
  const executable = await engine.compile(graph);
  const feeds = { [graph.inputs[0]!.name]: batchOf(x, 0, 20) };
  const cycle = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      // What is freed late may stay with the process, so a leak could not be told from it by collecting at the end alone.
      if (k % 20 === 0) collectGarbage();
      await executable.setParameters(plane.at(k / 1000, -k / 1000));
      await executable.run(feeds);
    }
  };
  await cycle(100);
  const before = nativeMemory();
  await cycle(200);
  const grown = nativeMemory() - before;
  await engine.dispose();
  expect(grown).toBeLessThan(24);
});
