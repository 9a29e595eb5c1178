import { describe, expect, test } from "vitest";
import {
  executionText,
  fasterElsewhere,
  fastest,
  furtherBatchSizes,
  isShort,
  obvious,
  timePerPoint,
  usualBatchSize,
} from "../../../server/evaluator/execution/rule";
import type { Timing } from "../../../server/evaluator/execution/rule";
import type { Execution } from "../../../server/protocol/study";

function timing(perPoint: number, over: Partial<Execution> = {}, setUp = 0, run = 1): Timing {
  return { execution: { provider: "cpu", way: "baked", batchSize: 100, threads: 1, ...over }, setUp, run, perPoint };
}

describe("the time of a point", () => {
  test("is that of other weights once and that of every batch", () => {
    expect(timePerPoint(5, 2, 1000, 100)).toBe(25);
  });

  test("counts the part of a batch that there is", () => {
    expect(timePerPoint(5, 2, 150, 100)).toBe(8);
    expect(timePerPoint(5, 2, 10, 100)).toBe(7);
  });
});

describe("nothing has to be timed", () => {
  const outlook = { evaluations: 2601, evaluators: 2 };

  test("for a run that is over in a moment", () => {
    expect(obvious({ usual: timing(1, {}, 0.9, 0.1), ...outlook })).toBe("the run is short");
    expect(obvious({ usual: timing(10, {}, 9, 0.1), ...outlook, evaluations: 121 })).toBe("the run is short");
  });

  test("for a run of few points, however busy the machine is", () => {
    expect(obvious({ usual: timing(500, {}, 400, 10), ...outlook, evaluations: 49 })).toBe("the run is short");
  });

  test("for a model whose batches take nearly all the time", () => {
    expect(obvious({ usual: timing(300, {}, 9, 30), ...outlook })).toMatch(/running the model/);
  });

  test("but for all others", () => {
    expect(obvious({ usual: timing(10, {}, 9, 0.1), ...outlook })).toBeUndefined();
    expect(obvious({ usual: timing(100, {}, 60, 40), ...outlook })).toBeUndefined();
    expect(obvious({ usual: timing(50, {}, 1, 5), ...outlook })).toBeUndefined();
  });
});

describe("further sizes of batches", () => {
  test("are smaller and larger ones, up to all samples", () => {
    expect(furtherBatchSizes(1, 10_000)).toEqual([32, 320, 1000, 3200]);
    expect(furtherBatchSizes(1, 500)).toEqual([32, 320, 500]);
  });

  test("are none where all samples fit into the usual one, or a batch takes long", () => {
    expect(furtherBatchSizes(1, usualBatchSize)).toEqual([]);
    expect(furtherBatchSizes(50, 10_000)).toEqual([]);
  });
});

describe("the fastest", () => {
  test("is the one that takes least for a point", () => {
    const fed = timing(4, { way: "fed" });
    const { timing: best, why } = fastest([timing(10), fed, timing(6, { way: "plane" })]);
    expect(best).toBe(fed);
    expect(why).toBe("4.0 ms for a point instead of 10 ms");
  });

  test("stays the usual one unless another is clearly faster", () => {
    const usual = timing(10);
    expect(fastest([usual, timing(9.1, { way: "fed" })]).timing).toBe(usual);
    expect(fastest([usual]).timing).toBe(usual);
  });

  test("is the first listed of those that are nearly the same", () => {
    const fed = timing(4.1, { way: "fed" });
    expect(fastest([timing(10), fed, timing(4, { way: "plane" })]).timing).toBe(fed);
  });
});

test("an execution is told in words", () => {
  expect(executionText({ provider: "cpu", way: "fed", batchSize: 320, threads: 1 })).toBe(
    "weights as inputs, batches of 320",
  );
  expect(executionText({ provider: "cpu", way: "baked", batchSize: 100, threads: 4 })).toBe(
    "weights compiled in, batches of 100, 4 threads",
  );
});

describe("another processor", () => {
  const gpu = (perPoint: number, batchSize = 100): Timing =>
    timing(perPoint, { provider: "cuda", way: "fed", batchSize });

  test("is taken when it is clearly faster than all evaluators of the CPU together", () => {
    const found = fasterElsewhere([gpu(8), gpu(4, 1000)], timing(20), 2)!;
    expect(found.timing.execution).toMatchObject({ provider: "cuda", batchSize: 1000 });
    expect(found.why).toBe("4.0 ms for a point instead of 10 ms on the CPU");
  });

  test("is not taken when it is only faster than one of them, or is not there", () => {
    expect(fasterElsewhere([gpu(9.5)], timing(20), 2)).toBeUndefined();
    expect(fasterElsewhere([], timing(20), 2)).toBeUndefined();
  });

  test("is named in words", () => {
    expect(executionText(gpu(1).execution)).toBe("weights as inputs, batches of 100 on cuda");
  });

  test("is not looked for when the run is short", () => {
    expect(isShort({ usual: timing(1), evaluations: 99, evaluators: 1 })).toBe(true);
    expect(isShort({ usual: timing(300), evaluations: 2601, evaluators: 2 })).toBe(false);
  });
});
