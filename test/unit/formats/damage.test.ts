import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readModel } from "../../../server/formats/onnx/model";
import { isModelPath, openModel } from "../../../server/formats/open";
import { graphOf, node, valueInfo } from "../../../server/graph/build";
import { serialise } from "../../../server/graph/onnxBytes";
import { Message, WireError } from "../../../server/graph/wire";
import { ProblemError, type Problem } from "../../../server/protocol/problem";
import { noFiles } from "../../support/onnxFiles";

const original = readFileSync(path.resolve("test/fixtures/pytorch-resnet8/model.onnx"));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "models-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file into the test's folder. */
function write(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function problemOf(file: string): Promise<Problem> {
  try {
    await openModel(file);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error(`${file} was opened`);
}

/** A generator of whole numbers below a bound, the same at every run. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** Opens bytes as a model: whether they are one. Anything but a refusal in the reader's own words fails the test. */
function accepted(bytes: Uint8Array): boolean {
  try {
    readModel(bytes, noFiles, "model.onnx");
    return true;
  } catch (error) {
    if (error instanceof WireError || error instanceof ProblemError) return false;
    throw error;
  }
}

describe("damaged models are refused, never crash and never hang", () => {
  test("truncated anywhere", () => {
    const next = generator(1);
    for (let i = 0; i < 100; i++) accepted(original.subarray(0, next(original.length)));
    expect(accepted(original)).toBe(true);
  });

  test("bytes changed anywhere", () => {
    const next = generator(2);
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const bytes = new Uint8Array(original);
      // Most of the file is weights; the structure lies at the start and between them.
      for (let k = 0; k < 1 + next(8); k++) bytes[next(i % 2 ? bytes.length : 600)] = next(256);
      if (!accepted(bytes)) refused += 1;
    }
    expect(refused).toBeGreaterThan(30);
  });

  test("pieces cut out or doubled", () => {
    const next = generator(3);
    for (let i = 0; i < 50; i++) {
      const [from, to] = [next(original.length), next(original.length)].sort((a, b) => a - b) as [number, number];
      accepted(Buffer.concat([original.subarray(0, from), original.subarray(to)]));
      accepted(Buffer.concat([original.subarray(0, to), original.subarray(from)]));
    }
  });

  test("noise", () => {
    const next = generator(4);
    for (let i = 0; i < 100; i++) accepted(Uint8Array.from({ length: next(400) }, () => next(256)));
  });

  test("graphs nested without end", () => {
    const nested = (depth: number): Uint8Array => {
      let graph = new Message();
      for (let i = 0; i < depth; i++) {
        const attribute = new Message();
        attribute.text(1, "body");
        attribute.message(6, graph);
        attribute.integer(20, 5);
        const inner = new Message();
        inner.text(2, `v${i}`);
        inner.text(4, "Loop");
        inner.message(5, attribute);
        graph = new Message();
        graph.message(1, inner);
      }
      const model = new Message();
      model.message(7, graph);
      return model.finish();
    };
    expect(accepted(nested(20))).toBe(true);
    expect(accepted(nested(1000))).toBe(false);
  });

  test("a graph too deep to walk by recursion", () => {
    const length = 15_000;
    const nodes = Array.from({ length }, (_, i) => node("Identity", [i === 0 ? "x" : `v${i - 1}`], [`v${i}`]));
    const chain = graphOf({ inputs: [valueInfo("x", [1])], outputs: [valueInfo(`v${length - 1}`, [1])], nodes });
    expect(accepted(serialise(chain).bytes)).toBe(true);
  });
});

describe("one sentence for every file that is no model", () => {
  test("missing, a folder", async () => {
    const missing = path.join(folder, "gone.onnx");
    expect(await problemOf(missing)).toMatchObject({ reason: "file-missing", file: missing });
    expect((await problemOf(missing)).message).toContain("there is no such file");
    mkdirSync(path.join(folder, "folder.onnx"));
    expect((await problemOf(path.join(folder, "folder.onnx"))).message).toContain("it is a folder");
  });

  test("empty, cut short, something else, a pointer of Git LFS", async () => {
    const empty = await problemOf(write("empty.onnx", ""));
    expect(empty).toMatchObject({ reason: "file-corrupt", message: "empty.onnx is empty." });
    const cut = await problemOf(write("cut.onnx", original.subarray(0, 40_000)));
    expect(cut.reason).toBe("file-corrupt");
    expect(cut.message).toMatch(/^cut\.onnx is no valid ONNX model: field \d+ reaches beyond the end\.$/);
    const page = await problemOf(write("page.onnx", "<!DOCTYPE html><title>404</title>"));
    expect(page.reason).toBe("file-corrupt");
    const pointer = await problemOf(
      write("pointer.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
    );
    expect(pointer.advice).toContain("git lfs pull");
  });

  test("beyond 2 GiB", async () => {
    const file = write("huge.onnx", "");
    truncateSync(file, 2 ** 31);
    expect(await problemOf(file)).toMatchObject({ reason: "too-large", file });
  });

  test("another format, with a way to ONNX", async () => {
    for (const [name, way] of [
      ["model_3.pt", "torch.onnx.export"],
      ["model.safetensors", "torch.onnx.export"],
      ["lite.tflite", "--tflite lite.tflite"],
      ["saved_model.pb", "--saved-model FOLDER"],
      ["notes.txt", "Export the model as ONNX"],
    ] as const) {
      const problem = await problemOf(write(name, "anything"));
      expect(problem.reason).toBe("file-unsupported");
      expect([problem.advice, problem.snippet].join("\n")).toContain(way);
      expect(problem.message).toContain(name);
      expect(isModelPath(name)).toBe(false);
    }
    for (const name of ["/a/b/Model.ONNX", "model.keras", "model.h5", "model.hdf5", "model.json"])
      expect(isModelPath(name)).toBe(true);
    expect(isModelPath("epoch_03.weights.h5")).toBe(false);
  });

  test("a Keras model that is none", async () => {
    for (const name of ["model.keras", "model.h5"]) {
      const problem = await problemOf(write(name, "anything"));
      expect(problem).toMatchObject({ reason: "file-corrupt", file: path.join(folder, name) });
      expect(problem.message).toMatch(new RegExp(`^${name} `));
    }
  });

  test("a valid file whose graph is not", async () => {
    const graph = graphOf({ inputs: [], outputs: [valueInfo("y", [])], nodes: [node("Relu", ["nowhere"], ["y"])] });
    const problem = await problemOf(write("loose.onnx", serialise(graph).bytes));
    expect(problem).toMatchObject({ reason: "file-corrupt", file: path.join(folder, "loose.onnx") });
    expect(problem.message).toMatch(/^loose\.onnx uses the value nowhere/);
  });

  test("a model without parameters is a model", async () => {
    const graph = graphOf({
      inputs: [valueInfo("x", ["n", 2])],
      outputs: [valueInfo("y", ["n", 2])],
      nodes: [node("Relu", ["x"], ["y"])],
    });
    expect((await openModel(write("plain.onnx", serialise(graph).bytes))).graph.parameters).toEqual([]);
  });
});

describe("weights in other files", () => {
  /** A model whose constant `c`, two floats, lies elsewhere. */
  function model(place: Readonly<Record<string, string>>, shape: readonly number[] = [2]): Uint8Array {
    const tensor = new Message();
    tensor.packedIntegers(1, shape);
    tensor.integer(2, 1);
    tensor.text(8, "c");
    for (const [key, value] of Object.entries(place)) {
      const entry = new Message();
      entry.text(1, key);
      entry.text(2, value);
      tensor.message(13, entry);
    }
    tensor.integer(14, 1);
    const graph = new Message();
    graph.message(5, tensor);
    const whole = new Message();
    whole.raw(
      serialise(
        graphOf({
          inputs: [valueInfo("x", ["n", 2])],
          outputs: [valueInfo("y", ["n", 2])],
          nodes: [node("Pow", ["x", "c"], ["y"])],
        }),
      ).bytes,
    );
    // The node that uses the tensor comes before it in the file, which is as good.
    whole.message(7, graph);
    return whole.finish();
  }
  const floats = new Uint8Array(Float32Array.of(9, 1, 2, 9).buffer);

  test("are read beyond 4 GiB of their file, of which nothing else is read", async () => {
    const offset = 5 * 2 ** 30;
    // The file has a hole of five gigabytes, which takes no place on the disk.
    const far = write("far.bin", "");
    truncateSync(far, offset);
    appendFileSync(far, floats);
    const file = write("far.onnx", model({ location: "far.bin", offset: String(offset + 4), length: "8" }));
    const { parameters, constants } = (await openModel(file)).graph;
    const found = constants.get("c") ?? parameters.find(({ name }) => name === "c")?.tensor;
    expect(found?.data).toEqual(Float32Array.of(1, 2));
    rmSync(far);
  });

  test("are read from their place", async () => {
    mkdirSync(path.join(folder, "sub"), { recursive: true });
    write("sub/weights.bin", floats);
    const places: Record<string, string>[] = [
      { location: "sub/weights.bin", offset: "4", length: "8" },
      { location: "sub/weights.bin", offset: "4" },
    ];
    for (const place of places) {
      const { graph } = await openModel(write("outside.onnx", model(place)));
      expect(graph.constants.get("c")?.data).toEqual(Float32Array.of(1, 2));
      expect(graph.files).toEqual([path.join(folder, "sub", "weights.bin")]);
    }
    const whole = (await openModel(write("outside.onnx", model({ location: "sub/weights.bin" }, [4])))).graph;
    expect(whole.constants.get("c")?.data).toEqual(Float32Array.of(9, 1, 2, 9));
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    ["missing", { location: "none.bin" }, "file-missing", /none\.bin/],
    ["unnamed", {}, "file-corrupt", /""/],
    ["a folder", { location: "sub" }, "file-missing", /sub/],
    ["above the model's folder", { location: "../weights.bin" }, "file-corrupt", /\.\.\/weights\.bin/],
    ["an absolute path", { location: "/etc/hostname" }, "file-corrupt", /\/etc\/hostname/],
    ["a roundabout way out", { location: "sub/../../weights.bin" }, "file-corrupt", /weights\.bin/],
    ["a NUL in its name", { location: "sub/weights.bin\0" }, "file-corrupt", /weights/],
    ["too short", { location: "sub/weights.bin", offset: "12" }, "file-corrupt", /8 bytes at 12 but ends at 16/],
    [
      "another length",
      { location: "sub/weights.bin", length: "12" },
      "file-corrupt",
      /12 bytes for a tensor that needs 8/,
    ],
    ["an absurd offset", { location: "sub/weights.bin", offset: "-1" }, "file-corrupt", /impossible offset "-1"/],
    ["an absurd length", { location: "sub/weights.bin", length: "9".repeat(30) }, "file-corrupt", /impossible length/],
  ])("%s", async (_, place, reason, message) => {
    write("sub/weights.bin", floats);
    const file = write("outside.onnx", model(place));
    const problem = await problemOf(file);
    expect(problem).toMatchObject({ reason, file });
    expect(problem.message).toMatch(message);
    expect(problem.message).toContain("outside.onnx");
  });

  test("a model reached by a link finds its data beside the link", async () => {
    mkdirSync(path.join(folder, "store"), { recursive: true });
    write("store/model", model({ location: "weights.bin", offset: "4" }));
    write("weights.bin", floats);
    symlinkSync(path.join(folder, "store/model"), path.join(folder, "linked.onnx"));
    expect((await openModel(path.join(folder, "linked.onnx"))).graph.constants.get("c")?.data).toEqual(
      Float32Array.of(1, 2),
    );
  });
});
