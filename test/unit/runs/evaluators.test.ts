import { describe, expect, test } from "vitest";
import { evaluatorsFor } from "../../../server/runs/evaluators";
import type { Means } from "../../../server/runs/evaluators";
import type { Study } from "../../../server/protocol/study";
import { studyOf } from "./header";

const GB = 2 ** 30;
const means: Means = { cores: 16, memory: 16 * GB, parameters: 250e3, data: 1e6 };

function count(
  evaluators: number,
  over: Partial<Means> = {},
  points: readonly [number, number] = [51, 51],
  changes: Partial<Study> = {},
): number {
  const study = { ...studyOf(points), ...changes };
  return evaluatorsFor({ ...study, compute: { ...study.compute, evaluators } }, { ...means, ...over });
}

describe("the number of evaluators", () => {
  test("is one for each core unless the study says otherwise", () => {
    expect(count(0)).toBe(16);
    expect(count(3)).toBe(3);
    expect(count(40)).toBe(40);
  });

  test("is never more than there are points", () => {
    expect(count(0, {}, [3, 3])).toBe(9);
    expect(count(4, {}, [1, 1])).toBe(1);
  });

  test("is as large as memory allows for a large model, and at least one", () => {
    expect(count(0, { parameters: 134e6 })).toBe(5);
    expect(count(0, { parameters: 2e9 })).toBe(1);
    expect(count(0, { data: 0.5 * GB })).toBe(7);
    expect(count(8, { parameters: 134e6 })).toBe(5);
  });

  test("reckons with directions that cannot be made anew", () => {
    const { grid } = studyOf([51, 51]);
    expect(count(0, { parameters: 134e6 }, [51, 51], { directions: { kind: "file", path: "d.h5" } })).toBe(3);
    expect(count(0, { parameters: 134e6 }, [51, 51], { grid: { ...grid, lines: true } })).toBe(3);
  });
});
