import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as h5wasm from "h5wasm/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readReferenceFigures } from "../../../../server/formats/reference/surface";
import { toH5 } from "../../../../server/runs/export/h5";
import type { Exportable, ExportPart } from "../../../../server/runs/export/exportable";
import { curvatureFigure, family, runResult, spaced, surfaceFigure, trajectoryFigure } from "../../../support/results";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "h5-"));
  await h5wasm.ready;
});
afterAll(() => rm(folder, { recursive: true }));

async function written(result: Exportable, part?: ExportPart): Promise<string> {
  const file = path.join(folder, `${count++}.h5`);
  await writeFile(file, await toH5(result, part));
  return file;
}

/** Shape and values of a dataset; undefined when there is none. */
function datasetOf(
  file: string,
  name: string,
): { readonly shape: number[] | null; readonly values: number[] } | undefined {
  const opened = new h5wasm.File(file, "r");
  try {
    const found = opened.get(name);
    if (!(found instanceof h5wasm.Dataset)) return undefined;
    return { shape: found.shape, values: [...(found.value as Float64Array)] };
  } finally {
    opened.close();
  }
}

describe("a surface in the layout of the authors' code", () => {
  const surface = surfaceFigure({ loss: (x, y) => 1 / 3 + x + 10 * y + 20 });

  test("is declared as [len(x), len(y)] and filled with x running fastest", async () => {
    const file = await written(runResult({ surfaces: [surface] }));
    const loss = datasetOf(file, "test_loss")!;
    expect(loss.shape).toEqual([7, 5]);
    const { x, y } = surface;
    // What `losses.ravel()[k]` is there, with the k-th point of meshgrid(x, y).
    loss.values.forEach((value, k) => expect(value).toBe(1 / 3 + x[k % 7]! + 10 * y[Math.floor(k / 7)]! + 20));
    expect(datasetOf(file, "xcoordinates")).toEqual({ shape: [7], values: x });
    expect(datasetOf(file, "ycoordinates")).toEqual({ shape: [5], values: y });
    expect(datasetOf(file, "test_acc")!.values).toEqual(surface.accuracy.flat());
  });

  test("keeps estimates and marks them, keeps a measured NaN, and has −1 where nothing is known", async () => {
    const partly = surfaceFigure({
      loss: (x, y) => (y === 1 ? NaN : x === 0 ? 7 : 2),
      measured: (x) => x !== 0,
    });
    const file = await written(runResult({ surfaces: [partly] }));
    const row = (name: string, j: number): number[] => datasetOf(file, name)!.values.slice(7 * j, 7 * j + 7);
    expect(row("test_loss", 0)).toEqual([2, 2, 2, 7, 2, 2, 2]);
    expect(row("measured", 0)).toEqual([1, 1, 1, 0, 1, 1, 1]);
    expect(row("test_loss", 4)).toEqual([NaN, NaN, NaN, -1, NaN, NaN, NaN]);
  });

  test("comes back with what was interpolated still told from what was measured", async () => {
    const partly = surfaceFigure({ loss: () => 2, measured: (x) => x !== 0 });
    const back = await readReferenceFigures(await written(runResult({ surfaces: [partly] })));
    expect(back.surfaces[0]!.measured).toEqual(partly.measured);
    expect(back.surfaces[0]!.loss).toEqual(partly.loss);
  });

  test("comes back the same through the reader of such files", async () => {
    const train = surfaceFigure({ split: "train" });
    const back = await readReferenceFigures(await written(runResult({ surfaces: [train, surface] })));
    expect(back.surfaces.map(({ split }) => split)).toEqual(["train", "test"]);
    for (const [k, expected] of [train, surface].entries()) {
      const { x, y, loss, accuracy, measured } = back.surfaces[k]!;
      expect({ x, y, loss, accuracy, measured }).toEqual({
        x: expected.x,
        y: expected.y,
        loss: expected.loss,
        accuracy: expected.accuracy,
        measured: expected.measured,
      });
    }
  });
});

describe("other parts in that layout", () => {
  test("a family's first line has the usual name, and all of them are beside it", async () => {
    const file = await written(runResult({ lines: family() }));
    expect(datasetOf(file, "test_loss")).toEqual({ shape: [21], values: family()[0]!.loss });
    expect(datasetOf(file, "family/test_loss")).toEqual({
      shape: [5, 21],
      values: family().flatMap(({ loss }) => loss),
    });
    expect(datasetOf(file, "ycoordinates")).toBeUndefined();
  });

  test("the path comes back with its explained variance", async () => {
    const { trajectory } = await readReferenceFigures(await written(runResult({ trajectory: trajectoryFigure() })));
    const places = trajectoryFigure().checkpoints.map(({ x, y }) => [x, y]);
    expect(trajectory!.checkpoints.map(({ x, y }) => [x, y])).toEqual(places);
    expect(trajectory!.explainedVariance).toEqual([0.816, 0.124]);
  });

  test("eigenvalues on the surface's grid stand beside it; not computed is −1 and 1", async () => {
    const curvature = curvatureFigure(spaced(-1, 1, 7), spaced(-0.5, 1, 5));
    const file = await written(runResult({ surfaces: [surfaceFigure()], curvature }));
    const max = datasetOf(file, "max_eig")!;
    expect(max.shape).toEqual([7, 5]);
    expect(max.values[7 + 3]).toBe(-1);
    expect(datasetOf(file, "min_eig")!.values[7 + 3]).toBe(1);
    expect(max.values.filter((value) => value !== -1)).toEqual(curvature.max.flat().filter((value) => value !== "NaN"));
    const back = await readReferenceFigures(file);
    expect(back.curvature!.min).toEqual(curvature.min);
  });

  test("eigenvalues on a grid of their own have a group of their own", async () => {
    const file = await written(runResult({ surfaces: [surfaceFigure()], curvature: curvatureFigure() }));
    expect(datasetOf(file, "max_eig")).toBeUndefined();
    expect(datasetOf(file, "curvature/max_eig")!.shape).toEqual([5, 4]);
    expect(datasetOf(file, "curvature/xcoordinates")!.values).toEqual(curvatureFigure().x);
    expect(datasetOf(file, "xcoordinates")!.values).toEqual(surfaceFigure().x);
    const alone = await written(runResult({ surfaces: [surfaceFigure()], curvature: curvatureFigure() }), "curvature");
    expect(datasetOf(alone, "max_eig")!.shape).toEqual([5, 4]);
    expect(datasetOf(alone, "test_loss")).toBeUndefined();
  });
});
