import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataBeside } from "../../../server/study/dataBeside";

let folder: string;
let model: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "data-beside-"));
  model = path.join(folder, "net.onnx");
  await write("net.onnx");
});

afterEach(() => rm(folder, { recursive: true }));

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "");
  }
}

async function found(): Promise<readonly string[]> {
  return (await dataBeside(model)).map((file) => path.relative(folder, file).split(path.sep).join("/"));
}

describe("dataBeside", () => {
  test("finds .npz and IDX images, held-out splits first", async () => {
    await write("a.npz", "x_val.npz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "notes.txt");
    expect(await found()).toEqual(["t10k-images-idx3-ubyte.gz", "x_val.npz", "a.npz"]);
  });

  test("finds every format by its name, and no labels, logs or weights", async () => {
    await write("x_test.npy", "y_test.npy", "flowers.csv", "log.csv", "history.csv", "table.tsv");
    await write("test-00000-of-00002.parquet", "test-00001-of-00002.parquet", "data.safetensors", "model.safetensors");
    await write("weights.pkl", "test_data.pkl", "metrics.tsv", "train");
    expect(await found()).toEqual([
      "test-00000-of-00002.parquet",
      "test_data.pkl",
      "x_test.npy",
      "data.safetensors",
      "flowers.csv",
      "table.tsv",
    ]);
  });

  test("looks into folders of data, as torchvision lays them out, and finds folders of pictures", async () => {
    await write("data/MNIST/raw/t10k-images-idx3-ubyte", "data/MNIST/raw/t10k-images-idx3-ubyte.gz");
    await write("data/cifar-10-batches-py/test_batch", "data/cifar-10-batches-py/data_batch_1");
    await write("data/cifar-10-batches-py/data_batch_2", "data/cifar-100-python/test", "dataset/train/cat/1.png");
    await write("dataset/test/cat/1.png", "other/test.npz", "test/notes.txt", "data/.hidden/test.npz");
    expect(await found()).toEqual([
      "dataset/test",
      "data/cifar-10-batches-py/test_batch",
      "data/cifar-100-python/test",
      "data/MNIST/raw/t10k-images-idx3-ubyte",
      "dataset/train",
      "data/cifar-10-batches-py/data_batch_1",
    ]);
  });

  test("leaves tables alone that would take long to read", async () => {
    await write("small.csv", "large.csv");
    await truncate(path.join(folder, "large.csv"), 2 ** 26 + 1);
    expect(await found()).toEqual(["small.csv"]);
  });

  test("takes no more than 16", async () => {
    await write(...Array.from({ length: 20 }, (_, index) => `part${index}.npz`));
    expect(await found()).toHaveLength(16);
  });
});
