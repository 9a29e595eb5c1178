import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { DataSelection } from "../../../server/protocol/study";
import { splitsBeside } from "../../../server/study/splitsBeside";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "splits-beside-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "");
  }
}

const at = (name: string): string => path.join(folder, name);
const selection = (file: string, names: Partial<DataSelection> = {}): DataSelection => ({
  path: at(file),
  split: "test",
  samples: 100,
  sample: "stratified",
  seed: 0,
  ...names,
});
const none = () => Promise.resolve([]);

describe("splitsBeside", () => {
  test("offers arrays of the same file whose names differ in the split alone", async () => {
    const list = vi.fn(() =>
      Promise.resolve(["x_test", "y_test", "x_train", "y_train", "x_val", "images_train", "y_extra"]),
    );
    await write("data.npz");
    const first = selection("data.npz", { x: "x_test", y: "y_test" });
    expect(await splitsBeside([first], list)).toEqual([
      { split: "test", path: at("data.npz"), x: "x_test", y: "y_test" },
      { split: "train", path: at("data.npz"), x: "x_train", y: "y_train" },
    ]);
    expect(list.mock.calls).toEqual([[at("data.npz")]]);
  });

  test("offers files beside it whose names differ in the split alone, with names that all of them share", async () => {
    await write("test.npz", "train.npz", "val.npz", "other_train.npz");
    const list = vi.fn(none);
    const found = await splitsBeside([selection("test.npz", { x: "x", y: "y" })], list);
    expect(found).toEqual([
      { split: "test", path: at("test.npz"), x: "x", y: "y" },
      { split: "validation", path: at("val.npz"), x: "x", y: "y" },
      { split: "train", path: at("train.npz"), x: "x", y: "y" },
    ]);
    expect(list).not.toHaveBeenCalled();
  });

  test.each([
    ["t10k-images-idx3-ubyte", "train-images-idx3-ubyte", { y: "/labels" }],
    ["test_batch", "data_batch_1", {}],
    ["test-00000-of-00001.parquet", "train-00000-of-00004.parquet", {}],
    ["x_test.npy", "x_train.npy", { x: "x_test.npy", y: "/y_test.npy" }],
  ])("finds the training data of %s in %s, and labels by their usual name", async (test, train, names) => {
    await write(test, train, "notes.txt");
    const [, ...others] = await splitsBeside([selection(test, names)], none);
    expect(others).toEqual([{ split: "train", path: at(train) }]);
  });

  test("finds folders of pictures", async () => {
    await write("test/cat/1.png", "train/cat/1.png");
    const [, ...others] = await splitsBeside([selection("test")], none);
    expect(others).toEqual([{ split: "train", path: at("train") }]);
  });

  test("keeps what is measured first, and offers nothing under a name or place that is taken", async () => {
    await write("test.npz", "train.npz", "val.npz");
    const measured = [
      selection("test.npz"),
      selection("mine.npz", { split: "train" }),
      selection("val.npz", { split: "held out" }),
    ] as const;
    expect((await splitsBeside(measured, none)).map(({ split }) => split)).toEqual(["test", "train", "held out"]);
  });

  test("offers nothing beside a file whose name tells no split", async () => {
    await write("digits.npz", "train.npz");
    expect(await splitsBeside([selection("digits.npz", { split: "data" })], none)).toEqual([
      { split: "data", path: at("digits.npz") },
    ]);
  });
});
