import { describe, expect, test } from "vitest";
import { readModel } from "../../../server/formats/onnx/model";
import { floatTensor, graphOf, int, ints, node, parameter, valueInfo } from "../../../server/graph/build";
import { bytesOf } from "../../../server/graph/elements";
import type { Graph } from "../../../server/graph/graph";
import { patchParameters, serialise } from "../../../server/graph/onnxBytes";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import { noFiles } from "../../support/onnxFiles";

const read = (bytes: Uint8Array): Graph => readModel(bytes, noFiles, "model.onnx");

const bytesPerElement = ({ data }: Tensor): number => data.byteLength / data.length;

const weight = floatTensor([2, 1, 1, 1], [0.25, -3]);
const graph = graphOf({
  inputs: [valueInfo("x", ["batch", 1, null, 4])],
  outputs: [valueInfo("y", ["batch", 2, 4, 4])],
  nodes: [node("Conv", ["x", "w"], ["y"], { group: int(1), strides: ints(1, 1) })],
  parameters: [parameter("w", weight)],
});

describe("patchParameters", () => {
  test("with the model's own values changes nothing", () => {
    const model = serialise(graph);
    const before = model.bytes.slice();
    patchParameters(model, new Map([["w", weight.data as Float32Array]]));
    expect(model.bytes).toEqual(before);
  });

  test("with other values shows in what is read, and nowhere else", () => {
    const model = serialise(graph);
    patchParameters(model, new Map([["w", Float32Array.of(NaN, -Infinity)]]));
    const patched = read(model.bytes);
    expect(patched).toEqual({
      ...graph,
      parameters: [{ ...graph.parameters[0], tensor: { ...weight, data: Float32Array.of(NaN, -Infinity) } }],
    });
  });

  test.each<[DataType, Tensor["data"], Tensor["data"]]>([
    ["float64", Float64Array.of(1, 2), Float64Array.of(Math.fround(0.1), -4)],
    ["float16", Uint16Array.of(0x3c00, 0x4000), Uint16Array.of(0x2e66, 0xc400)],
    ["bfloat16", Uint16Array.of(0x3f80, 0x4000), Uint16Array.of(0x3dcd, 0xc080)],
  ])("converts to %s", (dtype, data, expected) => {
    const typed = { ...graph, parameters: [parameter("w", { dtype, shape: weight.shape, data })] };
    const model = serialise(typed);
    expect(read(model.bytes).parameters[0]!.tensor.data).toEqual(data);
    patchParameters(model, new Map([["w", Float32Array.of(0.1, -4)]]));
    expect(read(model.bytes).parameters[0]!.tensor.data).toEqual(expected);
  });

  test("works on a part of a larger array, and takes the name rather than the value's name", () => {
    const named = { ...graph, parameters: [{ ...graph.parameters[0]!, name: "conv.weight" }] };
    const model = serialise(named);
    patchParameters(model, new Map([["conv.weight", Float32Array.of(0, 7, 8, 0).subarray(1, 3)]]));
    expect(read(model.bytes).parameters[0]!.tensor.data).toEqual(Float32Array.of(7, 8));
  });

  test.each<[DataType, Tensor["data"]]>([
    ["float32", Float32Array.of(Math.fround(0.1), -4)],
    ["float64", Float64Array.of(Math.fround(0.1), -4)],
    ["float16", Uint16Array.of(0x2e66, 0xc400)],
    ["bfloat16", Uint16Array.of(0x3dcd, 0xc080)],
  ])("takes what writes values of %s", (dtype, expected) => {
    const data = new (expected.constructor as Float32ArrayConstructor)(2);
    const model = serialise({ ...graph, parameters: [parameter("w", { dtype, shape: weight.shape, data })] });
    const fill = (target: Float32Array): void => {
      expect(target).toEqual(new Float32Array(2));
      target.set([0.1, -4]);
    };
    patchParameters(model, new Map([["w", fill]]));
    expect(read(model.bytes).parameters[0]!.tensor.data).toEqual(expected);
  });

  test("refuses what does not fit", () => {
    const model = serialise(graph);
    expect(() => patchParameters(model, new Map([["v", Float32Array.of(1, 2)]]))).toThrow("no parameter v");
    expect(() => patchParameters(model, new Map([["w", Float32Array.of(1)]]))).toThrow("2 elements");
  });
});

describe("serialise", () => {
  test("places every parameter where its bytes are", () => {
    const model = serialise(graph);
    const { offset, byteLength, dtype } = model.parameters.get("w")!;
    expect(dtype).toBe("float32");
    expect(model.bytes.subarray(offset, offset + byteLength)).toEqual(bytesOf(weight));
  });

  test("every parameter is aligned in memory, whatever its name's and its neighbours' lengths", () => {
    for (let length = 1; length < 40; length++) {
      const parameters = [
        parameter("a".repeat(length), { dtype: "float16", shape: [length], data: new Uint16Array(length).fill(1) }),
        parameter("b".repeat(2 * length), { dtype: "float64", shape: [3], data: Float64Array.of(1, 2, 3) }),
        parameter("c".repeat(3 * length), floatTensor([length], new Array<number>(length).fill(length))),
      ];
      const model = serialise({ ...graph, parameters });
      for (const { name, tensor } of parameters) {
        const { offset, byteLength } = model.parameters.get(name)!;
        expect((model.bytes.byteOffset + offset) % bytesPerElement(tensor)).toBe(0);
        expect(model.bytes.subarray(offset, offset + byteLength)).toEqual(bytesOf(tensor));
      }
    }
  });

  test("parameters that share their values are placed apart", () => {
    const shared = graphOf({
      ...graph,
      nodes: [node("Conv", ["x", "w"], ["h"]), node("ConvTranspose", ["h", "v"], ["y"])],
      parameters: [parameter("w", weight), parameter("v", weight)],
    });
    const model = serialise(shared);
    patchParameters(model, new Map([["v", Float32Array.of(5, 6)]]));
    const tensors = read(model.bytes).parameters.map(({ tensor }) => [...(tensor.data as Float32Array)]);
    expect(tensors).toEqual([
      [0.25, -3],
      [5, 6],
    ]);
  });
});
