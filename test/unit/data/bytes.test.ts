import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBytes, mayStayBytes } from "../../../server/data/bytes";
import type { Samples } from "../../../server/data/dataset";
import { prepareSamples } from "../../../server/data/samples";
import { Batches } from "../../../server/evaluator/batches";
import type { Batch } from "../../../server/evaluator/batches";
import { Subsets } from "../../../server/evaluator/subsets";
import type { DataSelection, Preprocess } from "../../../server/protocol/study";
import { int64, labelled } from "../../support/data";

const selection: DataSelection = { path: "/data/test.npz", split: "test", samples: 1000, sample: "first", seed: 0 };

/** Seven samples of bytes, prepared as numbers and as bytes. */
async function both(
  sample: readonly number[],
  input: readonly number[],
  preprocess: Preprocess,
  seed: number,
): Promise<readonly [Samples, Samples]> {
  const count = 7;
  const size = sample.reduce((product, extent) => product * extent, count);
  const x = {
    dtype: "uint8",
    shape: [count, ...sample],
    data: Uint8Array.from({ length: size }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24),
  } as const;
  const data = labelled(x, int64([0, 1, 2, 0, 1, 2, 0]));
  const prepared = (asBytes: boolean): Promise<Samples> =>
    prepareSamples(data, selection, preprocess, input, 3, "net.onnx", "crossEntropy", asBytes);
  return [await prepared(false), await prepared(true)];
}

function batchesOf(samples: Samples, batch: number | null): readonly Batch[] {
  const input = { name: "x", dtype: "float32", shape: samples.x.shape.slice(1), batch, classes: null } as const;
  const parts = {
    file: "/m/net.onnx",
    input,
    output: "y",
    samples,
    batchSize: 3,
    loss: { name: "crossEntropy" },
  } as const;
  const { batches } = new Batches(parts);
  const subsets = new Subsets(parts, 1).groups({ first: 1, count: 4, groups: 2 });
  return [...batches, ...subsets.flatMap((each) => each.batches)];
}

const bitsOf = (batch: Batch): string => {
  const { dtype, shape, data } = batch.feeds()["x"]!;
  return [dtype, shape.join("×"), ...new Uint32Array((data as Float32Array).slice().buffer)].join();
};

/** Any finite numbers, whether they make sense or not. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 });
const width = number.map((value) => (value === 0 ? 1 : value));
const channels = (value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.oneof(fc.constant<number[]>([]), fc.tuple(value), fc.tuple(value, value, value));
const layouts = [
  [
    [3, 4, 5],
    [3, 4, 5],
  ],
  [
    [4, 5, 3],
    [4, 5, 3],
  ],
  [
    [4, 5, 3],
    [3, 4, 5],
  ],
  [
    [3, 4, 5],
    [4, 5, 3],
  ],
] as const;

describe("samples that stay bytes", () => {
  test("are fed as the same numbers to the last bit, in every layout and batch, whatever the preprocessing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...layouts),
        fc.record({ scale: width, mean: channels(number), std: channels(width) }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(null, 2, 10),
        async ([sample, input], preprocess, seed, batch) => {
          const [numbers, bytes] = await both(sample, input, preprocess, seed);
          expect(bytes.x.data).toBeInstanceOf(Uint8Array);
          expect(bytes.preprocessing).toBe(numbers.preprocessing);
          const [expected, found] = [batchesOf(numbers, batch), batchesOf(bytes, batch)];
          expect(found.map(({ first, count }) => [first, count])).toEqual(
            expected.map(({ first, count }) => [first, count]),
          );
          // Each of them is looked at before the next one, and once more afterwards.
          expect(found.map(bitsOf)).toEqual(expected.map(bitsOf));
          expect([...found].reverse().map(bitsOf)).toEqual([...expected].reverse().map(bitsOf));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("are only those of files of bytes without anything but scale, mean and deviation", async () => {
    const plain = { scale: 1, mean: [], std: [] };
    const x = { dtype: "uint8", shape: [2, 3, 4, 5] } as const;
    expect(mayStayBytes({ x }, plain)).toBe(true);
    expect(mayStayBytes({ x: { ...x, dtype: "int8" } }, plain)).toBe(false);
    expect(mayStayBytes({ x, pictures: true }, plain)).toBe(false);
    expect(mayStayBytes({ x }, { ...plain, resize: [2, 2] })).toBe(false);
    expect(mayStayBytes({ x }, { ...plain, color: "grey" })).toBe(false);
    expect(mayStayBytes({ x }, { ...plain, mean: [1, 2, 3], std: [1, 2, 3, 4] })).toBe(false);
    const [few] = await both([3, 4, 5], [3, 4, 5], plain, 0);
    expect(few.x.dtype).toBe("float32");
  });

  test("are decoded by tables that take turns", () => {
    const values = new Float32Array(512).map((_, i) => (i < 256 ? i : -i + 256));
    const into = new Float32Array(8);
    decodeBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), { values, run: 2 }, into);
    expect([...into]).toEqual([1, 2, -3, -4, 5, 6, -7, -8]);
  });
});
