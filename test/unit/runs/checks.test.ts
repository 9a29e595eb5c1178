import { describe, expect, test } from "vitest";
import type { PointSums, Prepared } from "../../../server/evaluator/messages";
import { finalChecks, restoredCheck } from "../../../server/runs/checks";
import type { Ending } from "../../../server/runs/checks";
import { RunState } from "../../../server/runs/state";
import { headerFor } from "./header";

const own: PointSums = { lossSum: 40, lossSquareSum: 26, correct: 85, count: 100 };
const header = headerFor([3, 3]);

function ending(over: Partial<Ending> = {}): Ending {
  const { model, data, engine, fingerprints, checks } = header;
  const prepared: Prepared = { model, data, engine, fingerprints, checks, centre: own, splits: [] };
  const points = Array.from({ length: 9 }, (_, index) => ({ index, loss: 0.4 + index, accuracy: 80, lossError: 0.01 }));
  const state = new RunState(header, { points, extras: [] });
  return { state, prepared, again: own, pool: { prepared: 2, retired: 0, lost: 0, disagreement: 0 }, ...over };
}

function levels(checks: ReturnType<typeof finalChecks>): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, level }) => [name, level]));
}

describe("the last checks", () => {
  test("are all green when all went well", () => {
    expect(levels(finalChecks(ending()))).toEqual({ restored: "ok", finite: "ok", sampling: "ok", evaluators: "ok" });
  });

  test("tell the last bit from a rounding and from a wrong loss", () => {
    expect(restoredCheck(own, own).level).toBe("ok");
    expect(restoredCheck({ ...own, lossSum: 40 + 1e-12 }, own).level).toBe("warning");
    expect(restoredCheck({ ...own, lossSum: 40.01 }, own).level).toBe("error");
    expect(restoredCheck({ ...own, lossSum: NaN }, own).level).toBe("error");
    const broken = { ...own, lossSum: NaN };
    expect(restoredCheck(broken, broken).level).toBe("ok");
  });

  test("tell of evaluators that differ or were given up", () => {
    const pool = { prepared: 2, retired: 0, lost: 0, disagreement: 0 };
    expect(levels(finalChecks(ending({ pool: { ...pool, disagreement: 1e-9 } })))["evaluators"]).toBe("warning");
    expect(levels(finalChecks(ending({ pool: { ...pool, disagreement: 1e-3 } })))["evaluators"]).toBe("error");
    expect(levels(finalChecks(ending({ pool: { ...pool, retired: 1, lost: 3 } })))["evaluators"]).toBe("warning");
    const replaced = finalChecks(ending({ pool: { ...pool, lost: 1 } })).find(({ name }) => name === "evaluators")!;
    expect(replaced.level).toBe("ok");
    expect(replaced.message).toContain("1 that stopped was replaced");
  });

  test("tell of a run that was resumed with other numbers", () => {
    const other = { ...own, lossSum: 40 * (1 + 1e-8) };
    const { prepared } = ending();
    expect(levels(finalChecks(ending({ prepared: { ...prepared, centre: other }, again: other })))["continued"]).toBe(
      "warning",
    );
  });
});
