import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArrays } from "../../../../server/data/npz";
import type { Tensor } from "../../../../server/graph/tensor";
import { toNpz } from "../../../../server/runs/export/npz";
import { curvatureFigure, family, runResult, surfaceFigure, trajectoryFigure } from "../../../support/results";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "npz-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(bytes: Uint8Array): Promise<ReadonlyMap<string, Tensor>> {
  const file = path.join(folder, "figures.npz");
  await writeFile(file, bytes);
  return readArrays(file);
}

const loss = (x: number, y: number): number =>
  x === 1 && y === 1 ? Infinity : x === -1 && y === 1 ? NaN : 1 / 3 + x + 10 * y;
const surface = surfaceFigure({ loss, measured: (x) => x !== 0 });
const result = runResult({
  surfaces: [surface, surfaceFigure({ split: "train" })],
  lines: family(),
  trajectory: trajectoryFigure(),
  curvature: curvatureFigure(),
});

describe("a NumPy archive", () => {
  test("holds surfaces as [y][x] tables in full precision, with NaN and infinities", async () => {
    const arrays = await read(toNpz(result));
    const table = arrays.get("surface/test/loss")!;
    expect(table).toMatchObject({ dtype: "float64", shape: [5, 7] });
    expect([...table.data]).toEqual(surface.loss.flat().map(Number));
    expect(table.data[34]).toBe(Infinity);
    expect(table.data[28]).toBeNaN();
    expect([...arrays.get("surface/test/x")!.data]).toEqual(surface.x);
    expect([...arrays.get("surface/test/y")!.data]).toEqual(surface.y);
    expect(arrays.get("surface/train/loss")!.shape).toEqual([5, 7]);
  });

  test("tells measured from interpolated points by a mask", async () => {
    const mask = (await read(toNpz(result))).get("surface/test/measured")!;
    expect(mask).toMatchObject({ dtype: "bool", shape: [5, 7] });
    expect([...mask.data].slice(0, 7).map(Number)).toEqual([1, 1, 1, 0, 1, 1, 1]);
  });

  test("holds families of lines as [member][x]", async () => {
    const table = (await read(toNpz(result))).get("lines/test/loss")!;
    expect(table.shape).toEqual([5, 21]);
    expect([...table.data]).toEqual(family().flatMap((line) => line.loss));
  });

  test("holds the path, the curvature and the spectral density", async () => {
    const arrays = await read(toNpz(result));
    const { checkpoints } = trajectoryFigure();
    expect([...arrays.get("trajectory/x")!.data]).toEqual(checkpoints.map(({ x }) => x));
    expect([...arrays.get("trajectory/test/planeLoss")!.data]).toEqual(checkpoints.map(({ planeLoss }) => planeLoss));
    expect([...arrays.get("trajectory/explainedVariance")!.data]).toEqual([0.816, 0.124]);
    expect(arrays.get("curvature/max")!.shape).toEqual([4, 5]);
    expect([...arrays.get("curvature/max")!.data]).toEqual(curvatureFigure().max.flat().map(Number));
    expect([...arrays.get("curvature/density/weights")!.data]).toEqual(curvatureFigure().density!.weights);
    expect([...arrays.get("curvature/trace")!.data]).toEqual([812.5]);
  });

  test("says in meta.json what was measured with what", () => {
    const meta = JSON.parse(strFromU8(unzipSync(toNpz(result))["meta.json"]!)) as Record<string, unknown>;
    expect(meta).toMatchObject({
      model: result.model,
      study: result.study,
      engine: result.engine,
      checks: result.checks,
    });
    expect(meta).toMatchObject({ units: { accuracy: "percent" }, samples: { test: 500, train: 500 } });
    expect(meta).not.toHaveProperty("surfaces");
  });

  test("of one part holds that part alone", async () => {
    const names = [...(await read(toNpz(result, "curvature"))).keys()];
    expect(names.every((name) => name.startsWith("curvature/"))).toBe(true);
    expect(() => toNpz(runResult(), "lines")).toThrow("nothing of: lines");
  });

  test("is the same to the last byte when it is written again", () => {
    expect(Buffer.from(toNpz(result)).equals(Buffer.from(toNpz(result)))).toBe(true);
  });
});
