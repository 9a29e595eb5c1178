import path from "node:path";
import { describe, expect, test } from "vitest";
import { fromJsonNumber } from "../../../server/protocol/numbers";
import type { Study } from "../../../server/protocol/study";
import { fixture, resnetStudy } from "../runs/support/study";
import { levelsOf, oracle, resultOf } from "./support";

const directions: Study["directions"] = { kind: "file", path: path.join(fixture, "directions.npz") };
const curvature = {
  points: [3, 3],
  samples: 64,
  parameters: "kernels",
  traceProbes: 4,
  densityProbes: 1,
  tolerance: 1e-4,
} as const;

describe("curvature", () => {
  test("agrees with PyTorch's exact Hessian at the centre and away from it", async () => {
    const grid = { x: [-0.5, 0.5], y: [-0.5, 0.5], points: [3, 3] } as const;
    const result = await resultOf(resnetStudy({ directions, grid, curvature }));
    const map = result.curvature!;
    for (const { at, max, min, ratio } of oracle.hessian.points) {
      const [column, row] = [map.x.indexOf(at[0]), map.y.indexOf(at[1])];
      expect(fromJsonNumber(map.max[row]![column]!) / max).toBeCloseTo(1, 2);
      expect(fromJsonNumber(map.min[row]![column]!) / min).toBeCloseTo(1, 2);
      expect(fromJsonNumber(map.ratio[row]![column]!) / ratio).toBeCloseTo(1, 2);
      expect(fromJsonNumber(map.residual[row]![column]!)).toBeLessThan(1e-2);
    }
    expect(map.trace?.probes).toBe(4);
    expect(map.density!.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    expect(result.sharpness).toMatchObject({ negativeShare: expect.any(Number) as number });
    expect(levelsOf(result)).toMatchObject({ symmetry: "ok", "curvature-residual": "ok", restored: "ok" });
    // The checks of convexity say what PyTorch's eigenvalues say.
    const ratioOf = (name: string) => fromJsonNumber(result.checks.find((check) => check.name === name)!.value);
    const [atCentre, ...away] = oracle.hessian.points.map(({ max, min }) => Math.max(0, -min / max));
    expect(levelsOf(result)).toMatchObject({ "centre-convexity": "ok", "away-convexity": "warning" });
    expect(ratioOf("centre-convexity") / atCentre!).toBeCloseTo(1, 2);
    expect(ratioOf("away-convexity")).toBeGreaterThanOrEqual(0.99 * Math.max(...away));
  });

  test("gives eigenvectors whose plane bends as the eigenvalues say", async () => {
    const eigen: Study["directions"] = { kind: "hessian", second: "smallest", samples: 64, ignore: "bias,norm" };
    const study = resnetStudy({ directions: eigen });
    const step = 1e-2;
    const result = await resultOf({
      ...study,
      data: { ...study.data, samples: 64 },
      grid: { x: [-step, step], y: [-step, step], points: [3, 3] },
    });
    const { loss } = result.surfaces[0]!;
    const at = (row: number, column: number): number => fromJsonNumber(loss[row]![column]!);
    const second = (at(1, 0) - 2 * at(1, 1) + at(1, 2)) / step ** 2;
    const [largest] = result.directions.eigenvalues!;
    expect(largest / oracle.hessian.points[0]!.max).toBeCloseTo(1, 2);
    expect(second / largest).toBeCloseTo(1, 1);
    expect(result.directions.eigenvalues![1]).toBeLessThan(0);
  });

  test("measures ε-sharpness, which grows with the box", async () => {
    const grid = { x: [-1, 1], y: [-1, 1], points: [1, 1] } as const;
    const small = await resultOf(resnetStudy({ grid, sharpness: { epsilon: 1e-3, samples: 64 } }));
    const large = await resultOf(resnetStudy({ grid, sharpness: { epsilon: 1e-2, samples: 64 } }));
    const [a, b] = [small, large].map((result) => fromJsonNumber(result.sharpness!.epsilon!.sharpness));
    expect(a).toBeGreaterThan(0);
    expect(b).toBeGreaterThan(2 * a!);
  });
});
