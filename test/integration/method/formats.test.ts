import { open } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../../../server/evaluator/model";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { writeSafetensors } from "../../../server/formats/safetensors/write";
import type { Tensor } from "../../../server/graph/tensor";
import type { RunResult } from "../../../server/protocol/result";
import type { CheckpointSelection, Study } from "../../../server/protocol/study";
import { temporaryFolder } from "../runs/support/folders";
import { fixture, resnetStudy, runStudy } from "../runs/support/study";
import { checkpoint, resultOf } from "./support";

const epochs = [0, 2, 4, 6, 8, 10];
const log = path.join(fixture, "log.csv");

/** Rewrites a checkpoint of PyTorch as safetensors, its tensors by other names. */
async function rewrite(file: string, target: string, rename: (name: string) => string): Promise<void> {
  const checkpoint = await openCheckpoint(file);
  const tensors = new Map<string, Tensor & { readonly data: Float32Array }>();
  for (const name of checkpoint.tensors.keys()) {
    const tensor = await checkpoint.read(name);
    if (tensor.data instanceof Float32Array) tensors.set(rename(name), { ...tensor, data: tensor.data });
  }
  await checkpoint.close();
  const handle = await open(target, "w");
  await writeSafetensors(handle, tensors);
  await handle.close();
}

function studyOf(checkpoints: CheckpointSelection): Study {
  return resnetStudy({
    checkpoints,
    directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points: [3, 3], fit: true },
  });
}

test("checkpoints of PyTorch and the same weights in safetensors, by other names, give the same trajectory", async () => {
  const folder = temporaryFolder();
  const files = epochs.map((epoch) => path.join(folder, `epoch_${epoch}.safetensors`));
  for (const [k, epoch] of epochs.entries()) {
    await rewrite(checkpoint(epoch), files[k]!, (name) => `student.${name.replace(/\.weight$/, ".w")}`);
  }
  const own = await resultOf(studyOf({ files: epochs.map(checkpoint), log }));
  const rename = [
    ["student.*.w", "*.weight"],
    ["student.*", "*"],
  ] as const;
  const other = await resultOf(studyOf({ files, log, rename }));
  const numbers = (result: RunResult): unknown =>
    result.trajectory!.checkpoints.map((each) => ({ ...each, name: "", path: "" }));
  expect(numbers(own)).toHaveLength(epochs.length);
  expect(numbers(other)).toEqual(numbers(own));
  expect(other.trajectory!.explainedVariance).toEqual(own.trajectory!.explainedVariance);
  expect(other.trajectory!.drops).toEqual(own.trajectory!.drops);
  expect(other.surfaces[0]!.loss).toEqual(own.surfaces[0]!.loss);

  // By names that are not the model's they fit nothing, and the sentence says which names there are.
  const { outcome } = await runStudy({ study: studyOf({ files, log }), resultsFolder: folder });
  expect(outcome.problem).toMatchObject({ reason: "file-unsupported", file: files[0] });
  expect(outcome.problem!.message).toMatch(/no tensor has a name of the model's \(student\..*, … against conv/);
});

test("weights of other names take the place of the model's own by the study's names for them", async () => {
  const weights = path.join(temporaryFolder(), "epoch_4.safetensors");
  await rewrite(checkpoint(4), weights, (name) => `student.${name}`);
  const model = path.join(fixture, "model.onnx");
  const own = await loadModel({ path: model, weights: checkpoint(4) });
  const renamed = await loadModel({ path: model, weights, rename: [["student.*", "*"]] });
  expect(renamed.graph.parameters).toEqual(own.graph.parameters);

  const advice = /"model\.rename" those of "model\.weights"/;
  await expect(loadModel({ path: model, weights })).rejects.toMatchObject({
    problem: { reason: "file-unsupported", file: weights, advice: expect.stringMatching(advice) as string },
  });
});
