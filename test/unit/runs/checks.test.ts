import { describe, expect, test } from "vitest";
import type { PointSums } from "../../../server/evaluator/messages";
import { finalChecks, restoredCheck } from "../../../server/runs/checks";
import type { Ending } from "../../../server/runs/checks";
import { RunState } from "../../../server/runs/state";
import { headerFor } from "./header";

const own: PointSums = { lossSum: 40, lossSquareSum: 26, correct: 85, count: 100 };
const header = headerFor([3, 3]);

function ending(over: Partial<Ending> = {}): Ending {
  const { engine } = header;
  const points = Array.from({ length: 9 }, (_, index) => ({ index, loss: 0.4 + index, accuracy: 80, lossError: 0.01 }));
  const state = new RunState(header, { points, extras: [] });
  return {
    state,
    engine,
    centre: own,
    again: own,
    pool: { prepared: 2, retired: 0, lost: 0, disagreement: 0 },
    ...over,
  };
}

function levels(checks: ReturnType<typeof finalChecks>): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, level }) => [name, level]));
}

describe("the last checks", () => {
  test("are all green when all went well", () => {
    expect(levels(finalChecks(ending()))).toEqual({
      restored: "ok",
      finite: "ok",
      lowest: "ok",
      sampling: "ok",
      evaluators: "ok",
    });
  });

  test("say of a lower point that there is one, but not where other models lie in the plane", () => {
    const points = Array.from({ length: 9 }, (_, index) => ({
      index,
      loss: index === 5 ? 0.3 : 0.4 + index,
      accuracy: 80,
      lossError: 0.01,
    }));
    const state = new RunState(header, { points, extras: [] });
    const lowest = finalChecks(ending({ state })).find(({ name }) => name === "lowest")!;
    expect(lowest).toMatchObject({ level: "warning", value: 1 });
    expect(lowest.message).toContain("α 1, β 0");
    const directions = { kind: "between", checkpoints: ["/a", "/b"] } as const;
    const between = new RunState({ ...header, study: { ...header.study, directions } }, { points, extras: [] });
    expect(levels(finalChecks(ending({ state: between })))["lowest"]).toBeUndefined();
  });

  test("tell convexity at the centre from that away from it", () => {
    const curvature = {
      points: [3, 3],
      samples: 64,
      parameters: "kernels",
      traceProbes: 0,
      densityProbes: 0,
      tolerance: 1e-3,
    } as const;
    // The eigenvalues that PyTorch gives for the ResNet-8 at θ* and at (0.5, 0.5).
    const point = (index: number, max: number, min: number) => ({
      extra: "curvature" as const,
      values: { index, max, min, residual: [1e-4, 1e-4] as const, symmetry: 1e-7, products: 20 },
      parameters: 100,
    });
    const study = { ...header.study, curvature };
    const extras = [point(4, 139.5, -8.15), point(8, 1105, -172)];
    const state = new RunState({ ...header, study }, { points: [], extras });
    const found = finalChecks(ending({ state }));
    const check = (name: string) => found.find((each) => each.name === name)!;
    expect(check("centre-convexity").level).toBe("ok");
    expect(check("centre-convexity").value).toBeCloseTo(8.15 / 139.5, 12);
    expect(check("away-convexity").level).toBe("warning");
    expect(check("away-convexity").value).toBeCloseTo(172 / 1105, 12);
    expect(check("away-convexity").message).toContain("At α 1, β 1 directions outside");
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
    expect(levels(finalChecks(ending({ centre: other, again: other })))["continued"]).toBe("warning");
  });
});
