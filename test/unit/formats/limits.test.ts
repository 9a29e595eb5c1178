import { describe, expect, test } from "vitest";
import {
  evaluatorMemory,
  requireParameters,
  roomForSamples,
  samplesMemory,
  sizeNotices,
} from "../../../server/formats/limits";
import { readModel } from "../../../server/formats/onnx/model";
import { graphOf, node, valueInfo } from "../../../server/graph/build";
import { graphFields, modelFields, serialise, tensorFields } from "../../../server/graph/onnxBytes";
import { Message } from "../../../server/graph/wire";

const GB = 2 ** 30;

/** The bytes of a model whose kernels declare these shapes, their data in a file that is not there. */
function declaring(shapes: readonly (readonly number[])[]): Uint8Array {
  const nodes = shapes.map((_, k) => node("MatMul", [k === 0 ? "x" : `h${k}`, `w${k}`], [`h${k + 1}`]));
  const outputs = [valueInfo(`h${shapes.length}`, ["batch", null])];
  const whole = new Message();
  whole.raw(serialise(graphOf({ inputs: [valueInfo("x", ["batch", 2])], outputs, nodes })).bytes);
  const graph = new Message();
  shapes.forEach((shape, k) => {
    const tensor = new Message();
    tensor.packedIntegers(tensorFields.dims, shape);
    tensor.integer(tensorFields.dataType, 1);
    tensor.text(tensorFields.name, `w${k}`);
    const place = new Message();
    place.text(1, "location");
    place.text(2, "weights.data");
    tensor.message(tensorFields.externalData, place);
    tensor.integer(tensorFields.dataLocation, 1);
    graph.message(graphFields.initializer, tensor);
  });
  whole.message(modelFields.graph, graph);
  return whole.finish();
}

const notRead = {
  read(): never {
    throw new Error("the weights are read");
  },
};

describe("large models", () => {
  test("are refused by what their tensors declare, before the weights are read", () => {
    expect(() =>
      readModel(
        declaring([
          [2, 20_000],
          [20_000, 25_100],
        ]),
        notRead,
        "/models/huge.onnx",
      ),
    ).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          reason: "too-large",
          message: "huge.onnx has 502 million parameters; models of up to 500 million can be evaluated.",
          file: "/models/huge.onnx",
        }) as object,
      }),
    );
    expect(() =>
      readModel(
        declaring([
          [2, 20_000],
          [20_000, 24_900],
        ]),
        notRead,
        "/models/large.onnx",
      ),
    ).toThrow("the weights are read");
  });

  test("are accepted up to the limit, whatever their format", () => {
    expect(() => {
      requireParameters(500e6, "a.keras");
    }).not.toThrow();
    expect(() => {
      requireParameters(500e6 + 1, "a.keras");
    }).toThrow("500 million");
  });

  test("come with what an evaluator takes and how many of them fit", () => {
    const machine = { cores: 8, memory: 8 * GB };
    expect(sizeNotices(50e6, "a.onnx", machine)).toEqual([]);
    expect(sizeNotices(61e6, "/models/alexnet.onnx", machine)).toEqual([
      "alexnet.onnx has 61.0 million parameters: an evaluator takes about 2.0 GB of memory, and this machine has room for 3 of them.",
    ]);
    expect(sizeNotices(61e6, "a.onnx", { cores: 2, memory: 64 * GB })[0]).toContain("room for 2 of them");
    expect(sizeNotices(400e6, "a.onnx", machine)[0]).toContain(
      "about 12.1 GB of memory, which is more than the 8.0 GB that this machine has for it.",
    );
  });

  test("take 32 bytes a parameter beside the engine", () => {
    expect(evaluatorMemory(1e6) - evaluatorMemory(0)).toBe(32e6);
  });

  test("and what their samples take, four bytes a number or one", () => {
    expect(samplesMemory(1e8, false)).toBe(4e8);
    expect(evaluatorMemory(0, samplesMemory(1e8, true)) - evaluatorMemory(0)).toBe(1e8);
    const machine = { cores: 4, memory: 8e9 };
    expect(roomForSamples(1e6, machine, 0)).toBe(2e9 - evaluatorMemory(1e6));
    expect(roomForSamples(1e6, machine, 2)).toBe(4e9 - evaluatorMemory(1e6));
  });
});
