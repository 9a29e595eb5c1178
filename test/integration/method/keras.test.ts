import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Study } from "../../../server/protocol/study";
import { expectAccuracy, expectLoss, levelsOf, resultOf, type Oracle } from "./support";

const folder = path.resolve("test/fixtures/keras-sequential");
const oracle = JSON.parse(readFileSync(path.join(folder, "oracle.json"), "utf8")) as Pick<Oracle, "centre" | "surface">;

/** The Keras model on all its samples. */
function study(over: Partial<Study> = {}): Study {
  return {
    model: { path: path.join(folder, "model.keras") },
    data: {
      path: path.join(folder, "test.npz"),
      x: "x_test",
      y: "y_test",
      split: "test",
      samples: 500,
      sample: "first",
      seed: 0,
    },
    preprocess: { scale: 1 / 255, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "file", path: path.join(folder, "directions.npz") },
    grid: { x: [-1, 1], y: [-1, 1], points: [5, 5] },
    compute: { engine: "onnxruntime", evaluators: 1, batchSize: 100 },
    ...over,
  };
}

describe("a model of Keras", () => {
  test.each(["model.keras", "model_legacy.h5"])("has Keras' surface, from %s", async (name) => {
    const result = await resultOf(study({ model: { path: path.join(folder, name) } }));
    const [surface] = result.surfaces;
    oracle.surface["loss[y][x]"].forEach((row, j) => {
      row.forEach((loss, i) => {
        expectLoss(surface!.loss[j]![i], loss, `(${i}, ${j})`);
        expectAccuracy(surface!.accuracy[j]![i], oracle.surface["accuracy[y][x]"][j]![i]!, 500);
      });
    });
    expectLoss(result.centre.loss, oracle.centre.loss);
    expect(levelsOf(result)).toMatchObject({ centre: "ok", restored: "ok", finite: "ok" });
    expect(result.model.format).toBe("Keras");
  });

  test("has Keras' surface on WebAssembly too", async () => {
    const compute = { engine: "wasm", evaluators: 1, batchSize: 100 } as const;
    const [surface] = (await resultOf(study({ compute }))).surfaces;
    oracle.surface["loss[y][x]"].flat().forEach((loss, k) => expectLoss(surface!.loss.flat()[k], loss, `point ${k}`));
  });

  test("has a trajectory along its epochs, with the drops of the learning rate", async () => {
    const files = readdirSync(path.join(folder, "checkpoints")).sort();
    const { trajectory } = await resultOf(
      study({
        directions: { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm" },
        checkpoints: { files: files.map((name) => path.join(folder, "checkpoints", name)) },
        grid: { x: [-1, 1], y: [-1, 1], points: [3, 3], fit: true },
      }),
    );
    expect(trajectory!.checkpoints.map(({ epoch }) => epoch)).toEqual(files.map((_, k) => k));
    expectLoss(trajectory!.checkpoints.at(-1)!.loss, oracle.centre.loss);
    expect(trajectory!.checkpoints.at(-1)).toMatchObject({ x: 0, y: 0, distance: 0 });
    expect(Number(trajectory!.checkpoints[0]!.loss)).toBeGreaterThan(2);
    expect(trajectory!.explainedVariance![0]).toBeGreaterThan(0.5);
    expect(trajectory!.drops!.length).toBeGreaterThan(0);
  });

  test("has curvature at its centre", async () => {
    const result = await resultOf(
      study({
        grid: { x: [-1, 1], y: [-1, 1], points: [1, 1] },
        curvature: {
          points: [1, 1],
          samples: 64,
          parameters: "kernels",
          traceProbes: 0,
          densityProbes: 0,
          tolerance: 1e-3,
        },
      }),
    );
    const { max, min, residual } = result.curvature!;
    expect(Number(max[0]![0])).toBeGreaterThan(0);
    expect(Number(min[0]![0])).toBeLessThan(Number(max[0]![0]));
    expect(Number([residual].flat(3)[0])).toBeLessThan(1e-2);
    expect(levelsOf(result)["symmetry"] ?? "ok").toBe("ok");
  });
});
