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
    expect(chooseData("/d/net.onnx", [{ path: "/d/a.npz", problem }, fits])).toEqual({ data: fits });
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

  test("asks when none fits, with the reason", () => {
    expect(chooseData("/d/net.onnx", [])).toEqual({
      candidates: [],
      reason: 'There is no labelled data beside net.onnx, nor in a folder "data" there.',
    });
    expect(chooseData("/d/net.onnx", [{ path: "/d/a.npz", problem }])).toEqual({
      candidates: [],
      reason: "a.npz beside net.onnx does not fit: It is 28×28.",
    });
  });
});

test.each([
  [["x_test", "y_test", "/d/train.npz"], "test"],
  [["x", "y", "/d/train.npz"], "train"],
  [["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"], "test"],
  [["X_valid"], "validation"],
  [["/test/contest.npz"], undefined],
])("the split of %j is %s", (given, split) => {
  expect(splitOf(...given)).toBe(split);
});
