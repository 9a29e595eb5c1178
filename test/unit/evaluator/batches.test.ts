import { describe, expect, test } from "vitest";
import type { Samples } from "../../../server/data/dataset";
import type { Executable } from "../../../server/engines/engine";
import { Batches } from "../../../server/evaluator/batches";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import type { LossSpec } from "../../../server/protocol/study";
import { float32, problemFrom, problemOf } from "../../support/data";

const file = "/m/net.onnx";

interface Model {
  readonly dtype?: DataType;
  readonly batch?: number | null;
  readonly batchSize?: number;
}

/** Samples of two numbers each, in batches. */
function batchesOf(
  loss: LossSpec,
  samples: Partial<Samples>,
  { dtype = "float32", batch = null, batchSize = 2 }: Model = {},
): Batches {
  const x = float32([3, 2], [0, 1, 2, 3, 4, 5]);
  return new Batches({
    file,
    input: { name: "x", dtype, shape: [2], batch, classes: null },
    output: "y",
    samples: { x, y: new Int32Array(0), available: 3, preprocessing: "", ...samples },
    batchSize,
    loss,
  });
}

/** An executable whose output has `shape` after the batch, counting up from 0 in every batch. */
function counting(shape: readonly number[], rows = (given: number): number => given): Executable {
  return {
    setParameters: () => Promise.resolve(),
    run: ({ x }) => {
      const all = [rows(x!.shape[0]!), ...shape];
      const size = all.reduce((product, extent) => product * extent, 1);
      return Promise.resolve({
        y: float32(
          all,
          Array.from({ length: size }, (_, i) => i),
        ),
      });
    },
    dispose: () => Promise.resolve(),
  };
}

const numbers: LossSpec = { name: "meanAbsoluteError" };
const zeros = (shape: readonly number[]): Tensor => float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));

describe("outputs are compared with the targets of their own samples", () => {
  test("over batches that do not divide them", async () => {
    const batches = batchesOf(numbers, { targets: float32([3, 1], [0, 2, 7]) });
    // Outputs 0, 1 and, in the second batch, 0.
    expect(await batches.measure(counting([1]))).toMatchObject({ lossSum: 0 + 1 + 7, count: 3, correct: NaN });
    expect(await batches.countClasses(counting([1]))).toBe(0);
  });

  test("when rows fill up a batch of fixed size, which do not count", async () => {
    const batches = batchesOf(numbers, { targets: zeros([3, 1]) }, { batch: 4 });
    expect(batches.batches.map(({ feeds, count }) => [feeds()["x"]!.shape[0], count])).toEqual([[4, 3]]);
    expect(await batches.measure(counting([1]))).toMatchObject({ lossSum: 0 + 1 + 2, count: 3 });
  });

  test.each([
    [[2], [2, 1]],
    [
      [2, 1, 3],
      [2, 3],
    ],
    [[1], []],
  ])("of shape %j against targets of %j", async (outputs, targets) => {
    const batches = batchesOf(numbers, { targets: zeros([3, ...targets]) });
    expect((await batches.measure(counting(outputs))).count).toBe(3);
  });

  test.each([
    [
      [2, 3],
      [3, 2],
    ],
    [[6], [2, 3]],
    [[2], [3]],
    [[2], []],
  ])("and those of %j refused against targets of %j, though they be as many", async (outputs, targets) => {
    const batches = batchesOf(numbers, { targets: zeros([3, ...targets]) });
    const problem = await problemFrom(batches.measure(counting(outputs)));
    expect(problem).toMatchObject({ reason: "file-unsupported", file });
    expect(problem.message).toBe(
      `The output "y" has the shape [${[2, ...outputs].join(", ")}]; [${["samples", ...targets].join(", ")}], like the targets, was expected for meanAbsoluteError.`,
    );
  });

  test.each<[LossSpec, Partial<Samples>, readonly number[]]>([
    [numbers, { targets: zeros([3, 2]) }, [2]],
    [{ name: "crossEntropy" }, { y: Int32Array.of(0, 1, 2) }, [4]],
    [{ name: "sequenceCrossEntropy" }, { y: Int32Array.of(0, 1, 2, 0, 1, 2) }, [2, 4]],
  ])("and refused without a row for each sample: %j", async (loss, samples, shape) => {
    const problem = await problemFrom(batchesOf(loss, samples).measure(counting(shape, (rows) => 3 * rows)));
    expect(problem.message).toContain(`a row for each of the batch's 2 samples was expected for ${loss.name}`);
  });
});

describe("sequences", () => {
  const loss: LossSpec = { name: "sequenceCrossEntropy" };
  const y = Int32Array.of(0, -100, 2, 1, -1, 2);

  test("count their tokens that are not masked, and their classes", async () => {
    const batches = batchesOf(loss, { y });
    expect((await batches.measure(counting([2, 3]))).count).toBe(4);
    expect(await batches.countClasses(counting([2, 3]))).toBe(3);
  });

  test.each([[[3, 2]], [[6]], [[2, 1]], [[2, 3, 1]]])("refuse outputs of %j", async (shape) => {
    const problem = await problemFrom(batchesOf(loss, { y }).measure(counting(shape)));
    expect(problem.message).toContain("[samples, 2 tokens, classes] was expected for sequenceCrossEntropy");
  });

  test("refuse samples of which every token is masked", () => {
    const problem = problemOf(() => batchesOf(loss, { y: new Int32Array(6).fill(-1) }));
    expect(problem.reason).toBe("labels-mismatch");
    expect(problem.message).toBe("Every token of the 3 chosen samples is masked by a negative class.");
  });
});

describe("samples that are whole numbers", () => {
  test.each([
    ["int32", Int32Array.of(0, 1, 2, 3)],
    ["int64", BigInt64Array.of(0n, 1n, 2n, 3n)],
    ["uint8", Uint8Array.of(0, 1, 2, 3)],
    ["int8", Int8Array.of(0, 1, 2, 3)],
    ["uint16", Uint16Array.of(0, 1, 2, 3)],
    ["int16", Int16Array.of(0, 1, 2, 3)],
  ] as const)("are fed as %s", (dtype, expected) => {
    const { batches } = batchesOf(numbers, { targets: zeros([3]) }, { dtype });
    expect(batches[0]!.feeds()["x"]).toEqual({ dtype, shape: [2, 2], data: expected });
  });

  test.each([0.5, NaN, Infinity, 2 ** 25])("are not %d", (value) => {
    const x = float32([1, 2], [1, value]);
    const problem = problemOf(() => batchesOf(numbers, { x, targets: zeros([1]) }, { dtype: "int64" }));
    expect(problem).toMatchObject({ reason: "data-mismatch", file });
    expect(problem.message).toBe(`The model takes whole numbers up to 2²⁴, but a sample holds ${value}.`);
  });

  test.each([
    ["uint8", 256, "from 0 to 255"],
    ["uint8", 0.5, "from 0 to 255"],
    ["uint8", -1, "from 0 to 255"],
    ["int8", 128, "from -128 to 127"],
    ["int16", 40_000, "from -32768 to 32767"],
  ] as const)("for %s are not %d", (dtype, value, range) => {
    const x = float32([1, 2], [1, value]);
    const problem = problemOf(() => batchesOf(numbers, { x, targets: zeros([1]) }, { dtype }));
    expect(problem.message).toBe(`The model takes whole numbers ${range}, but a sample holds ${value}.`);
  });

  test("are fed to no other integer type", () => {
    const problem = problemOf(() => batchesOf(numbers, { targets: zeros([3]) }, { dtype: "uint64" }));
    expect(problem).toMatchObject({ reason: "file-unsupported", facts: ["uint64"] });
  });
});
