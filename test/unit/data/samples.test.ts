import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../server/graph/tensor";
import { fitShape } from "../../../server/data/fit";
import { inferPreprocess } from "../../../server/data/infer";
import { prepareSamples } from "../../../server/data/samples";
import { selectSamples } from "../../../server/data/select";
import type { DataSelection } from "../../../server/protocol/study";
import { float32, int64, labelled, problemFrom } from "../../support/data";

const all: DataSelection = { path: "/data/test.npz", split: "test", samples: 1000, sample: "first", seed: 0 };

/** Four samples of `shape` whose elements count up, with labels 0 … 3. */
function counting(shape: readonly number[]): ReturnType<typeof labelled> {
  const size = shape.reduce((product, extent) => product * extent, 4);
  return labelled(
    float32(
      [4, ...shape],
      Array.from({ length: size }, (_, i) => i),
    ),
    int64([0, 1, 2, 3]),
  );
}

describe("selectSamples", () => {
  const proportions = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));

  test("first takes the first, and all when there are no more", () => {
    expect([...selectSamples(proportions, { ...all, samples: 3 })]).toEqual([0, 1, 2]);
    expect(selectSamples(proportions, { ...all, samples: 2000 })).toHaveLength(1000);
    expect(selectSamples(proportions, { ...all, samples: 2000, sample: "stratified" })).toHaveLength(1000);
  });

  test("stratified keeps the classes' proportions and the file's order", () => {
    const chosen = selectSamples(proportions, { ...all, samples: 100, sample: "stratified" });
    const counts = [0, 1, 2].map((label) => [...chosen].filter((i) => proportions[i] === label).length);
    expect(counts).toEqual([60, 30, 10]);
    expect([...chosen]).toEqual([...chosen].sort((a, b) => a - b));
  });

  test("gives what is left to the largest remainders", () => {
    // 7 of 60 : 30 : 10 are 4.2, 2.1 and 0.7.
    const chosen = selectSamples(proportions, { ...all, samples: 7, sample: "stratified" });
    expect([0, 1, 2].map((label) => [...chosen].filter((i) => proportions[i] === label).length)).toEqual([4, 2, 1]);
  });

  test("depends on the seed, and on nothing else", () => {
    const draw = (seed: number): string =>
      selectSamples(proportions, { ...all, samples: 100, sample: "stratified", seed }).join();
    expect(draw(5)).toBe(draw(5));
    expect(new Set([0, 1, -1, 2 ** 32, 2 ** 33].map(draw)).size).toBe(5);
    // Also found by a program of its own in Python.
    const few = selectSamples(proportions, { ...all, samples: 5, sample: "stratified", seed: 1 });
    expect([...few]).toEqual([438, 454, 515, 830, 937]);
  });

  test("always gives the number asked for, each sample once, every class within one of its share", () => {
    const labels = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 250 }), fc.integer(), (list, samples, seed) => {
        const chosen = selectSamples(Int32Array.from(list), { samples, sample: "stratified", seed });
        const wanted = Math.min(samples, list.length);
        const fair = [0, 1, 2, 3, 4, 5, 6].every((label) => {
          const share = (wanted * list.filter((other) => other === label).length) / list.length;
          return Math.abs([...chosen].filter((i) => list[i] === label).length - share) < 1;
        });
        return chosen.length === wanted && new Set(chosen).size === wanted && fair;
      }),
    );
  });

  test("draws evenly over the file", () => {
    const one = new Int32Array(10_000);
    const chosen = selectSamples(one, { samples: 2000, sample: "stratified", seed: 3 });
    const counts = new Array<number>(10).fill(0);
    for (const index of chosen) counts[Math.floor(index / 1000)]! += 1;
    // χ² with 9 degrees of freedom exceeds 27.9 once in a thousand seeds.
    expect(counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(27.9);
  });
});

describe("fitShape", () => {
  test.each([
    [
      [1, 28, 28],
      [1, 28, 28],
      [1, 28, 28],
    ],
    [
      [28, 28],
      [1, 28, 28],
      [1, 28, 28],
    ],
    [
      [28, 28, 1],
      [1, 28, 28],
      [1, 28, 28],
    ],
    [
      [1, 28, 28],
      [28, 28, 1],
      [28, 28, 1],
    ],
    [
      [1, 28, 28],
      [28, 28],
      [28, 28],
    ],
    [
      [28, 28],
      [null, null, null],
      [1, 28, 28],
    ],
    [
      [28, 28, 1],
      [1, null, null],
      [1, 28, 28],
    ],
    [
      [3, 40, 50],
      [3, null, null],
      [3, 40, 50],
    ],
    [[784], [784], [784]],
    [[28, 28], [784], [784]],
    [[1, 28, 28], [784], [784]],
    [[784], [1, 1, 784], [1, 1, 784]],
  ])("fits samples %j to an input %j without moving elements", (sample, input, shape) => {
    const fit = fitShape(sample, input)!;
    expect(fit.shape).toEqual(shape);
    expect(fit.order).toBeUndefined();
    expect(fit.words === "").toBe(sample.join() === shape.join());
  });

  test("moves channels from last to first and back", () => {
    const first = fitShape([2, 3, 4], [4, 2, 3])!;
    expect(first.shape).toEqual([4, 2, 3]);
    // Element (c, h, w) of the result is element (h, w, c) of the sample.
    expect(first.order![(3 * 2 + 1) * 3 + 2]).toBe((1 * 3 + 2) * 4 + 3);
    expect(new Set(first.order).size).toBe(24);
    const last = fitShape([4, 2, 3], [2, 3, 4])!;
    expect(last.order![(1 * 3 + 2) * 4 + 3]).toBe((3 * 2 + 1) * 3 + 2);
    expect(fitShape([32, 32, 3], [3, null, null])!.shape).toEqual([3, 32, 32]);
    expect(first.words).toContain("2×3×4 to 4×2×3");
  });

  test.each([
    [
      [28, 28, 1],
      [3, 32, 32],
    ],
    [[3, 32, 32], [3072]],
    [
      [3, 32, 32],
      [3, 32, 33],
    ],
    [
      [32, 32],
      [3, 32, 32],
    ],
    [[], [5]],
    [[5], []],
  ])("finds no way for samples %j to an input %j", (sample, input) => {
    expect(fitShape(sample, input)).toBeUndefined();
  });
});

describe("prepareSamples", () => {
  test("passes float32 samples through untouched", async () => {
    const data = counting([1, 2, 2]);
    const found = await prepareSamples(data, { ...all, samples: 2 }, undefined, [1, 2, 2], 10);
    expect(found.x).toEqual(float32([2, 1, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]));
    expect([...found.y]).toEqual([0, 1]);
    expect(found).toMatchObject({ available: 4, preprocessing: "" });
  });

  test.each<[string, Tensor]>([
    ["uint8", { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(0, 255, 3, 4) }],
    ["float64", { dtype: "float64", shape: [2, 2], data: Float64Array.of(0, 255, 3, 4) }],
    ["float16", { dtype: "float16", shape: [2, 2], data: Uint16Array.of(0, 0x5bf8, 0x4200, 0x4400) }],
    ["int64", { dtype: "int64", shape: [2, 2], data: BigInt64Array.of(0n, 255n, 3n, 4n) }],
  ])("converts %s", async (_, x) => {
    const found = await prepareSamples(labelled(x, int64([0, 1])), all, undefined, [2], 2);
    expect(found.x).toEqual(float32([2, 2], [0, 255, 3, 4]));
  });

  test("scales, then takes mean and standard deviation of each channel, first or last", async () => {
    const data = counting([2, 1, 2]);
    const preprocess = { scale: 0.5, mean: [1, 2], std: [2, 4] };
    const first = await prepareSamples(data, { ...all, samples: 1 }, preprocess, [2, 1, 2], 4);
    expect([...(first.x.data as Float32Array)]).toEqual([(0 - 1) / 2, (0.5 - 1) / 2, (1 - 2) / 4, (1.5 - 2) / 4]);
    expect(first.preprocessing).toBe("multiplied by 1/2; mean 1, 2 subtracted; divided by the standard deviation 2, 4");
    const last = await prepareSamples(counting([3, 1, 2]), { ...all, samples: 1 }, preprocess, [3, 1, 2], 4);
    expect([...(last.x.data as Float32Array)].slice(0, 2)).toEqual([(0 - 1) / 2, (0.5 - 2) / 4]);
  });

  test("one mean and standard deviation serve all channels", async () => {
    const found = await prepareSamples(
      counting([2, 2]),
      { ...all, samples: 1 },
      { scale: 1, mean: [1], std: [2] },
      [2, 2],
      4,
    );
    expect([...(found.x.data as Float32Array)]).toEqual([-0.5, 0, 0.5, 1]);
  });

  test("counts the channels in the model's layout, after they were moved", async () => {
    const data = labelled(float32([1, 1, 2, 3], [0, 1, 2, 3, 4, 5]), int64([0]));
    const found = await prepareSamples(data, all, { scale: 1, mean: [0, 10, 20], std: [1, 1, 1] }, [3, 1, 2], 2);
    expect([...(found.x.data as Float32Array)]).toEqual([0, 3, 1 - 10, 4 - 10, 2 - 20, 5 - 20]);
    expect(found.preprocessing).toContain("channels moved from last to first (1×2×3 to 3×1×2)");
  });

  test("inferred preprocessing maps bytes to 0…1 and leaves floats", async () => {
    const input = { shape: [2], dtype: "float32", use: { indices: false } } as const;
    const bytes = labelled({ dtype: "uint8", shape: [1, 2], data: Uint8Array.of(0, 51) }, int64([0]));
    const found = await prepareSamples(bytes, all, (await inferPreprocess(bytes, input)).preprocess, [2], 2);
    expect([...(found.x.data as Float32Array)]).toEqual([0, Math.fround(0.2)]);
    expect(found.preprocessing).toBe("multiplied by 1/255");
    expect(await inferPreprocess(counting([2]), input)).toEqual({
      preprocess: { scale: 1, mean: [], std: [] },
      notices: [],
    });
  });

  test("selects samples and labels together", async () => {
    const x = float32(
      [100, 1],
      Array.from({ length: 100 }, (_, i) => i),
    );
    const y = int64(Array.from({ length: 100 }, (_, i) => i % 5));
    const found = await prepareSamples(
      labelled(x, y),
      { ...all, samples: 20, sample: "stratified" },
      undefined,
      [1],
      5,
    );
    expect(found.y).toHaveLength(20);
    (found.x.data as Float32Array).forEach((value, i) => expect(found.y[i]).toBe(value % 5));
  });

  test("refuses samples of another shape and names both", async () => {
    const problem = await problemFrom(
      prepareSamples(counting([28, 28, 1]), all, undefined, [3, 32, 32], 10, "net.onnx"),
    );
    expect(problem).toMatchObject({
      reason: "data-mismatch",
      message: "test.npz holds samples of 28×28×1 but net.onnx wants 3×32×32.",
      facts: ["x_test [4, 28, 28, 1]", "input [N, 3, 32, 32]"],
      file: "/data/test.npz",
    });
  });

  test("refuses a file without samples, and means that suit no channel axis", async () => {
    const empty = labelled(float32([0, 2], []), int64([]));
    expect((await problemFrom(prepareSamples(empty, all, undefined, [2], 2))).reason).toBe("data-mismatch");
    const preprocess = { scale: 1, mean: [1, 2, 3], std: [] };
    const problem = await problemFrom(prepareSamples(counting([1, 4, 4]), all, preprocess, [1, 4, 4], 4));
    expect(problem).toMatchObject({ reason: "study-invalid", facts: ["3 values", "1×4×4"] });
  });
});

describe("labels", () => {
  const prepare = (y: Tensor, classes: number | null = 10, samples = 3) =>
    prepareSamples(
      labelled(float32([samples, 1], new Float32Array(samples)), y),
      all,
      undefined,
      [1],
      classes,
      "resnet.onnx",
    );

  test.each<[string, Tensor]>([
    ["uint8", { dtype: "uint8", shape: [3], data: Uint8Array.of(2, 0, 9) }],
    ["int64 in a column", { dtype: "int64", shape: [3, 1], data: BigInt64Array.of(2n, 0n, 9n) }],
    ["uint64", { dtype: "uint64", shape: [3], data: BigUint64Array.of(2n, 0n, 9n) }],
    ["whole float32", float32([3], [2, 0, 9])],
    ["whole float16", { dtype: "float16", shape: [3], data: Uint16Array.of(0x4000, 0, 0x4880) }],
  ])("are read from %s", async (_, y) => {
    expect([...(await prepare(y)).y]).toEqual([2, 0, 9]);
  });

  test("are read from one-hot rows", async () => {
    expect([...(await prepare(float32([3, 3], [0, 1, 0, 1, 0, 0, 0, 0, 1]))).y]).toEqual([1, 0, 2]);
    const bool: Tensor = { dtype: "bool", shape: [3, 2], data: Uint8Array.of(0, 1, 1, 0, 0, 1) };
    expect([...(await prepare(bool)).y]).toEqual([1, 0, 1]);
  });

  test("beyond the model's outputs are refused with both numbers", async () => {
    const problem = await problemFrom(prepare(int64([0, 4, 11])));
    expect(problem).toMatchObject({
      reason: "labels-mismatch",
      message: "test.npz has labels 0–11 but resnet.onnx has 10 outputs.",
      facts: ["labels 0–11", "10 outputs"],
    });
    expect((await problemFrom(prepare(int64([1, 1, 1]), 1))).message).toContain(
      "the label 1 only but resnet.onnx has 1 output.",
    );
    expect((await problemFrom(prepare(float32([3, 12], new Float32Array(36).fill(1, 0, 1)), 10))).reason).toBe(
      "labels-mismatch",
    );
    expect([...(await prepare(int64([0, 4, 11]), null)).y]).toEqual([0, 4, 11]);
  });

  test("of another number than the samples are refused", async () => {
    expect(await problemFrom(prepare(int64([0, 1])))).toMatchObject({
      reason: "labels-mismatch",
      message: "test.npz has 3 samples but 2 labels.",
      facts: ["x_test [3, 1]", "y_test [2]"],
    });
  });

  test.each<[string, Tensor, RegExp]>([
    ["fractions", float32([3], [0, 0.5, 1]), /label 0\.5 at sample 1 of y_test, which is not a whole number/],
    ["NaN", float32([3], [0, NaN, 1]), /label NaN/],
    ["negative", int64([0, -1, 1]), /negative label -1/],
    ["huge", { dtype: "uint64", shape: [3], data: BigUint64Array.of(0n, 2n ** 40n, 1n) }, /too large for a class/],
    ["soft", float32([3, 2], [0.5, 0.5, 1, 0, 0, 1]), /not one-hot: row 0/],
    ["several at once", float32([3, 2], [1, 0, 1, 1, 0, 1]), /not one-hot: row 1/],
    ["pictures", float32([3, 2, 2], new Float32Array(12)), /labels of shape \[3, 2, 2\]/],
  ])("that are %s are refused", async (_, y, message) => {
    const problem = await problemFrom(prepare(y));
    expect(problem.reason).toBe("labels-mismatch");
    expect(problem.message).toMatch(message);
  });
});
