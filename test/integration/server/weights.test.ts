import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import type { CancellationToken } from "vscode-languageserver-protocol/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WeightsRequest } from "../../../server/protocol/requests";
import type { WeightHistogram, WeightsFigure } from "../../../server/protocol/weights";
import { evaluatorsOf } from "../runs/support/processes";
import { fixtures, root, ServerClient } from "./client";

/** What NumPy has computed from the checkpoints' bytes. */
interface Expected {
  readonly bins: number;
  readonly overall: Range;
  readonly layers: readonly (Range & { readonly name: string; readonly filterNorms: readonly (readonly number[])[] })[];
}
interface Range {
  readonly from: number;
  readonly to: number;
  readonly models: readonly WeightHistogram[];
}

const model = path.join(fixtures, "model.onnx");
const initial = path.join(fixtures, "model_0.pt");
let client: ServerClient;
let expected: Expected;

beforeAll(async () => {
  client = await ServerClient.start();
  expected = JSON.parse(await readFile(path.join(root, "test/fixtures/weights/expected.json"), "utf8")) as Expected;
});
afterAll(() => client.kill());

async function figureOf(files: readonly string[], bins = expected.bins): Promise<WeightsFigure> {
  const selection = { model, files: files.map((file) => ({ path: file })), bins };
  const result = await client.connection.sendRequest(WeightsRequest, selection);
  if (result.kind !== "ready") throw new Error(result.problem.message);
  return result.figure;
}

/** Within float64 rounding of another order of summation. */
function expectSame(found: Range, { from, to, models }: Range): void {
  expect([found.from, found.to]).toEqual([from, to]);
  expect(found.models).toHaveLength(models.length);
  for (const [k, { mean, deviation, norm, ...exact }] of models.entries()) {
    expect(found.models[k]).toMatchObject({ ...exact, nonFinite: 0 });
    for (const [name, value] of Object.entries({ mean, deviation, norm })) {
      const scale = Math.max(Math.abs(Number(value)), 1e-3);
      const own = Number(found.models[k]![name as "mean" | "deviation" | "norm"]);
      expect(Math.abs(own - Number(value)) / scale).toBeLessThan(1e-12);
    }
  }
}

describe("the weights of a model and of its first checkpoint", () => {
  test("are those that NumPy finds, layer by layer and together", async () => {
    const figure = await figureOf([model, initial]);
    expect(figure.names).toEqual(["model.onnx", "model_0.pt"]);
    expectSame(figure.overall, expected.overall);
    expect(figure.layers.map(({ name }) => name).sort()).toEqual(expected.layers.map(({ name }) => name).sort());
    for (const wanted of expected.layers) {
      const layer = figure.layers.find(({ name }) => name === wanted.name)!;
      expectSame(layer, wanted);
      expect(layer.filterNorms).toHaveLength(wanted.filterNorms.length);
      for (const [k, norms] of wanted.filterNorms.entries()) {
        expect(layer.filterNorms[k]).toHaveLength(norms.length);
        for (const [f, norm] of norms.entries()) expect(layer.filterNorms[k]![f]).toBeCloseTo(norm, 12);
      }
    }
  });

  test("come in the order of the network", async () => {
    const names = (await figureOf([model])).layers.map(({ name }) => name);
    expect(names[0]).toBe("conv.weight");
    expect(names.at(-2)).toBe("fc.weight");
    expect(names.at(-1)).toBe("fc.bias");
    expect(names.some((name) => name.includes("running"))).toBe(false);
  });

  test("are the same whether they are the model's own or a checkpoint's", async () => {
    const [own, checkpoint] = [await figureOf([model]), await figureOf([path.join(fixtures, "model_10.pt")])];
    expect(checkpoint.layers).toEqual(own.layers);
  });
});

describe("what cannot be shown", () => {
  test("a file that does not fit is told by its name", async () => {
    const other = path.join(root, "test/fixtures/keras-sequential/checkpoints/epoch_00.weights.h5");
    const selection = { model, files: [{ path: model }, { path: other }], bins: 8 };
    const result = await client.connection.sendRequest(WeightsRequest, selection);
    expect(result).toMatchObject({ kind: "problem", problem: { reason: "file-unsupported" } });
    expect(JSON.stringify(result)).toContain("epoch_00.weights.h5");
  });

  test("what is not finite is counted apart", async () => {
    const bytes = await readFile(model);
    const names = (await figureOf([model])).layers;
    // The first value of the first kernel, as the file has it, becomes NaN.
    const tensors = await import("../../../server/formats/open").then(({ openModel }) => openModel(model));
    const { tensor } = tensors.graph.parameters.find(({ name }) => name === names[0]!.name)!;
    const raw = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const at = bytes.indexOf(raw);
    expect(at).toBeGreaterThan(0);
    const broken = path.join(fixtures, `../weights-nan-${process.pid}.onnx`);
    bytes.writeFloatLE(NaN, at);
    bytes.writeFloatLE(0, at + 4);
    await writeFile(broken, bytes);
    try {
      const layer = (await figureOf([broken])).layers[0]!;
      const count = names[0]!.models[0]!.count;
      expect(layer.models[0]).toMatchObject({ nonFinite: 1, zeros: 1, count: count - 1 });
      expect(layer.models[0]!.bins.reduce((sum, bin) => sum + bin, 0)).toBe(count - 1);
      expect(layer.filterNorms[0]![0]).toBe("NaN");
    } finally {
      await rm(broken);
    }
  });

  test("a question that is taken back ends its process", async () => {
    const source = new CancellationTokenSource();
    const waiting = evaluatorsOf(client.process.pid!);
    const more = (): readonly number[] => evaluatorsOf(client.process.pid!).filter((pid) => !waiting.includes(pid));
    const asked = client.connection.sendRequest(
      WeightsRequest,
      { model, files: Array.from({ length: 12 }, () => ({ path: model })), bins: 1000 },
      source.token as CancellationToken,
    );
    const settled = asked.then(
      () => "answered",
      (error: unknown) => String(error),
    );
    await expect.poll(more, { interval: 5 }).toHaveLength(1);
    source.cancel();
    expect(await settled).toMatch(/cancel/i);
    await expect.poll(more).toEqual([]);
  });
});
