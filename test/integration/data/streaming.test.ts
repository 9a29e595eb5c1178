import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { openData } from "../../../server/data/open";
import { prepareSamples } from "../../../server/data/samples";
import { npy } from "../../support/data";
import { processorTime } from "../../support/processorTime";

const folder = mkdtempSync(path.join(tmpdir(), "streaming-"));
afterAll(() => rmSync(folder, { recursive: true }));

const count = 2_000_000;
const width = 3072;

/** A file of 6 GB that takes no room on the disk: zeros but for one sample. */
async function sparse(name: string, header: Uint8Array, index: number): Promise<string> {
  const file = path.join(folder, name);
  writeFileSync(file, header);
  truncateSync(file, header.length + count * width);
  const handle = await open(file, "r+");
  await handle.write(new Uint8Array(width).fill(7), 0, width, header.length + index * width);
  await handle.close();
  return file;
}

test.each(["npy", "idx"])("a file of 6 GB is sampled in moments and little memory: %s", async (kind) => {
  const labels = Uint8Array.from({ length: count }, (_, i) => (i === 1_999_998 ? 1 : 0));
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  header.set([0, 0, 8, 4]);
  [count, 3, 32, 32].forEach((extent, axis) => view.setUint32(4 + 4 * axis, extent));
  const file =
    kind === "npy"
      ? await sparse("x_test.npy", npy("|u1", [count, 3, 32, 32], new Uint8Array(0)), 1_999_998)
      : await sparse("test-images-idx4-ubyte", header, 1_999_998);
  if (kind === "npy") writeFileSync(path.join(folder, "y_test.npy"), npy("|u1", [count], labels));
  else {
    const start = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0);
    new DataView(start.buffer).setUint32(4, count);
    writeFileSync(path.join(folder, "test-labels-idx1-ubyte"), Buffer.concat([start, labels]));
  }
  const before = process.memoryUsage().arrayBuffers;
  const started = processorTime();
  const data = await openData(file, {});
  const order = { scale: 1, mean: [], std: [], labels: { order: [1, 0] } };
  const selection = { path: file, split: "test", samples: 1000, sample: "stratified", seed: 5 } as const;
  const samples = await prepareSamples(data, selection, order, [3, 32, 32], 2);
  expect(samples.x.shape).toEqual([1000, 3, 32, 32]);
  expect(samples.available).toBe(count);
  expect(processorTime() - started).toBeLessThan(10_000);
  // 12 MB of samples, the labels as bytes, as integers and in their order, and what reading them takes.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150e6);
  const seen: number[] = [];
  for await (const sample of data.samples(Uint32Array.of(0, 1_999_998, 1_999_999))) seen.push(Number(sample.data[9]));
  expect(seen).toEqual([0, 7, 0]);
});
