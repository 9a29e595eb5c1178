import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDirections, writeDirections, type SavedDirections } from "../../../server/formats/directions";
import { openModel } from "../../../server/formats/open";
import { modelOrder } from "../../../server/formats/reference/order";
import { parameter } from "../../../server/graph/build";
import type { Parameter } from "../../../server/graph/graph";
import { sizeOf } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";

const resnet = path.resolve("test/fixtures/pytorch-resnet8");
const oracle = JSON.parse(readFileSync(path.join(resnet, "oracle.json"), "utf8")) as { parameters: string[] };

let folder = "";
let parameters: readonly Parameter[] = [];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "directions-"));
  ({ parameters } = (await openModel(path.join(resnet, "model.onnx"))).graph);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (file: string, of = parameters): ReturnType<typeof readDirections> =>
  readDirections(path.resolve(resnet, file), of, "model.onnx");

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProblemError);
  return (error as ProblemError).message;
}

function bits(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function expectSame(a: SavedDirections, b: SavedDirections): void {
  for (const key of ["first", "second"] as const) {
    expect([...(a[key]?.keys() ?? [])].sort()).toEqual([...(b[key]?.keys() ?? [])].sort());
    for (const [name, values] of a[key] ?? []) expect(bits(values).equals(bits(b[key]!.get(name)!)), name).toBe(true);
  }
}

/** A parameter with values of its own. */
let filling = 0;
function own(name: string, shape: readonly number[]): Parameter {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (filling += 1));
  return parameter(name, { dtype: "float32", shape, data });
}

describe("saved directions", () => {
  test("by name and in the authors' layout they are the same, bit for bit", async () => {
    const [npz, h5] = [await read("directions.npz"), await read("directions.h5")];
    expect([...npz.first.keys()].sort()).toEqual([...oracle.parameters].sort());
    expect(npz.first.get("conv.weight")!.some((value) => value !== 0)).toBe(true);
    expectSame(npz, h5);
    expect(h5.label).toBe("from directions.h5");
  });

  test.each([".npz", ".safetensors", ".h5"])("written as %s and read again, bit for bit", async (ending) => {
    const saved = await read("directions.npz");
    const file = path.join(folder, `again${ending}`);
    await writeDirections(file, saved, parameters);
    expectSame(await read(file), saved);
    await writeDirections(file, { first: saved.first }, parameters);
    expect((await read(file)).second).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test.each([".npz", ".safetensors"])("the same directions give the same bytes: %s", async (ending) => {
    const saved = await read("directions.npz");
    const [one, two] = ["one", "two"].map((name) => path.join(folder, name + ending)) as [string, string];
    await writeDirections(one, saved, parameters);
    await writeDirections(two, saved, parameters);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  test("parameters without values are not moved, running statistics are where they are named", async () => {
    const file = path.join(folder, "few.npz");
    const first = new Map([["bn.running_mean", new Float32Array(8).fill(0.5)]]);
    await writeDirections(file, { first }, parameters);
    expectSame(await read(file), { first });
  });

  test("what does not fit is named", async () => {
    const others = parameters.map((p) => (p.name === "fc.weight" ? own("fc.weight", [32, 10]) : p));
    const fact = "does not fit model.onnx: x/fc.weight [10, 32] against [32, 10]";
    expect(await messageOf(read("directions.npz", others))).toContain(fact);
    expect(await messageOf(read("directions.h5", others))).toContain(
      "xdirection/27 [10, 32] against fc.weight [32, 10]",
    );
    const fewer = parameters.filter(({ name }) => name !== "conv.weight");
    expect(await messageOf(read("directions.npz", fewer))).toContain(
      "it moves conv.weight, which the model does not have",
    );
    expect(await messageOf(read("directions.h5", fewer))).toContain(
      "xdirection has 29 tensors, the model 28 parameters",
    );
    expect(await messageOf(read("test.npz"))).toContain("no array x/NAME");
    expect(await messageOf(read("log.csv"))).toContain("no file of directions");
    expect(await messageOf(read("../reference-h5/line.h5"))).toContain("no group xdirection");
  });

  test("values that are not finite, and damaged files", async () => {
    const file = path.join(folder, "nan.safetensors");
    await writeDirections(file, { first: new Map([["fc.bias", new Float32Array(10).fill(NaN)]]) }, parameters);
    expect(await messageOf(read(file))).toContain("not finite");
    const damaged = path.join(folder, "damaged.h5");
    writeFileSync(damaged, readFileSync(path.join(resnet, "directions.h5")).subarray(0, 90_000));
    expect(await messageOf(read(damaged))).toContain("damaged.h5");
    expect(await messageOf(writeDirections(path.join(folder, "no/where.npz"), { first: new Map() }, []))).toContain(
      "cannot be written",
    );
  });
});

describe("damaged directions are refused, never crash", () => {
  test.each(["directions.npz", "directions.h5"])("%s", async (name) => {
    const original = readFileSync(path.join(resnet, name));
    const file = path.join(folder, name);
    let state = 11;
    const next = (bound: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    };
    let refused = 0;
    for (let i = 0; i < 45; i++) {
      let bytes: Uint8Array = new Uint8Array(original);
      if (i % 3 === 0) bytes = bytes.subarray(0, next(bytes.length));
      else for (let k = 0; k < 30; k++) bytes[next(i % 3 === 1 ? bytes.length : 4000)] = next(256);
      writeFileSync(file, bytes);
      const error = await read(file).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) {
        expect(error).toBeInstanceOf(ProblemError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(25);
    writeFileSync(file, original);
    expect((await read(file)).first.size).toBe(29);
  });
});

describe("the order of a PyTorch model's parameters", () => {
  test("is that of the oracle, though the exporter moved merged ones to the end", () => {
    const order = modelOrder(parameters);
    const inFile = parameters.filter(({ role }) => role !== "mean" && role !== "variance").map(({ name }) => name);
    expect(inFile).not.toEqual(oracle.parameters);
    expect(order.parameters.map(({ name }) => name)).toEqual(oracle.parameters);
    expect(order.uncertain).toEqual([]);
  });

  test("where it cannot be told and would matter, nothing is read or written", async () => {
    const bn = own("bn.weight", [2]);
    const moved: Parameter[] = [
      own("a.conv.weight", [2]),
      own("a.other.weight", [2]),
      { ...bn, name: "a.first.weight" },
      bn,
    ];
    expect(modelOrder(moved).uncertain.map(({ name }) => name)).toEqual(["bn.weight"]);
    const file = path.join(folder, "uncertain.h5");
    expect(await messageOf(writeDirections(file, { first: new Map() }, moved))).toContain("bn.weight");
    const plain = moved.map(({ name }) => own(name, [2]));
    const values = (value: number): SavedDirections => ({
      first: new Map(plain.map(({ name }) => [name, new Float32Array(2).fill(value)])),
    });
    await writeDirections(file, values(1), plain);
    expect(await messageOf(read(file, moved))).toContain("does not tell the place of bn.weight");
    await writeDirections(file, values(0), plain);
    expect((await read(file, moved)).first.size).toBe(4);
  });
});
