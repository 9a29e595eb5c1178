import { describe, expect, test } from "vitest";
import { inferPreprocess, type ModelInput } from "../../../server/data/infer";
import { graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import { inputUse } from "../../../server/graph/inputUse";
import type { Tensor } from "../../../server/graph/tensor";
import type { Preprocess } from "../../../server/protocol/study";
import { float32, int64, labelled } from "../../support/data";

const plain: ModelInput = { shape: [1, 8, 8], dtype: "float32", use: { indices: false } };

/** Two samples of 8×8 that count up in steps. */
function counting(dtype: "uint8" | "float32", step: number, from = 0): Tensor {
  const values = Array.from({ length: 128 }, (_, i) => from + i * step);
  return dtype === "uint8" ? { dtype, shape: [2, 8, 8], data: Uint8Array.from(values) } : float32([2, 8, 8], values);
}

async function infer(
  x: Tensor,
  model: Partial<ModelInput> = {},
  given: Partial<Preprocess> = {},
): Promise<{ readonly scale: number; readonly said: string }> {
  const { preprocess, notices } = await inferPreprocess(labelled(x, int64([0, 1])), { ...plain, ...model }, given);
  return { scale: preprocess.scale, said: notices.join() };
}

const scaledBy = (slope: number): Partial<ModelInput> => ({ use: { indices: false, slope } });

describe("the scale of samples", () => {
  test("bytes are scaled to 0…1, which is said", async () => {
    const found = await infer(counting("uint8", 2));
    expect(found.scale).toBe(1 / 255);
    expect(found.said).toBe(
      'The samples are bytes: they are multiplied by 1/255, which "scale" of "preprocess" may change.',
    );
  });

  test("bytes that are only 0 and 1 are taken as they are", async () => {
    const x: Tensor = { dtype: "uint8", shape: [2, 8, 8], data: Uint8Array.from({ length: 128 }, (_, i) => i % 2) };
    expect(await infer(x)).toEqual({ scale: 1, said: "The samples are bytes of 0 and 1 and are taken as they are." });
  });

  test.each([
    [1 / 255, 1],
    [1 / 127.5, 1],
    [1 / 58, 1],
    // A rescaling that does nothing, one of 0…1 to −1…1, a normalisation of 0…1.
    [1, 1 / 255],
    [2, 1 / 255],
    [1 / 0.229, 1 / 255],
  ])("a model that multiplies by %f gets bytes times %f, and it is said", async (slope, scale) => {
    const found = await infer(counting("uint8", 2), scaledBy(slope));
    expect(found.scale).toBe(scale);
    expect(found.said).toContain(scale === 1 ? "the model scales its input itself" : "is for small values");
  });

  test("a model that takes off a mean of bytes gets bytes, and it is said", async () => {
    const found = await infer(counting("uint8", 2), { use: { indices: false, slope: 1, centre: 116.8 } });
    expect(found.scale).toBe(1);
    expect(found.said).toContain("taken as they are, because the model centres its input itself (at about 117)");
    const unit = await infer(counting("uint8", 2), { use: { indices: false, slope: 4.4, centre: 0.456 } });
    expect(unit.scale).toBe(1 / 255);
  });

  test("whole numbers 0…255 of pictures are scaled like bytes, other numbers are not", async () => {
    const found = await infer(counting("float32", 2));
    expect(found.scale).toBe(1 / 255);
    expect(found.said).toContain("whole numbers in 0 … 254");
    expect((await infer(counting("float32", 2.5))).scale).toBe(1);
    expect((await infer(counting("float32", 2, -1))).scale).toBe(1);
    expect((await infer(counting("float32", 1 / 128))).scale).toBe(1);
    expect((await infer(counting("float32", 0.5))).scale).toBe(1);
    expect((await infer(float32([2, 4], [0, 255, 3, 200, 1, 2, 3, 4]))).scale).toBe(1);
  });

  test("numbers for a model that scales them down itself raise a doubt", async () => {
    const found = await infer(counting("float32", 1 / 128), scaledBy(1 / 255));
    expect(found.scale).toBe(1);
    expect(found.said).toContain('set "scale" of "preprocess" to 255');
  });

  test("indices and models of whole numbers are left alone", async () => {
    expect(await infer(counting("uint8", 2), { use: { indices: true } })).toEqual({ scale: 1, said: "" });
    expect(await infer(counting("uint8", 2), { dtype: "int64" })).toEqual({ scale: 1, said: "" });
  });

  test("the study's own scale is not commented, its mean of bytes is obeyed", async () => {
    expect((await infer(counting("uint8", 2), {}, { scale: 0.5 })).said).toBe("");
    const ofBytes = await infer(counting("uint8", 2), {}, { mean: [123.7, 116.3, 103.5] });
    expect(ofBytes.scale).toBe(1);
    expect(ofBytes.said).toContain("mean and std are those of such values");
    expect((await infer(counting("uint8", 2), {}, { mean: [0.485], std: [0.229] })).scale).toBe(1 / 255);
  });

  test("decoded pictures get the channels of the model, and 16 bits their own scale", async () => {
    const deep: Tensor = {
      dtype: "uint16",
      shape: [1, 8, 8, 1],
      data: Uint16Array.from({ length: 64 }, (_, i) => i * 900),
    };
    const data = { ...labelled(deep, int64([0])), pictures: true as const };
    const { preprocess } = await inferPreprocess(data, { ...plain, shape: [3, 8, 8] });
    expect(preprocess).toEqual({ scale: 1 / 65535, mean: [], std: [], color: "rgb" });
    expect((await inferPreprocess(data, plain, { color: "rgb" })).preprocess.color).toBeUndefined();
  });
});

describe("what a model does first", () => {
  const inputs = [valueInfo("x", ["batch", 1, 8, 8])];
  const outputs = [valueInfo("z", ["batch", 3])];
  const constants = { half: float32([], [0.5]), third: float32([1, 3], [1 / 3, 1 / 3, 1 / 3]) };
  const use = (...nodes: Parameters<typeof graphOf>[0]["nodes"]): ReturnType<typeof inputUse> =>
    inputUse(
      graphOf({
        inputs,
        outputs,
        constants,
        nodes,
        parameters: [parameter("w", float32([2], [4, 4])), parameter("v", float32([2], [100, 400]), "variance")],
      }),
    );

  test("scaling by constants and parameters, through what moves elements only", () => {
    expect(
      use(node("Transpose", ["x"], ["t"]), node("Mul", ["half", "t"], ["m"]), node("Conv", ["m", "w"], ["z"])),
    ).toEqual({
      indices: false,
      slope: 0.5,
      centre: 0,
    });
    expect(use(node("Sub", ["x", "half"], ["s"]), node("Div", ["s", "w"], ["z"])).slope).toBe(0.25);
    expect(use(node("BatchNormalization", ["x", "w", "w", "w", "v"], ["z"])).slope).toBeCloseTo(0.1);
    expect(use(node("Mul", ["x", "third"], ["z"])).slope).toBeCloseTo(1 / 3);
  });

  test("the mean that is taken off, through a square root of a constant and channels taken apart", () => {
    const normalised = [
      node("Sqrt", ["v"], ["r"]),
      node("Max", ["r", "half"], ["d"]),
      node("Sub", ["x", "w"], ["s"]),
      node("Div", ["s", "d"], ["z"]),
    ];
    expect(use(...normalised)).toEqual({ indices: false, slope: expect.closeTo(0.1) as number, centre: 4 });
    const reversed = [
      node("Slice", ["x", "half"], ["a"]),
      node("Slice", ["x", "third"], ["b"]),
      node("Concat", ["b", "a"], ["c"]),
      node("Sub", ["c", "v"], ["z"]),
    ];
    expect(use(...reversed)).toEqual({ indices: false, slope: 1, centre: 400 });
    expect(use(node("BatchNormalization", ["x", "w", "w", "w", "v"], ["z"])).centre).toBeCloseTo(4);
    expect(use(node("Mul", ["x", "half"], ["h"]), node("Add", ["h", "w"], ["z"])).centre).toBe(8);
  });

  test("nothing, division by the input, several uses", () => {
    expect(use(node("Conv", ["x", "w"], ["z"]))).toEqual({ indices: false });
    expect(use(node("Div", ["w", "x"], ["z"]))).toEqual({ indices: false });
    expect(use(node("Mul", ["x", "half"], ["m"]), node("Add", ["m", "x"], ["z"]))).toEqual({ indices: false });
    expect(use(node("Mul", ["x", "x"], ["z"]))).toEqual({ indices: false });
  });

  test("looking up an embedding", () => {
    expect(use(node("Cast", ["x"], ["i"]), node("Gather", ["w", "i"], ["z"]))).toEqual({ indices: true });
  });
});
