import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../../server/formats/checkpoint";
import { openModel } from "../../../server/formats/open";
import { matchCheckpoint, openCheckpoint } from "../../../server/formats/openCheckpoint";
import { bytesOf } from "../../../server/graph/elements";
import { fromBfloat16, fromFloat16 } from "../../../server/graph/half";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError, type Problem } from "../../../server/protocol/problem";

const fixtures = path.resolve("test/fixtures/checkpoints");
const resnet = path.resolve("test/fixtures/pytorch-resnet8");

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly (number | boolean)[];
}
const expected = JSON.parse(readFileSync(path.join(fixtures, "expected.json"), "utf8")) as Record<
  string,
  Record<string, Expected>
>;

async function using<T>(file: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(path.resolve(fixtures, file));
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

async function problemOf(file: string): Promise<Problem> {
  try {
    await using(file, () => Promise.resolve());
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error(`${file} was opened`);
}

function numbersOf({ dtype, data }: Tensor): number[] {
  if (dtype === "float16") return Array.from(data as Uint16Array, fromFloat16);
  if (dtype === "bfloat16") return Array.from(data as Uint16Array, fromBfloat16);
  return Array.from<number | bigint, number>(data, Number);
}

async function expectNumbers(checkpoint: Checkpoint, wanted: Record<string, Expected>): Promise<void> {
  expect([...checkpoint.tensors.keys()].sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { shape, dtype, values }] of Object.entries(wanted)) {
    const tensor = await checkpoint.read(name);
    expect(checkpoint.tensors.get(name), name).toMatchObject({ dtype, shape });
    expect([tensor.dtype, tensor.shape], name).toEqual([dtype, shape]);
    expect(numbersOf(tensor), name).toEqual(values.map(Number));
  }
}

describe("PyTorch's own values come back exactly", () => {
  test.each([
    ["tiny.pt", "PyTorch"],
    ["tiny-old.pt", "PyTorch"],
    ["tiny-unchecked.pt", "PyTorch"],
    ["tiny-parallel.pt", "PyTorch"],
    ["tiny-compiled.pt", "PyTorch"],
    ["model_3.t7", "PyTorch"],
    ["lightning.ckpt", "PyTorch"],
    ["extras.pth", "PyTorch"],
    ["tiny.safetensors", "safetensors"],
    ["model.safetensors.index.json", "safetensors"],
    ["tiny.npz", "NumPy"],
    ["tiny-packed.npz", "NumPy"],
  ])("%s", async (file, format) => {
    await using(file, async (checkpoint) => {
      expect(checkpoint.format).toBe(format);
      await expectNumbers(checkpoint, expected.tiny!);
    });
  });

  test.each([
    ["tiny-half.pt", "half"],
    ["tiny-bfloat16.pt", "bfloat16"],
    ["tiny-bfloat16.safetensors", "bfloat16"],
    ["tiny-double.pt", "double"],
    ["types.pt", "types"],
    ["types.safetensors", "types"],
  ])("element types: %s", async (file, key) => {
    await using(file, (checkpoint) => expectNumbers(checkpoint, expected[key]!));
  });

  test.each(["views.pt", "views-old.pt"])("strides, offsets and shared storages: %s", async (file) => {
    await using(file, (checkpoint) => expectNumbers(checkpoint, expected.views!));
  });

  test("time and learning rate are noted, optimizers skipped", async () => {
    await using("lightning.ckpt", (checkpoint) => {
      expect(checkpoint).toMatchObject({ epoch: 4, step: 155, learningRate: 0.05 });
      return Promise.resolve();
    });
    await using("model_3.t7", (checkpoint) => {
      expect(checkpoint.epoch).toBe(3);
      expect(checkpoint.learningRate).toBeUndefined();
      return Promise.resolve();
    });
  });
});

describe("files that are refused, and why", () => {
  test.each([
    ["malicious.pt", /contains program code and was not opened: it asks for posix\.system/],
    ["malicious-old.pt", /contains program code and was not opened: it asks for posix\.system/],
    ["whole.pt", /contains program code .* torch\.nn\.modules\.container\.Sequential \(a whole model/],
    ["script.pt", /TorchScript archive: it contains program code/],
    ["opt_state_3.t7", /no weights by name \(only optimizer, epoch\)/],
    ["two.pt", /more than one set of weights, under "state_dict" and "model"/],
    ["tensor.pt", /a single tensor instead of weights by name/],
    ["complex.pt", /holds weight as a tensor of a kind that is not read/],
    ["quantised.pt", /holds weight as a tensor of a kind that is not read: quantised/],
    ["README.md", /is no file of weights that is read/],
  ])("%s", async (file, message) => {
    const problem = await problemOf(file);
    expect(problem).toMatchObject({ reason: "file-unsupported", file: path.join(fixtures, file) });
    expect(problem.message).toMatch(message);
    expect(problem.message.startsWith(file)).toBe(true);
  });

  test("missing files and folders", async () => {
    expect(await problemOf("gone.pt")).toMatchObject({ reason: "file-missing" });
    expect((await problemOf("../checkpoints")).message).toContain("it is a folder");
  });
});

describe("the checkpoints of a training fit its model", () => {
  test("model_10 is the same as safetensors, PyTorch and ONNX, statistics included, bit for bit", async () => {
    const { parameters } = (await openModel(path.join(resnet, "model.onnx"))).graph;
    expect(parameters.filter(({ role }) => role === "mean" || role === "variance").length).toBeGreaterThan(10);
    for (const file of ["model_10.pt", path.join(fixtures, "model_10.safetensors"), "model.onnx"]) {
      await using(path.resolve(resnet, file), async (checkpoint) => {
        const names = matchCheckpoint(parameters, checkpoint, "model.onnx");
        expect([...names]).toEqual(parameters.map(({ name }) => [name, name]));
        for (const { name, tensor } of parameters) {
          const read = await checkpoint.read(names.get(name)!);
          expect(Buffer.compare(bytesOf(read), bytesOf(tensor)), `${file} ${name}`).toBe(0);
        }
      });
    }
  });

  test("the names of the state_dict are the model's, but for counters of batches", async () => {
    const { parameters } = (await openModel(path.join(resnet, "model.onnx"))).graph;
    await using(path.join(resnet, "model_0.pt"), ({ tensors }) => {
      const names = [...tensors.keys()].filter((name) => !name.endsWith("num_batches_tracked"));
      expect(parameters.map(({ name }) => name).sort()).toEqual(names.sort());
      return Promise.resolve();
    });
  });

  test("every epoch fits and is another set of weights", async () => {
    const { parameters } = (await openModel(path.join(resnet, "model.onnx"))).graph;
    const seen = new Set<string>();
    for (let epoch = 0; epoch <= 10; epoch++) {
      await using(path.join(resnet, `model_${epoch}.pt`), async (checkpoint) => {
        const names = matchCheckpoint(parameters, checkpoint, "model.onnx");
        seen.add(Buffer.from(bytesOf(await checkpoint.read(names.get("fc.weight")!))).toString("hex"));
      });
    }
    expect(seen.size).toBe(11);
  });
});
