import { describe, expect, test } from "vitest";
import {
  divisionsFor,
  divisionText,
  fastestDivision,
  isLong,
  mostEvaluators,
  together,
  trialSize,
} from "../../../server/evaluator/execution/division";
import type { Division } from "../../../server/evaluator/execution/division";

const texts = (cores: number, evaluators: number, threads: number): readonly string[] =>
  divisionsFor(cores, { evaluators, threads }).map((each) => `${each.evaluators}×${each.threads}`);

describe("sensible divisions of the cores", () => {
  test.each([
    [2, 2, 1, ["2×1", "1×2"]],
    [4, 4, 1, ["4×1", "2×2", "1×4"]],
    [8, 8, 1, ["8×1", "4×2", "2×4", "1×8"]],
    [6, 6, 1, ["6×1", "3×2", "1×6"]],
    [64, 64, 1, ["64×1", "32×2", "16×4", "8×8", "4×16", "2×32", "1×64"]],
  ])("of %i double the threads, up to all in one evaluator", (cores, evaluators, threads, expected) => {
    expect(texts(cores, evaluators, threads)).toEqual(expected);
  });

  test("have no more evaluators than there is room for, and the usual one first", () => {
    expect(texts(8, 2, 4)).toEqual(["2×4", "1×8"]);
    expect(texts(6, 2, 3)).toEqual(["2×3", "1×6"]);
    expect(texts(16, 5, 3)).toEqual(["5×3", "4×4", "2×8", "1×16"]);
  });

  test("are one where there is one core, or room for one evaluator", () => {
    expect(texts(1, 1, 1)).toEqual(["1×1"]);
    expect(texts(8, 1, 8)).toEqual(["1×8"]);
  });

  test("never use more cores than there are, and leave as many evaluators as the usual one to it", () => {
    for (let cores = 1; cores <= 40; cores++) {
      for (let evaluators = 1; evaluators <= cores; evaluators++) {
        const usual: Division = { evaluators, threads: Math.floor(cores / evaluators) };
        const [first, ...others] = divisionsFor(cores, usual);
        expect(first).toEqual(usual);
        for (const { evaluators: count, threads } of others) {
          expect(count * threads).toBeLessThanOrEqual(cores);
          expect(count).toBeLessThan(evaluators);
        }
        expect(new Set(others.map(({ threads }) => threads)).size).toBe(others.length);
      }
    }
  });
});

describe("the fastest division", () => {
  const timed = (evaluators: number, threads: number, perPoint: number) => ({ evaluators, threads, perPoint });

  test("is the one that takes least, and says what it saves", () => {
    expect(fastestDivision([timed(4, 1, 20), timed(2, 2, 12), timed(1, 4, 14)])).toEqual({
      evaluators: 2,
      threads: 2,
      why: "2 processes of 2 threads: 12 ms for a point instead of 20 ms",
    });
  });

  test("stays the usual one unless another is clearly faster", () => {
    expect(fastestDivision([timed(2, 1, 20), timed(1, 2, 18.1)])).toEqual({
      evaluators: 2,
      threads: 1,
      why: "2 processes of 1 thread: nothing else is clearly faster",
    });
    expect(fastestDivision([timed(2, 1, 20)])).toMatchObject({ evaluators: 2, threads: 1 });
  });

  test("is told in words", () => {
    expect(divisionText({ evaluators: 1, threads: 2 })).toBe("1 process of 2 threads");
    expect(divisionText({ evaluators: 8, threads: 1 })).toBe("8 processes of 1 thread");
  });
});

test("evaluators together take the less the more they are", () => {
  expect(together([20, 20])).toBeCloseTo(10, 12);
  expect(together([10, 30])).toBeCloseTo(7.5, 12);
  expect(together([8])).toBe(8);
});

test("a run is long when its evaluators need a minute for it", () => {
  const usual = (perPoint: number) => ({
    execution: { provider: "cpu", way: "baked", batchSize: 100, threads: 1 } as const,
    setUp: 0,
    run: perPoint,
    perPoint,
  });
  expect(isLong({ usual: usual(50), evaluations: 2601, evaluators: 2 })).toBe(true);
  expect(isLong({ usual: usual(50), evaluations: 2601, evaluators: 4 })).toBe(false);
  expect(isLong({ usual: usual(50), evaluations: 121, evaluators: 2 })).toBe(false);
});

test("batches that take long are timed in part, never of less than some samples", () => {
  expect(trialSize(100, 20)).toBe(100);
  expect(trialSize(100, 600)).toBe(20);
  expect(trialSize(100, 60_000)).toBe(4);
  expect(trialSize(2, 60_000)).toBe(2);
});

test("evaluators of several threads are no more than the cores suffice for", () => {
  expect(mostEvaluators(4, 8)).toBe(2);
  expect(mostEvaluators(4, 2)).toBe(1);
  expect(mostEvaluators(3, 8)).toBe(2);
  expect(mostEvaluators(1, 8)).toBe(Infinity);
});
