import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expandCheckpoints } from "../../../server/formats/series";
import { checkpointsBeside, type FoundSeries } from "../../../server/formats/series/beside";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "beside-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(names: readonly string[], size = 8): void {
  for (const name of names) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, new Uint8Array(size));
  }
}

const relative = (file: string): string => path.relative(folder, file).replaceAll("\\", "/");

async function find(model: string): Promise<readonly FoundSeries[]> {
  write([model]);
  const found = await checkpointsBeside(path.join(folder, model));
  return found.map((each) => ({
    ...each,
    files: each.files.map(relative),
    centres: each.centres.map(relative),
  }));
}

const count = (name: (n: number) => string, numbers: readonly number[]): string[] => numbers.map(name);

describe("one training beside a model is found with the pattern that a study writes", () => {
  test.each<[string, string, string, FoundSeries["by"], readonly string[]]>([
    ["the authors' names", "net.onnx", "model_*.t7", "number", ["model_1.t7", "model_2.t7", "model_10.t7"]],
    [
      "Keras weights in a folder",
      "net.keras",
      "checkpoints/epoch_*.weights.h5",
      "epoch",
      ["checkpoints/epoch_00.weights.h5", "checkpoints/epoch_01.weights.h5", "checkpoints/epoch_10.weights.h5"],
    ],
    ["Keras models", "final.keras", "epoch_*.keras", "epoch", ["epoch_1.keras", "epoch_2.keras"]],
    [
      "Keras with a measure in the name",
      "net.h5",
      "weights/weights.*-*.h5",
      "number",
      ["weights/weights.01-0.93.h5", "weights/weights.02-0.81.h5"],
    ],
    [
      "Lightning",
      "net.onnx",
      "lightning_logs/version_0/checkpoints/epoch=*-step=*.ckpt",
      "epoch",
      [
        "lightning_logs/version_0/checkpoints/epoch=2-step=300.ckpt",
        "lightning_logs/version_0/checkpoints/epoch=10-step=1100.ckpt",
      ],
    ],
    [
      "Hugging Face",
      "net.onnx",
      "checkpoint-*/model.safetensors",
      "step",
      ["checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors"],
    ],
    [
      "Hugging Face, in several files each",
      "net.onnx",
      "out/checkpoint-*/model.safetensors.index.json",
      "step",
      ["out/checkpoint-5/model.safetensors.index.json", "out/checkpoint-10/model.safetensors.index.json"],
    ],
    [
      "a folder of models",
      "net.onnx",
      "saved_models/epoch_*.pt",
      "epoch",
      ["saved_models/epoch_1.pt", "saved_models/epoch_2.pt"],
    ],
    ["TensorFlow.js", "model.json", "epoch_*/model.json", "epoch", ["epoch_2/model.json", "epoch_12/model.json"]],
    [
      "a folder of the training in a folder of trainings",
      "net.onnx",
      "runs/2024-05-06/model_*.pt",
      "number",
      ["runs/2024-05-06/model_1.pt", "runs/2024-05-06/model_2.pt", "runs/2024-05-06/model_3.pt"],
    ],
    ["archives of archives", "net.onnx", "ckpt/*.pth.tar", "number", ["ckpt/8.pth.tar", "ckpt/10.pth.tar"]],
    [
      "numbers before the epoch are the training's own",
      "net.onnx",
      "cifar10_epoch_*.pt",
      "epoch",
      ["cifar10_epoch_1.pt", "cifar10_epoch_2.pt"],
    ],
  ])("%s", async (_, model, written, by, files) => {
    write([...files].reverse());
    expect(await find(model)).toEqual([{ written, files, by, centres: [] }]);
    const expanded = await expandCheckpoints(written, folder);
    expect(expanded.map(relative).sort()).toEqual([...files].sort());
  });
});

test("best and last are no part of it but possible centres; states of optimizers are neither", async () => {
  const names = ["epoch=1.ckpt", "epoch=2.ckpt", "best.ckpt", "last.ckpt", "best-optimizer.ckpt", "optimizer.ckpt"];
  write(names.map((name) => `ckpt/${name}`));
  expect(await find("net.onnx")).toEqual([
    {
      written: "ckpt/epoch=*.ckpt",
      files: ["ckpt/epoch=1.ckpt", "ckpt/epoch=2.ckpt"],
      by: "epoch",
      centres: ["ckpt/best.ckpt", "ckpt/last.ckpt"],
    },
  ]);
});

test("the model itself is none of its checkpoints", async () => {
  write(count((n) => `epoch_${n}.keras`, [1, 2, 3, 4]));
  expect(await find("epoch_4.keras")).toMatchObject([
    { written: "epoch_*.keras", files: ["epoch_1.keras", "epoch_2.keras", "epoch_3.keras"] },
  ]);
});

test("a pattern that would take in other files is written as a list", async () => {
  write(count((n) => `checkpoints/model_${n}.pt`, [1, 2, 10]));
  write(["checkpoints/model_2_ema.pt", "checkpoints/model_best.pt"]);
  const [found] = await find("net.onnx");
  expect(found!.written).toEqual(["checkpoints/model_1.pt", "checkpoints/model_2.pt", "checkpoints/model_10.pt"]);
  rmSync(path.join(folder, "checkpoints/model_2_ema.pt"));
  expect(await find("net.onnx")).toMatchObject([{ written: "checkpoints/model_*.pt" }]);
});

test("several trainings: the nearest first, then epochs, then the longest", async () => {
  write(count((n) => `runs/a/epoch_${n}.pt`, [1, 2]));
  write(count((n) => `runs/b/epoch_${n}.pt`, [1, 2, 3]));
  write(count((n) => `runs/c/model_${n}.pt`, [1, 2, 3, 4]));
  write(count((n) => `checkpoints/${n}.pt`, [1, 2]));
  expect((await find("net.onnx")).map(({ written }) => written)).toEqual([
    "checkpoints/*.pt",
    "runs/b/epoch_*.pt",
    "runs/a/epoch_*.pt",
    "runs/c/model_*.pt",
  ]);
});

describe("nothing is found in", () => {
  test.each<[string, string, readonly string[]]>([
    ["files of another family", "net.keras", ["epoch_1.pt", "epoch_2.pt"]],
    ["files for another model format", "net.onnx", ["epoch_1.keras", "epoch_2.keras"]],
    [
      "batches of data",
      "net.onnx",
      ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "fold_1.npz", "fold_2.npz"],
    ],
    ["parts of one checkpoint", "net.onnx", ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors"]],
    ["two numbers without a tag", "net.onnx", ["seed1_1.pt", "seed1_2.pt", "seed2_1.pt", "seed2_2.pt"]],
    ["models of several trainings", "net.onnx", ["run_1/model.onnx", "run_2/model.onnx", "run_3/model.onnx"]],
    ["a single file", "net.onnx", ["checkpoints/model_1.pt"]],
    [
      "hidden folders and folders of other names",
      "net.onnx",
      [".cache/epoch_1.pt", ".cache/epoch_2.pt", "old/epoch_1.pt", "old/epoch_2.pt"],
    ],
    ["files of a kind that is not known", "net.tflite", ["epoch_1.tflite", "epoch_2.tflite"]],
  ])("%s", async (_, model, files) => {
    write(files);
    expect(await find(model)).toEqual([]);
  });

  test("models of several sizes", async () => {
    for (const [k, name] of ["resnet18.onnx", "resnet34.onnx", "resnet50.onnx", "resnet101.onnx"].entries()) {
      write([name], 100 * (k + 1));
    }
    write(["resnet152.onnx"], 1000);
    expect(await checkpointsBeside(path.join(folder, "resnet152.onnx"))).toEqual([]);
  });

  test("a folder that is not there", async () => {
    expect(await checkpointsBeside(path.join(folder, "gone", "net.onnx"))).toEqual([]);
  });
});

test("the search ends in a tree of many folders", async () => {
  for (let i = 0; i < 250; i++) mkdirSync(path.join(folder, "runs", `run_${i}`, "checkpoints"), { recursive: true });
  write(count((n) => `epoch_${n}.pt`, [1, 2]));
  expect(await find("net.onnx")).toHaveLength(1);
});
