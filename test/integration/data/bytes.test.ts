import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { openData } from "../../../server/data/open";
import { prepareSamples } from "../../../server/data/samples";
import { openEngine } from "../../../server/engines/open";
import { Batches } from "../../../server/evaluator/batches";
import { EvaluatorProcess } from "../../../server/evaluator/process";
import { loadModel } from "../../../server/evaluator/model";
import type { PointSums } from "../../../server/evaluator/messages";
import type { LabelledData, Samples } from "../../../server/data/dataset";
import type { Preprocess } from "../../../server/protocol/study";
import { int64, labelled } from "../../support/data";
import type { Tensor } from "../../../server/graph/tensor";
import { temporaryFolder } from "../runs/support/folders";
import { evaluatorPath, resnetStudy } from "../runs/support/study";
import { root } from "../server/client";

const sample = path.join(root, "media", "samples", "fashion-resnet8");

/** Samples as bytes from the least to the largest value, and the preprocessing that makes nearly the same of them. */
function bytesOf({ x }: Samples): { readonly x: Tensor; readonly preprocess: Preprocess } {
  const numbers = x.data as Float32Array;
  const [low, high] = numbers.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [0, 0]);
  const scale = (high - low) / 255;
  const data = Uint8Array.from(numbers, (each) => Math.round((each - low) / scale));
  return { x: { dtype: "uint8", shape: x.shape, data }, preprocess: { scale, mean: [-low], std: [1] } };
}

test.each(["onnxruntime", "wasm"] as const)(
  "samples that stay the bytes of their file give the same sums to the last bit, batch after batch, on %s",
  async (name) => {
    const model = await loadModel({ path: path.join(sample, "fashion-resnet8.onnx") });
    const file = path.join(sample, "test.npz");
    const selection = { path: file, split: "test", samples: 250, sample: "stratified", seed: 0 } as const;
    const samples = await prepareSamples(await openData(file, {}), selection, undefined, [1, 28, 28], 10);
    const { x, preprocess } = bytesOf(samples);
    const data = labelled(x, int64([...samples.y]));
    const { engine } = await openEngine(name, model.graph);
    const executable = await engine.compile(model.graph);
    try {
      const { input, output, loss } = model;
      const sums = async (stay: boolean): Promise<readonly [string, PointSums]> => {
        const prepared = await prepareSamples(
          data,
          selection,
          preprocess,
          input.shape,
          input.classes,
          "m",
          loss.name,
          stay,
        );
        const batches = new Batches({ file, input, output, samples: prepared, batchSize: 64, loss });
        return [prepared.x.dtype, await batches.measure(executable)];
      };
      const [[held, expected], [heldAsBytes, found]] = [await sums(false), await sums(true)];
      expect([held, heldAsBytes]).toEqual(["float32", "uint8"]);
      expect(expected.count).toBe(250);
      expect(expected.correct).toBeGreaterThan(125);
      expect(found).toEqual(expected);
    } finally {
      await executable.dispose();
      await engine.dispose();
    }
  },
);

/** A file of safetensors with images of bytes and labels. */
function writeImages(file: string, { x, y }: Pick<LabelledData, "y"> & { readonly x: Tensor }): void {
  const parts = [x, y].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const [images, labels] = parts.map(({ length }) => length) as [number, number];
  const header = JSON.stringify({
    x: { dtype: "U8", shape: x.shape, data_offsets: [0, images] },
    y: { dtype: "I64", shape: y.shape, data_offsets: [images, images + labels] },
  });
  const text = Buffer.from(header.padEnd(8 * Math.ceil(header.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, ...parts]));
}

test("an evaluator without room for images in single precision tells so first, holds their bytes, and measures the same", async () => {
  const file = path.join(temporaryFolder(), "images.safetensors");
  const given = path.join(sample, "test.npz");
  const selection = { path: given, split: "test", samples: 300, sample: "first", seed: 0 } as const;
  const samples = await prepareSamples(await openData(given, {}), selection, undefined, [1, 28, 28], 10);
  const { x, preprocess } = bytesOf(samples);
  writeImages(file, { x, y: int64([...samples.y]) });
  const study = {
    ...resnetStudy(),
    model: { path: path.join(sample, "fashion-resnet8.onnx") },
    data: { ...selection, path: file },
    preprocess,
  };
  const measured = async (memory?: string): Promise<object> => {
    vi.stubEnv("LOSS_LANDSCAPE_MEMORY", memory);
    const evaluator = new EvaluatorProcess(evaluatorPath, () => {});
    vi.unstubAllEnvs();
    try {
      const { sampleSize, areBytes } = await evaluator.request({ kind: "fingerprint", study });
      await evaluator.request({ kind: "prepare", study });
      const { sums } = await evaluator.request({ kind: "evaluate", alpha: 0.3, beta: -0.2 });
      const subset = { first: 10, count: 40, groups: 4 };
      const { groups } = await evaluator.request({ kind: "evaluate", alpha: 0.3, beta: -0.2, subset });
      return { sampleSize, areBytes, sums, groups };
    } finally {
      await evaluator.kill();
    }
  };
  const held = await measured("1000000");
  expect(held).toMatchObject({ sampleSize: 784, areBytes: undefined, sums: { count: 300 } });
  expect(await measured("100")).toEqual({ ...held, areBytes: [true] });
});
