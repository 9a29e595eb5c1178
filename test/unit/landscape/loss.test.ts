import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../server/graph/tensor";
import { addCrossEntropy, emptySums, meanOf } from "../../../server/landscape/loss";
import { Random } from "../../../server/landscape/random";

function logits(rows: readonly (readonly number[])[], trailing: readonly number[] = []): Tensor {
  return { dtype: "float32", shape: [rows.length, rows[0]!.length, ...trailing], data: Float32Array.from(rows.flat()) };
}

function lossOf(row: readonly number[], label: number): { loss: number; accuracy: number } {
  const sums = emptySums();
  addCrossEntropy(sums, logits([row]), Int32Array.of(label), 0, 1);
  return meanOf(sums);
}

describe("addCrossEntropy", () => {
  test("agrees with numbers of PyTorch's cross_entropy", () => {
    // torch.nn.functional.cross_entropy(torch.tensor(row, dtype=float64), label)
    expect(lossOf([1, 2, 3], 0).loss).toBeCloseTo(2.4076059644443806, 14);
    expect(lossOf([1, 2, 3], 2).loss).toBeCloseTo(0.4076059644443804, 14);
    expect(lossOf([0, 0, 0, 0], 1).loss).toBeCloseTo(Math.log(4), 14);
  });

  test("agrees with the plain formula on random logits", () => {
    const random = new Random(1);
    for (let i = 0; i < 200; i++) {
      const row = Array.from({ length: 10 }, () => Math.fround(3 * random.nextNormal()));
      const label = i % 10;
      const expected = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[label]!;
      expect(Math.abs(lossOf(row, label).loss - expected)).toBeLessThan(1e-13 * Math.max(1, expected));
    }
  });

  test("is stable for large logits and keeps the digits of tiny losses", () => {
    expect(lossOf([1e4, -1e4], 0).loss).toBe(0);
    expect(lossOf([1e4, -1e4], 1).loss).toBe(2e4);
    expect(lossOf([3e38, -3e38], 1).loss).toBe(2 * Math.fround(3e38));
    const tiny = lossOf([40, 0], 0).loss;
    expect(tiny / Math.exp(-40)).toBeCloseTo(1, 12);
  });

  test("passes NaN on and counts no correct sample for it", () => {
    expect(lossOf([NaN, 1], 0)).toMatchObject({ loss: NaN, accuracy: 0 });
    expect(lossOf([1, NaN], 0)).toMatchObject({ loss: NaN, accuracy: 0 });
  });

  test("keeps an infinite loss infinite; +∞ has no softmax", () => {
    expect(lossOf([0, -Infinity], 1).loss).toBe(Infinity);
    expect(lossOf([0, -Infinity], 0).loss).toBe(0);
    expect(lossOf([0, Infinity], 0).loss).toBeNaN();
    expect(lossOf([0, Infinity], 1).loss).toBeNaN();
    expect(lossOf([-Infinity, -Infinity], 1).loss).toBeNaN();
  });

  test("the first of equal logits is the answer", () => {
    expect(lossOf([1, 1], 0).accuracy).toBe(100);
    expect(lossOf([1, 1], 1).accuracy).toBe(0);
  });

  test("takes a part of a batch, at an offset of the labels, and flattens trailing axes of extent 1", () => {
    const rows = [
      [5, 0],
      [0, 5],
      [0, 0],
    ];
    const labels = Int32Array.of(9, 9, 0, 1, 7);
    const flat = emptySums();
    addCrossEntropy(flat, logits(rows), labels, 2, 2);
    expect(flat).toMatchObject({ correct: 2, count: 2 });
    expect(flat.lossSum).toBeCloseTo(2 * Math.log1p(Math.exp(-5)), 14);
    const spatial = emptySums();
    addCrossEntropy(spatial, logits(rows, [1, 1]), labels, 2, 2);
    expect(spatial).toEqual(flat);
  });

  test("reads double and half precision", () => {
    const labels = Int32Array.of(1);
    const double = emptySums();
    addCrossEntropy(double, { dtype: "float64", shape: [1, 2], data: Float64Array.of(0.1, 0.2) }, labels, 0, 1);
    expect(double.lossSum).toBeCloseTo(Math.log1p(Math.exp(-0.1)), 15);
    const half = emptySums();
    addCrossEntropy(half, { dtype: "float16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0x4000) }, labels, 0, 1);
    expect(half.lossSum).toBeCloseTo(Math.log1p(Math.exp(-1)), 15);
  });

  test("batches add up to the same sums as the whole", () => {
    const random = new Random(2);
    const rows = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => random.nextNormal()));
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 4);
    const whole = emptySums();
    addCrossEntropy(whole, logits(rows), labels, 0, 60);
    const parts = emptySums();
    for (let first = 0; first < 60; first += 20)
      addCrossEntropy(parts, logits(rows.slice(first, first + 20)), labels, first, 20);
    expect(parts).toEqual(whole);
  });
});

describe("meanOf", () => {
  test("gives mean, percent and standard error", () => {
    // Losses 1, 2, 3, 6: mean 3, sample variance 14/3, standard error √(14/12).
    const found = meanOf({ lossSum: 12, lossSquareSum: 50, correct: 3, count: 4 });
    expect(found.loss).toBe(3);
    expect(found.accuracy).toBe(75);
    expect(found.lossError).toBeCloseTo(Math.sqrt(14 / 12), 14);
  });

  test("says NaN where nothing is known", () => {
    expect(meanOf({ lossSum: 2, lossSquareSum: 4, correct: 1, count: 1 }).lossError).toBeNaN();
    expect(meanOf(emptySums()).loss).toBeNaN();
    expect(meanOf({ lossSum: Infinity, lossSquareSum: Infinity, correct: 0, count: 3 })).toMatchObject({
      loss: Infinity,
      lossError: NaN,
    });
  });
});
