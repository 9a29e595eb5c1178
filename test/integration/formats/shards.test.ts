import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { fingerprintStudy } from "../../../server/evaluator/fingerprint";
import type { Checkpoint } from "../../../server/formats/checkpoint";
import { openModel } from "../../../server/formats/open";
import { matchCheckpoint, openCheckpoint } from "../../../server/formats/openCheckpoint";
import { checkpointsBeside } from "../../../server/formats/series/beside";
import { bytesOf } from "../../../server/graph/elements";
import { temporaryFolder } from "../runs/support/folders";
import { resnetStudy } from "../runs/support/study";

const keras = path.resolve("test/fixtures/keras-shards");
const huggingFace = path.resolve("test/fixtures/checkpoints");

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** Copies the files of a folder whose names fit. */
function copy(from: string, names: RegExp): void {
  for (const name of readdirSync(from)) if (names.test(name)) copyFileSync(path.join(from, name), at(name));
}

function at(name: string): string {
  return path.join(folder, name);
}

async function valuesOf(file: string): Promise<Record<string, string>> {
  const checkpoint = await openCheckpoint(file);
  try {
    const values: Record<string, string> = {};
    for (const name of checkpoint.tensors.keys()) {
      values[name] = Buffer.from(bytesOf(await checkpoint.read(name))).toString("hex");
    }
    return values;
  } finally {
    await checkpoint.close();
  }
}

/** An index whose entries are changed. */
function changedIndex(change: (map: Record<string, unknown>) => void): string {
  copy(keras, /^split_/);
  const index = JSON.parse(readFileSync(path.join(keras, "split.weights.json"), "utf8")) as {
    weight_map: Record<string, unknown>;
  };
  change(index.weight_map);
  const file = at("split.weights.json");
  writeFileSync(file, JSON.stringify(index));
  return file;
}

describe("Keras' weights in several files", () => {
  test("are those in one, bit for bit, and fit the model", async () => {
    const whole = await valuesOf(path.join(keras, "whole.weights.h5"));
    expect(Object.keys(whole)).toHaveLength(10);
    expect(await valuesOf(path.join(keras, "split.weights.json"))).toEqual(whole);
    const { parameters } = (await openModel(path.join(keras, "model.keras"))).graph;
    const checkpoint: Checkpoint = await openCheckpoint(path.join(keras, "split.weights.json"));
    expect(matchCheckpoint(parameters, checkpoint, "model.keras").size).toBe(parameters.length);
    expect(checkpoint.format).toBe("Keras");
    await checkpoint.close();
  });

  test("are all meant by one of the files", async () => {
    const checkpoint = await openCheckpoint(path.join(keras, "split_00001.weights.h5"));
    expect(path.basename(checkpoint.path)).toBe("split.weights.json");
    expect(checkpoint.tensors.size).toBe(10);
    await checkpoint.close();
  });

  test("a file that its name alone makes one of several is itself", async () => {
    const file = at("split_00007.weights.h5");
    copy(keras, /^split[._]/);
    copyFileSync(path.join(keras, "whole.weights.h5"), file);
    const checkpoint = await openCheckpoint(file);
    expect(checkpoint.path).toBe(file);
    await checkpoint.close();
  });

  test("are no series of checkpoints", async () => {
    copy(keras, /^(split|model)/);
    expect(await checkpointsBeside(at("model.keras"))).toEqual([]);
  });

  test("are refused where the index does not fit its files", async () => {
    const head = "/layers/dense/vars";
    const gone = changedIndex((map) => (map[head] = "split_00009.weights.h5"));
    await expect(openCheckpoint(gone)).rejects.toThrow(/split_00009\.weights\.h5 .*no such file/);
    const other = changedIndex((map) => (map["/layers/dense_7/vars"] = ["split_00000.weights.h5"]));
    await expect(openCheckpoint(other)).rejects.toThrow(
      "split.weights.json does not fit its files: split_00000.weights.h5 has no tensor /layers/dense_7/vars",
    );
    for (const holder of ["../split_00000.weights.h5", "split.bin", [], [3], { a: 1 }]) {
      const strange = changedIndex((map) => (map[head] = holder));
      await expect(openCheckpoint(strange)).rejects.toThrow(`names as the file of ${head} what is none beside it`);
    }
  });
});

test("one of several files of safetensors means all of them", async () => {
  const one = path.join(huggingFace, "model-00002-of-00002.safetensors");
  expect(await valuesOf(one)).toEqual(await valuesOf(path.join(huggingFace, "model.safetensors.index.json")));
});

describe("fingerprints of a study have every file that holds its weights", () => {
  test.each([
    ["Keras", keras, /^split[._]/, "split.weights.json", "split_00001.weights.h5"],
    ["Keras, named by one of them", keras, /^split[._]/, "split_00000.weights.h5", "split_00001.weights.h5"],
    ["safetensors", huggingFace, /^model[-.]/, "model.safetensors.index.json", "model-00002-of-00002.safetensors"],
  ])("%s", async (_, from, names, named, shard) => {
    copy(from, names);
    const { model, ...study } = resnetStudy();
    const weighed = { ...study, model: { ...model, weights: at(named) } };
    const before = await fingerprintStudy(weighed);
    const bytes = readFileSync(at(shard));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(at(shard), bytes);
    const after = await fingerprintStudy(weighed);
    const changed = Object.keys(before).filter((file) => before[file] !== after[file]);
    expect(changed).toEqual([at(shard)]);
  });
});
