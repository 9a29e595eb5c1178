import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Study } from "../../../server/protocol/study";
import { fixture, resnetStudy } from "../runs/support/study";
import { checkpoint, expectAccuracy, expectLoss, fullStudy, levelsOf, oracle, resultOf } from "./support";

describe("a surface along saved directions", () => {
  test.each(["directions.npz", "directions.h5"])("of %s agrees with PyTorch", async (name) => {
    const result = await resultOf(
      fullStudy({
        directions: { kind: "file", path: path.join(fixture, name) },
        grid: { x: [-1, 1], y: [-1, 1], points: [7, 7] },
      }),
    );
    const [surface] = result.surfaces;
    oracle.surface["loss[y][x]"].forEach((row, j) => {
      row.forEach((loss, i) => {
        expectLoss(surface!.loss[j]![i], loss, `(${i}, ${j})`);
        expectAccuracy(surface!.accuracy[j]![i], oracle.surface["accuracy[y][x]"][j]![i]!, 500);
      });
    });
    expect(surface!.measured.flat().every((flag) => flag === 1)).toBe(true);
    expect(levelsOf(result)).toMatchObject({ centre: "ok", restored: "ok", finite: "ok" });
  });

  test("of the plane through three models meets all three", async () => {
    const result = await resultOf(
      fullStudy({
        directions: { kind: "between", checkpoints: [checkpoint(5), checkpoint(0)] },
        batchNorm: "interpolate",
        grid: { x: [0, 1], y: [0, 1], points: [2, 2] },
      }),
    );
    const [surface] = result.surfaces;
    expectLoss(surface!.loss[0]![0], oracle.centre.loss);
    expectLoss(surface!.loss[0]![1], oracle.path_losses[5]!.true[0]);
    expectLoss(surface!.loss[1]![0], oracle.path_losses[0]!.true[0]);
  });

  test("has zero as a bound and as many rows as it is asked for", async () => {
    const grid = { x: [0, 1], y: [-0.5, 0], points: [4, 3] } as const;
    const { surfaces } = await resultOf(resnetStudy({ grid }));
    expect(surfaces[0]!.loss).toHaveLength(3);
    expect(surfaces[0]!.loss[0]).toHaveLength(4);
    expect(surfaces[0]!.x[0]).toBe(0);
    expect(surfaces[0]!.y[2]).toBe(0);
  });

  test.each(["layer", "weight", "dfilter", "dlayer", "none"] as const)(
    "is measured with normalisation %s",
    async (normalise) => {
      const directions: Study["directions"] = { kind: "random", seed: 1, normalise, ignore: "bias,norm" };
      const result = await resultOf(resnetStudy({ directions, grid: { x: [-1, 1], y: [-1, 1], points: [3, 3] } }));
      expect(levelsOf(result)).toMatchObject({ centre: "ok", restored: "ok" });
      expect(result.directions).toMatchObject({ kind: "random", normalisation: normalise, seed: 1 });
    },
  );
});

describe("refinement", () => {
  test("measures fewer points and says which", async () => {
    const grid = { x: [-0.1, 0.1], y: [-0.1, 0.1], points: [33, 33] } as const;
    const study = resnetStudy({ grid });
    const few = { ...study, data: { ...study.data, samples: 20 } };
    const full = await resultOf(few);
    const refined = await resultOf({ ...few, grid: { ...grid, refine: 0.02 } });
    const [all, some] = [full.surfaces[0]!, refined.surfaces[0]!];
    const measured = some.measured.flat().filter((flag) => flag === 1).length;
    expect(measured).toBeLessThan(33 * 33);
    expect(refined.timing.evaluations).toBe(measured);
    some.loss.forEach((row, j) => {
      row.forEach((loss, i) => {
        const error = Math.abs(Number(loss) / Number(all.loss[j]![i]) - 1);
        expect(error).toBeLessThanOrEqual(some.measured[j]![i] === 1 ? 0 : 0.02);
      });
    });
    expect(levelsOf(refined)["refinement"]).toBe("ok");
  });
});
