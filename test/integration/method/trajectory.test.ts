import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { temporaryFolder } from "../runs/support/folders";
import { fixture, resnetStudy, watch } from "../runs/support/study";
import { checkpoint, expectAccuracy, expectLoss, fullStudy, levelsOf, oracle, resultOf } from "./support";

const checkpoints = {
  files: Array.from({ length: 11 }, (_, epoch) => checkpoint(epoch)),
  log: path.join(fixture, "log.csv"),
};

const grid = { x: [-1, 1], y: [-1, 1], points: [5, 5], fit: true } as const;

function pca(over: Partial<Extract<Study["directions"], { kind: "pca" }>> = {}): Study["directions"] {
  return { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm", ...over };
}

/** Whether the path lies within the grid with its margin, both axes having the same scale. */
function expectFitted({ surfaces, trajectory }: RunResult): void {
  const [surface] = surfaces;
  const [x, y] = [surface!.x, surface!.y];
  expect(x.at(-1)! - x[0]!).toBeCloseTo(y.at(-1)! - y[0]!, 9);
  for (const place of trajectory!.checkpoints) {
    expect(place.x).toBeGreaterThan(x[0]!);
    expect(place.x).toBeLessThan(x.at(-1)!);
    expect(place.y).toBeGreaterThan(y[0]!);
    expect(place.y).toBeLessThan(y.at(-1)!);
  }
}

describe("a trajectory in its principal directions", () => {
  test("agrees with scikit-learn and PyTorch: ratios, coordinates, losses of the path and in the plane", async () => {
    const result = await resultOf(fullStudy({ directions: pca(), checkpoints, grid }));
    const { trajectory } = result;
    const expected = oracle.pca.with_final_row;
    expected.centred_ratio.forEach((ratio, k) =>
      expect(Math.abs(trajectory!.explainedVariance![k]! - ratio)).toBeLessThan(1e-6),
    );
    const largest = Math.max(...expected.coords_lstsq_abs.flat());
    expected.coords_lstsq_abs.forEach(([x, y], k) => {
      const found = trajectory!.checkpoints[k]!;
      expect(Math.abs(Math.abs(found.x) - x) / largest).toBeLessThan(1e-5);
      expect(Math.abs(Math.abs(found.y) - y) / largest).toBeLessThan(1e-5);
    });
    for (const { epoch, in_plane, true: own } of oracle.path_losses) {
      const found = trajectory!.checkpoints[epoch]!;
      expectLoss(found.loss, own[0], `epoch ${epoch}`);
      expectAccuracy(found.accuracy, own[1], 500);
      expectLoss(found.planeLoss, in_plane[0], `epoch ${epoch} in the plane`);
      expectAccuracy(found.planeAccuracy, in_plane[1], 500);
    }
    expect(trajectory!.drops).toEqual([6, 8]);
    expect(trajectory!.checkpoints.at(-1)).toMatchObject({ x: 0, y: 0, distance: 0, offPlane: 0 });
    expect(trajectory!.randomWalk![0]).toBeGreaterThan(0.5);
    expect(result.directions).toMatchObject({ kind: "pca" });
    expectFitted(result);
    expect(levelsOf(result)).toMatchObject({ centre: "ok", restored: "ok", "off-plane": expect.any(String) as string });
  });

  test.each([
    [true, false, oracle.pca.without_final_row.centred_ratio],
    [false, true, oracle.pca.with_final_row.uncentred_ratio],
    [false, false, oracle.pca.without_final_row.uncentred_ratio],
  ])("has the ratios of the other forms (centred %s, final row %s)", async (centred, finalRow, expected) => {
    const study = resnetStudy({
      directions: pca({ centred, finalRow }),
      checkpoints,
      grid: { ...grid, points: [2, 2] },
    });
    const { trajectory } = await resultOf(study);
    expected.forEach((ratio, k) => expect(Math.abs(trajectory!.explainedVariance![k]! - ratio)).toBeLessThan(1e-6));
    expect(trajectory!.centred).toBe(centred);
  });

  test("goes on after it was cancelled, with the directions that were saved", async () => {
    const study = resnetStudy({ directions: pca(), checkpoints, grid: { ...grid, points: [9, 9] } });
    const whole = await resultOf(study);
    const folder = temporaryFolder();
    const first = watch({ study, resultsFolder: folder });
    await first.shown(30);
    first.run.cancel();
    const { status, journal } = await first.run.finished;
    expect(status).toBe("cancelled");
    const saved = readdirSync(folder).find((name) => name.endsWith(".directions.npz"));
    expect(saved).toBeDefined();
    expect(existsSync(journal!)).toBe(true);
    const resumed = await resultOf(study, folder);
    expect(resumed.surfaces).toEqual(whole.surfaces);
    expect(resumed.trajectory).toEqual(whole.trajectory);
  });
});

describe("the ways that mislead", () => {
  const random = { seed: 5, normalise: "filter", ignore: "bias,norm" } as const;

  test("two random directions: the path hardly moves", async () => {
    const result = await resultOf(resnetStudy({ directions: { kind: "random", ...random }, checkpoints, grid }));
    const { trajectory } = result;
    expect(trajectory!.checkpoints).toHaveLength(11);
    const first = trajectory!.checkpoints[0]!;
    expect(first.offPlane! / first.distance!).toBeGreaterThan(0.9);
    expect(levelsOf(result)["off-plane"]).toBe("warning");
    expectFitted(result);
  });

  test("one random and one to the beginning: the beginning lies on the first axis", async () => {
    const directions: Study["directions"] = { kind: "to", checkpoint: checkpoint(0), ...random };
    const { trajectory } = await resultOf(resnetStudy({ directions, checkpoints, grid }));
    const first = trajectory!.checkpoints[0]!;
    expect(first.x).toBeCloseTo(1, 6);
    expect(first.y).toBeCloseTo(0, 6);
    expect(first.offPlane! / first.distance!).toBeLessThan(1e-5);
    expect(trajectory!.explainedVariance).toBeUndefined();
  });
});
