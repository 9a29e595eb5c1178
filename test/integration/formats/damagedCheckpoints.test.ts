import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { ProblemError } from "../../../server/protocol/problem";

const fixtures = path.resolve("test/fixtures/checkpoints");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "damaged-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A generator of whole numbers below a bound, the same at every run. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function write(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Opens and reads all of a file. Anything but a refusal that names the file fails the test. */
async function accepted(file: string): Promise<boolean> {
  try {
    const checkpoint = await openCheckpoint(file);
    try {
      for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
    } finally {
      await checkpoint.close();
    }
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.problem.file).toBe(file);
    return false;
  }
}

describe("damaged weights are refused, never crash and never hang", () => {
  test.each(["tiny.pt", "tiny-old.pt", "extras.pth", "views.pt", "tiny.safetensors", "tiny.npz", "tiny-packed.npz"])(
    "%s",
    async (name) => {
      const original = readFileSync(path.join(fixtures, name));
      expect(await accepted(write(name, original))).toBe(true);
      const next = generator(original.length);
      let refused = 0;
      for (let i = 0; i < 120; i++) {
        let bytes: Uint8Array = new Uint8Array(original);
        if (i % 4 === 0) bytes = bytes.subarray(0, next(bytes.length));
        else if (i % 4 === 1) {
          const [from, to] = [next(bytes.length), next(bytes.length)].sort((a, b) => a - b) as [number, number];
          bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
        } else for (let k = 0; k < 1 + next(8); k++) bytes[next(bytes.length)] = next(256);
        if (!(await accepted(write(name, bytes)))) refused += 1;
      }
      expect(refused).toBeGreaterThan(50);
    },
  );

  test("noise by any name", async () => {
    const next = generator(9);
    for (const ending of ["pt", "t7", "safetensors", "npz", "bin.index.json", "onnx"]) {
      for (let i = 0; i < 20; i++) {
        const start = [[], [0x80, 2], [0x50, 0x4b, 3, 4]][i % 3]!;
        const bytes = [...start, ...Array.from({ length: next(300) + 1 }, () => next(256))];
        expect(await accepted(write(`noise.${ending}`, Uint8Array.from(bytes)))).toBe(false);
      }
    }
  });

  test("a changed weight is noticed by its checksum", async () => {
    const bytes = readFileSync(path.join(fixtures, "tiny.pt"));
    const weight = readFileSync(path.join(fixtures, "expected.json"), "utf8");
    const first = (JSON.parse(weight) as { tiny: Record<string, { values: number[] }> }).tiny["0.weight"]!.values[0]!;
    const at = bytes.indexOf(Buffer.from(Float32Array.of(first).buffer));
    expect(at).toBeGreaterThan(0);
    bytes[at]! ^= 1;
    await expect(readAll(write("changed.pt", bytes))).rejects.toThrow("checksum");
  });
});

async function readAll(file: string): Promise<void> {
  const checkpoint = await openCheckpoint(file);
  try {
    for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
  } finally {
    await checkpoint.close();
  }
}

describe("files made to mislead", () => {
  const safetensors = (header: unknown, data = 0): Uint8Array => {
    const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, Buffer.alloc(data)]);
  };
  const tensor = (shape: unknown, offsets: unknown, dtype: unknown = "F32"): unknown => ({
    w: { dtype, shape, data_offsets: offsets },
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["a header beyond the end", Buffer.from("ffffff7f00000000 7b7d".replace(" ", ""), "hex"), /cut short/],
    ["nested without end", safetensors("[".repeat(100_000) + "]".repeat(100_000)), /not a JSON object/],
    ["no JSON", safetensors("{nothing}"), /not a JSON object/],
    ["a list", safetensors([]), /not a JSON object/],
    ["offsets beyond the end", safetensors(tensor([2], [8, 16]), 8), /should end at/],
    ["offsets the wrong way", safetensors(tensor([2], [8, 0]), 8), /makes no sense/],
    ["another size", safetensors(tensor([3], [0, 8]), 8), /makes no sense/],
    ["an absurd shape", safetensors(tensor([2 ** 40, 2 ** 40], [0, 8]), 8), /makes no sense/],
    ["negative extents", safetensors(tensor([-1, -2], [0, 8]), 8), /makes no sense/],
    ["text for a shape", safetensors(tensor("2", [0, 8]), 8), /makes no sense/],
    ["quantised weights", safetensors(tensor([8], [0, 8], "F8_E4M3"), 8), /stores w as F8_E4M3/],
    ["nothing", safetensors({ __metadata__: {} }), /holds no tensors/],
  ])("safetensors: %s", async (_, bytes, message) => {
    await expect(readAll(write("made.safetensors", bytes))).rejects.toThrow(message);
  });

  test.each([
    ["../model_10.safetensors", /what is none beside it/],
    ["/etc/passwd", /what is none beside it/],
    ["C:\\weights.safetensors", /what is none beside it/],
    ["gone.safetensors", /no such file/],
  ])("an index that points to %s", async (holder, message) => {
    const file = write("made.safetensors.index.json", JSON.stringify({ weight_map: { w: holder } }));
    await expect(readAll(file)).rejects.toThrow(message);
  });

  test("an empty file, a pointer of Git LFS, Lua Torch", async () => {
    await expect(readAll(write("empty.pt", ""))).rejects.toThrow("empty.pt is empty");
    await expect(readAll(write("lfs.pt", "version https://git-lfs.github.com/spec/v1\n"))).rejects.toThrow("Git LFS");
    await expect(readAll(write("lua.t7", "4\n1\n3\nV 1\n"))).rejects.toThrow("Lua Torch");
  });
});
