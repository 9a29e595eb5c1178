import { describe, expect, test } from "vitest";
import type { LabelledData } from "../../../server/data/dataset";
import { fitShape } from "../../../server/data/fit";
import { pictureAxes } from "../../../server/data/picture";
import { shareIndices } from "../../../server/data/parts";
import { relabelled } from "../../../server/data/relabel";
import { prepareSamples } from "../../../server/data/samples";
import type { Tensor } from "../../../server/graph/tensor";
import type { DataSelection, LabelMapping, Layout, Preprocess } from "../../../server/protocol/study";
import { float32, int64, labelled, problemFrom, problemOf } from "../../support/data";

const all: DataSelection = { path: "/data/test.npz", split: "test", samples: 9, sample: "first", seed: 0 };
const plain: Preprocess = { scale: 1, mean: [], std: [] };

function zeros(shape: readonly number[]): LabelledData {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return labelled(float32([1, ...shape], new Float32Array(size)), int64([0]));
}

describe("pictures among samples", () => {
  test.each<[readonly number[], Layout | undefined, object | string | undefined]>([
    [[28, 30], undefined, { height: 28, width: 30, channels: 1, channelsFirst: false }],
    [[28, 30, 3], undefined, { height: 28, width: 30, channels: 3, channelsFirst: false }],
    [[4, 28, 30], undefined, { height: 28, width: 30, channels: 4, channelsFirst: true }],
    [[3, 30, 3], undefined, "ambiguous"],
    [[20, 28, 30], undefined, "ambiguous"],
    [[3, 30, 3], "NCHW", { height: 30, width: 3, channels: 3, channelsFirst: true }],
    [[20, 28, 30], "NHWC", { height: 20, width: 28, channels: 30, channelsFirst: false }],
    [[784], undefined, undefined],
  ])("%j, layout %s", (shape, layout, axes) => {
    expect(pictureAxes(shape, layout)).toEqual(axes);
  });

  test("flat ones are put together where there is one way, or the layout is known", () => {
    expect(fitShape([784], [1, 28, 28])).toEqual({ shape: [1, 28, 28], words: "reshaped from 784 to 1×28×28" });
    expect(fitShape([784], [28, 28, 1])?.shape).toEqual([28, 28, 1]);
    expect(fitShape([784], [1, null, null])).toBeUndefined();
    expect(fitShape([18], [3, 2, 3])).toBeUndefined();
    expect(fitShape([3072], [3, 32, 32])).toBeUndefined();
    expect(fitShape([3072], [3, 32, 32], "NCHW")?.order).toBeUndefined();
    // The second number of a pixel is the first of the second channel.
    expect(fitShape([3072], [3, 32, 32], "NHWC")?.order?.[1024]).toBe(1);
    expect(fitShape([3072], [32, 32, 3], "NCHW")?.order?.[1]).toBe(1024);
  });

  test("a layout forbids the other way of moving channels", () => {
    expect(fitShape([2, 3, 4], [4, 2, 3], "NCHW")).toBeUndefined();
    expect(fitShape([2, 3, 4], [4, 2, 3], "NHWC")?.shape).toEqual([4, 2, 3]);
    expect(fitShape([4, 2, 3], [2, 3, 4], "NHWC")).toBeUndefined();
  });
});

describe("samples that do not fit say which fields would make them", () => {
  const advice = async (shape: readonly number[], input: readonly (number | null)[]): Promise<string> =>
    (await problemFrom(prepareSamples(zeros(shape), all, plain, input, null, "net.onnx"))).advice;

  test.each<[readonly number[], readonly (number | null)[], string]>([
    [[28, 28, 1], [32, 32, 3], '"preprocess": { "resize": [32, 32], "color": "rgb" }'],
    [[28, 28], [3, 28, 28], '"preprocess": { "color": "rgb" }'],
    [[40, 50, 3], [3, 32, 32], '"preprocess": { "resize": [32, 32] }'],
    [[40, 50, 3], [1, null, null], '"preprocess": { "color": "grey" }'],
    [[3072], [3, 32, 32], 'set "layout" of "data" to "NCHW"'],
    [[20, 28, 30], [3, 32, 32], 'set "layout" of "data" to "NHWC"'],
    [[5], [7], "Choose the data that the model was trained on"],
  ])("%j for %j", async (shape, input, fields) => {
    expect(await advice(shape, input)).toContain(fields);
  });

  test("and those that ask to be pictures and are none", async () => {
    const resize = [4, 4] as const;
    const flat = await problemFrom(prepareSamples(zeros([12]), all, { ...plain, resize }, [1, 4, 4], null));
    expect(flat.title).toBe("The samples are no pictures");
    const unclear = await problemFrom(prepareSamples(zeros([3, 5, 3]), all, { ...plain, resize }, [3, 4, 4], null));
    expect(unclear.title).toBe("It is unclear where the channels are");
    const layout: DataSelection = { ...all, layout: "NCHW" };
    expect((await prepareSamples(zeros([3, 5, 3]), layout, { ...plain, resize }, [3, 4, 4], null)).x.shape).toEqual([
      1, 3, 4, 4,
    ]);
  });
});

describe("labels that count their own way", () => {
  const y: Tensor = int64([1, 3, 2]);
  const data = labelled(float32([3, 1], [0, 0, 0]), y);
  const relabel = (mapping: LabelMapping, of: LabelledData = data): number[] =>
    Array.from(relabelled(of, mapping).y.data, Number);

  test("from 1", async () => {
    expect(relabel({ offset: 1 })).toEqual([0, 2, 1]);
    const problem = await problemFrom(prepareSamples(data, all, plain, [1], 3, "net.onnx"));
    expect(problem.message).toBe("test.npz has labels 1–3 but net.onnx has 3 outputs.");
    expect(problem.advice).toContain('"preprocess": { "labels": { "offset": 1 } }');
    const samples = await prepareSamples(data, all, { ...plain, labels: { offset: 1 } }, [1], 3, "net.onnx");
    expect([...samples.y]).toEqual([0, 2, 1]);
    expect(samples.preprocessing).toBe("1 subtracted from the labels");
  });

  test("in an order of numbers or of names", () => {
    expect(relabel({ order: [3, 2, 1] })).toEqual([2, 0, 1]);
    const named = { ...data, y: int64([0, 2, 1]), classes: ["bird", "cat", "dog"] };
    expect(relabel({ order: ["dog", "bird", "cat"] }, named)).toEqual([1, 0, 2]);
    expect(problemOf(() => relabel({ order: ["dog", "bird"] }, named)).message).toContain(
      "has the label cat at sample 2",
    );
    const onehot = { ...data, y: float32([3, 2], [0, 1, 1, 0, 0, 1]) };
    expect(problemOf(() => relabel({ order: [1, 0] }, onehot)).reason).toBe("study-invalid");
  });

  test("one output wants another loss", async () => {
    const problem = await problemFrom(prepareSamples(data, all, plain, [1], 1, "net.onnx"));
    expect(problem.advice).toContain('set "loss" to "binaryCrossEntropy"');
  });
});

test("indices are shared among the parts of a split", () => {
  expect(shareIndices(Uint32Array.of(0, 3, 4, 9), [3, 2, 2, 5])).toEqual([
    { part: 0, indices: Uint32Array.of(0) },
    { part: 1, indices: Uint32Array.of(0, 1) },
    { part: 3, indices: Uint32Array.of(2) },
  ]);
});
