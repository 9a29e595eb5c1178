import { zipSync } from "fflate";
import * as h5wasm from "h5wasm/node";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDirections } from "../../../server/formats/directions";
import { openModel } from "../../../server/formats/open";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { readReferenceFigures } from "../../../server/formats/reference/surface";
import { readLearningRates } from "../../../server/formats/series";
import type { Problem } from "../../../server/protocol/problem";
import { openRun } from "../../../server/runs/open";
import { headerLine } from "../../../server/runs/record";
import { readStudy } from "../../../server/study/read";
import { npy, npz, problemFrom } from "../../support/data";
import { headerFor } from "../../unit/runs/header";

const fixtures = path.resolve("test/fixtures");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** A file of any size that takes no place on the disk. */
function sparse(name: string, content: Uint8Array | string, size: number): string {
  const file = write(name, content);
  truncateSync(file, size);
  return file;
}

/** Reads all tensors of a checkpoint. */
async function readAll(file: string): Promise<void> {
  const checkpoint = await openCheckpoint(file);
  try {
    for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
  } finally {
    await checkpoint.close();
  }
}

async function refusal(file: string, reading: Promise<unknown>): Promise<Problem> {
  const problem = await problemFrom(reading);
  expect(problem.file).toBe(file);
  expect(problem.message).toContain(path.basename(file));
  return problem;
}

/** Where the list of contents of an archive starts. */
function listOf(archive: Uint8Array): number {
  return Buffer.from(archive).indexOf("PK\x01\x02", 0, "latin1");
}

describe("archives", () => {
  const array = npy("<f4", [4], Float32Array.of(1, 2, 3, 4));

  test("whose entries share their bytes are refused", async () => {
    const archive = Buffer.from(npz({ a: array, b: array }, 0));
    const second = archive.indexOf("PK\x01\x02", listOf(archive) + 4, "latin1");
    archive.writeUInt32LE(0, second + 42);
    const file = write("overlap.npz", archive);
    expect((await refusal(file, readAll(file))).message).toBe("overlap.npz is damaged: a.npy and b.npy overlap.");
  });

  test.each([
    [0xffff, /list of contents is broken/],
    [2 ** 32, /claims to hold 4294967296 entries/],
  ])("that claim %i entries are refused", async (count, message) => {
    const archive = Buffer.from(npz({ a: array }, 0));
    const end = archive.length - 22;
    const wide = Buffer.alloc(76);
    wide.write("PK\x06\x06");
    wide.writeBigUInt64LE(BigInt(count), 32);
    wide.writeBigUInt64LE(BigInt(archive.readUInt32LE(end + 12)), 40);
    wide.writeBigUInt64LE(BigInt(archive.readUInt32LE(end + 16)), 48);
    wide.write("PK\x06\x07", 56);
    wide.writeBigUInt64LE(BigInt(end), 64);
    const file = write("count.npz", Buffer.concat([archive.subarray(0, end), wide, archive.subarray(end)]));
    expect((await refusal(file, readAll(file))).message).toMatch(message);
  });

  test("of archives are none of what was in them", async () => {
    const file = write(
      "nested.pt",
      zipSync({ "inner.pt": readFileSync(path.join(fixtures, "checkpoints", "tiny.pt")) }),
    );
    expect((await refusal(file, readAll(file))).message).toContain("none of PyTorch's weights");
  });

  test("write nothing by the paths of their entries", async () => {
    const names = ["../escaped", "/tmp/escaped", "..\\escaped", "a/../../escaped"];
    const file = write("paths.npz", npz(Object.fromEntries(names.map((name) => [name, array]))));
    const checkpoint = await openCheckpoint(file);
    expect([...checkpoint.tensors.keys()]).toEqual(names);
    for (const name of names) expect((await checkpoint.read(name)).data).toEqual(Float32Array.of(1, 2, 3, 4));
    await checkpoint.close();
  });

  test("of directions are refused by their shapes, before a bomb of zeros is unpacked", async () => {
    const bomb = npy("<f4", [2 ** 27], new Uint8Array(0));
    const file = write("bomb.npz", npz({ "x/w": bomb }));
    const parameter = {
      name: "w",
      role: "kernel",
      tensor: { dtype: "float32", shape: [4], data: new Float32Array(4) },
    };
    const reading = readDirections(file, [{ ...parameter, filterAxes: [] } as never], "net.onnx");
    expect((await refusal(file, reading)).message).toContain("x/w [134217728] against [4]");
  });

  test("of Keras models are not unpacked without end", async () => {
    const weights = new Uint8Array(3 * 2 ** 20);
    const archive = Buffer.from(zipSync({ "config.json": Buffer.from("{}"), "model.weights.h5": weights }));
    const entry = archive.indexOf("PK\x01\x02", listOf(archive) + 4, "latin1");
    archive.writeUInt32LE(2 ** 32 - 2, entry + 24);
    const file = write("bomb.keras", archive);
    const problem = await refusal(file, openModel(file));
    expect(problem).toMatchObject({ reason: "too-large" });
    expect(problem.message).toContain("4294967294 bytes");
  });
});

describe("JSON nested a million levels deep", () => {
  const deep = (open: string, close: string): string => open.repeat(1_000_000) + close.repeat(1_000_000);

  test("in a header of safetensors", async () => {
    const text = Buffer.from(`{"w":${deep("[", "]")}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const file = write("deep.safetensors", Buffer.concat([length, text]));
    expect((await refusal(file, readAll(file))).message).toContain("not a JSON object");
  });

  test("in an index of weights", async () => {
    const file = write("deep.safetensors.index.json", `{"weight_map": ${deep('{"a":', "}")}}`);
    expect((await refusal(file, readAll(file))).message).toContain("no index of weights");
  });

  test("in the description of a Keras model, in either kind of file", async () => {
    const config = Buffer.from(`{"class_name": "Sequential", "config": ${deep("[", "]")}}`);
    const file = write("deep.keras", zipSync({ "config.json": config }));
    expect((await refusal(file, openModel(file))).message).toContain("nested without end");
    await h5wasm.ready;
    const legacy = path.join(folder, "deep.h5");
    const root = new h5wasm.File(legacy, "w");
    // An attribute holds 64 kB, which is deep enough for a parser that recurses.
    root.create_attribute("model_config", "[".repeat(30_000) + "]".repeat(30_000));
    root.close();
    expect((await refusal(legacy, openModel(legacy))).message).toContain("nested without end");
  });

  test.each([
    ["brackets", () => "[".repeat(500_000), "nests brackets deeper"],
    ["objects", () => '{"model":'.repeat(100_000), "nests brackets deeper"],
    ["values without end", () => `{"model": "a.onnx", "checkpoints": [${"1,".repeat(400_000)}1]}`, "10000 values"],
    ["quotes without end", () => '"\\'.repeat(500_000), "JSON is broken"],
    ["comments without end", () => "/*".repeat(500_000), "JSON is broken"],
    ["faults without end", () => `{"model": "a.onnx", ${'"a": 1, '.repeat(9000)} "b": 2}`, "is not a field of a study"],
  ])("in a study: %s", async (_, text, words) => {
    const file = write("deep.landscape.json", text());
    expect((await refusal(file, readStudy(file))).message).toContain(words);
  });

  test("in a journal", async () => {
    const line = headerLine(headerFor([3, 3]));
    const file = write("deep.landscape-run.jsonl", `${line.replace('"study":', `"extra":${deep("[", "]")},"study":`)}`);
    expect((await refusal(file, openRun(file))).message).toContain("first line is not the header");
    const after = write("after.landscape-run.jsonl", `${line}${deep("[", "]")}\n`);
    expect((await refusal(after, openRun(after))).message).toContain("line 2 is neither a point");
  });
});

describe("files that are larger than they may be", () => {
  test.each([
    ["log.csv", "epoch,lr\n", 2 ** 32, readLearningRates],
    ["trainer_state.json", "{", 2 ** 32, readLearningRates],
    ["huge.safetensors.index.json", "{", 2 ** 32, readAll],
    ["huge.landscape.json", "{", 2 ** 32, readStudy],
    ["huge.landscape-run.jsonl", headerLine(headerFor([3, 3])), 2 ** 32, openRun],
    ["huge.onnx", "", 2 ** 32, openModel],
  ])("%s", async (name, content, size, read) => {
    const file = sparse(name, content, size);
    await refusal(file, (read as (file: string) => Promise<unknown>)(file));
    rmSync(file);
  });

  test("a journal whose grid has more points than any study may ask for", async () => {
    const header = { ...headerFor([3, 3]), x: Array.from({ length: 3000 }, (_, k) => k) };
    const file = write("grid.landscape-run.jsonl", headerLine(header));
    expect((await refusal(file, openRun(file))).message).toContain("header is incomplete");
  });
});

test.skipIf(process.platform === "win32")(
  "named pipes are refused at once, as nobody may ever write into them",
  async () => {
    for (const name of ["pipe.pt", "pipe.safetensors", "pipe.onnx", "pipe.csv"]) {
      const file = path.join(folder, name);
      execFileSync("mkfifo", [file]);
      const read = name.endsWith("csv") ? readLearningRates : name.endsWith("onnx") ? openModel : readAll;
      expect((await problemFrom(read(file))).message).toContain("no ordinary file");
    }
  },
);

describe("HDF5", () => {
  const written = async (name: string, fill: (root: h5wasm.File) => void): Promise<string> => {
    await h5wasm.ready;
    const file = path.join(folder, name);
    const root = new h5wasm.File(file, "w");
    fill(root);
    root.close();
    return file;
  };
  const line = { data: Float64Array.of(-1, 0, 1), shape: [3], dtype: "<d" };

  test("links to other files are not followed", async () => {
    const secret = await written("secret.h5", (root) => root.create_dataset({ name: "xcoordinates", ...line }));
    const file = await written("linked.h5", (root) =>
      root.create_external_link(secret, "/xcoordinates", "xcoordinates"),
    );
    expect((await refusal(file, readReferenceFigures(file))).message).toContain("it refers to another file");
  });

  test("arrays whose bytes are in other files are refused, as the library would read any of the user's", async () => {
    // The external file of the fixture is /etc/hostname.
    const file = write("external.h5", readFileSync(path.join(fixtures, "hostile", "external.h5")));
    expect((await refusal(file, readReferenceFigures(file))).message).toContain("it refers to another file");
  });

  test("links in a circle end", async () => {
    const file = await written("circle.h5", (root) => {
      root.create_group("a");
      root.create_hard_link("/", "/a/again");
      root.create_soft_link("/b", "/c");
      root.create_soft_link("/c", "/b");
      root.create_soft_link("/xcoordinates", "/xcoordinates");
    });
    await refusal(file, readReferenceFigures(file));
    await refusal(file, openModel(file));
  });

  test("what one damaged file does to the library is not felt by the next", async () => {
    const good = path.join(fixtures, "reference-h5", "surface.h5");
    const whole = await readReferenceFigures(good);
    const bytes = readFileSync(good);
    for (let at = 8; at < bytes.length; at += Math.ceil(bytes.length / 150)) {
      const changed = Buffer.from(bytes);
      changed.fill(0xff, at, at + 4);
      const file = write("damaged.h5", changed);
      await readReferenceFigures(file).catch((error: unknown) => {
        expect((error as { problem?: Problem }).problem?.file).toBe(file);
      });
    }
    expect(await readReferenceFigures(good)).toEqual(whole);
  });
});
