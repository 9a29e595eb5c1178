import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Problem } from "../../../server/protocol/problem";
import { chooseData, splitOf, studyBeside } from "../../../server/study/propose";

let folder: string;
let model: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-propose-"));
  model = path.join(folder, "net.onnx");
  await write("net.onnx");
});

afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, text = ""): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

describe("studyBeside", () => {
  test("takes the only study that names the model", async () => {
    await write("other.landscape.json", '{"model": "other.onnx"}');
    const study = await write("mine.landscape.json", '{"model": "./net.onnx", // fine\n}');
    expect(await studyBeside(model)).toEqual({ study, others: [] });
  });

  test("prefers the study with the model's own name, and otherwise does not choose between several", async () => {
    const first = await write("a.landscape.json", '{"model": "net.onnx"}');
    const second = await write("b.landscape.json", '{"model": "net.onnx"}');
    expect(await studyBeside(model)).toEqual({ study: undefined, others: [first, second] });
    const own = await write("net.landscape.json", '{"model": "net.onnx"}');
    expect(await studyBeside(model)).toEqual({ study: own, others: [first, second] });
  });

  test("finds a study with faults, so that they are told rather than passed over", async () => {
    const study = await write("net.landscape.json", '{"model": "net.onnx", "points": 3}');
    expect((await studyBeside(model)).study).toBe(study);
  });
});

describe("chooseData", () => {
  const problem: Problem = { reason: "data-mismatch", title: "T", message: "It is 28×28.", advice: "A." };
  const names = { x: "x", y: "y" };

  test("takes the only one that fits", () => {
    const fits = { path: "/d/b.npz", names };
    expect(chooseData("/d/net.onnx", [{ path: "/d/a.npz", problem }, fits])).toEqual({ data: fits, notices: [] });
  });

  test("asks when several fit, naming only those", () => {
    const facts = [
      { path: "/d/a.npz", names },
      { path: "/d/b.npz", problem },
      { path: "/d/c.npz", names },
    ];
    expect(chooseData("/d/net.onnx", facts)).toEqual({
      candidates: ["/d/a.npz", "/d/c.npz"],
      reason: "2 files beside net.onnx fit it: a.npz, c.npz.",
    });
  });

  const chosenOf = (...files: readonly string[]) =>
    chooseData(
      "/d/net.onnx",
      files.map((file) => ({ path: file })),
    );

  test.each([
    [["/d/test.npz", "/d/train.npz"], "/d/test.npz"],
    [["/d/cifar10_train.npz", "/d/cifar10_val.npz"], "/d/cifar10_val.npz"],
    [["/d/t10k-images-idx3-ubyte.gz", "/d/train-images-idx3-ubyte"], "/d/t10k-images-idx3-ubyte.gz"],
    [["/d/test-00000-of-00001.parquet", "/d/train-00000-of-00003.parquet"], "/d/test-00000-of-00001.parquet"],
    [["/d/data/test", "/d/data/train"], "/d/data/test"],
    [["/d/cifar/test_batch.bin", "/d/cifar/data_batch_1.bin"], "/d/cifar/test_batch.bin"],
  ])("takes the split of %j that was not trained on", (files, expected) => {
    expect(chosenOf(...files)).toMatchObject({ data: { path: expected } });
  });

  test("says which others fit", () => {
    expect(chosenOf("/d/test.npz", "/d/train.npz")).toEqual({
      data: { path: "/d/test.npz" },
      notices: ['test.npz is used; train.npz fits too and can be named in a study as the split "train".'],
    });
    expect(chosenOf("/d/test.npz", "/d/train.csv", "/d/train.npz")).toMatchObject({
      notices: [
        'test.npz is used; train.csv, train.npz fit too and each can be named in a study as the split "train".',
      ],
    });
  });

  test.each([
    ["two held-out splits", ["/d/test.npz", "/d/train.npz", "/d/val.npz"]],
    ["other names", ["/d/mnist_test.npz", "/d/fashion_train.npz"]],
    ["numbers of data sets", ["/d/cifar10_test.npz", "/d/cifar100_train.npz"]],
    ["other folders", ["/d/test.npz", "/d/data/train.npz"]],
    ["a file of no split", ["/d/other.npz", "/d/test.npz"]],
    ["training alone", ["/d/train.csv", "/d/train.npz"]],
  ])("asks about %s", (_, files) => {
    expect(chosenOf(...files)).toMatchObject({ candidates: files });
  });

  test("asks when none fits, with the reason", () => {
    expect(chooseData("/d/net.onnx", [])).toEqual({
      candidates: [],
      reason: 'There is no labelled data beside net.onnx, nor in a folder "data" there.',
    });
    expect(chooseData("/d/net.onnx", [{ path: "/d/a.npz", problem }])).toEqual({
      candidates: [],
      reason: "a.npz beside net.onnx does not fit: It is 28×28.",
    });
    const others = ["/d/a.npz", "/d/b.npz"].map((file) => ({ path: file, problem }));
    expect(chooseData("/d/net.onnx", others)).toEqual({
      candidates: [],
      reason: "None of the files beside net.onnx fits it: a.npz, b.npz. It is 28×28.",
    });
  });
});

test.each([
  [["x_test", "y_test", "/d/train.npz"], "test"],
  [["x", "y", "/d/train.npz"], "train"],
  [["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"], "test"],
  [["X_valid"], "validation"],
  [["/d/cifar-10-batches-py/data_batch_3"], "train"],
  [["/test/contest.npz"], undefined],
])("the split of %j is %s", (given, split) => {
  expect(splitOf(...given)).toBe(split);
});
