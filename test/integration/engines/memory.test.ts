import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { steadyGrowth } from "../../support/growth";
import { batchOf, openResnet8 } from "../../support/oracle";

/** Megabytes of this process that are not JavaScript's own heap. */
function nativeMemory(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return (rss - heapTotal - external) / 2 ** 20;
}

// In a file, and so in a process, of its own: what other tests leave behind is not counted.
test("100 sessions of the ResNet-8, one after another, grow the process by less than 24 MB (one session is 3 MB)", async () => {
  const { graph, x, plane } = await openResnet8();
  const engine = await createOnnxRuntimeEngine();
  const executable = await engine.compile(graph);
  const feeds = { [graph.inputs[0]!.name]: batchOf(x, 0, 20) };
  let k = 0;
  const twenty = async (): Promise<void> => {
    for (const last = k + 20; k < last; k++) {
      await executable.setParameters(plane.at(k / 1000, -k / 1000));
      await executable.run(feeds);
    }
  };
  const grown = await steadyGrowth({ work: twenty, read: nativeMemory, repetitions: 5 });
  await engine.dispose();
  expect(grown).toBeLessThan(24);
});
