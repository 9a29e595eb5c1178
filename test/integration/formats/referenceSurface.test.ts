import path from "node:path";
import { describe, expect, test } from "vitest";
import { readReferenceFigures } from "../../../server/formats/reference/surface";

const fixture = (name: string): string => path.resolve("test/fixtures/reference-h5", name);

/** The formula that the fixtures were filled with. */
const loss = (x: number, y: number): number => 1 + x ** 2 + 3 * (y - 0.25 * x) ** 2;
const x = [-1, -0.5, 0, 0.5, 1];

describe("results of the authors' code", () => {
  test("surfaces that are not square: every value at its place", async () => {
    const { surfaces, lines } = await readReferenceFigures(fixture("surface.h5"));
    expect(lines).toEqual([]);
    const [train, test] = surfaces;
    expect(train).toMatchObject({ split: "train", x, y: [-0.5, 0, 0.5, 1] });
    for (const [row, y] of train!.y.entries()) {
      for (const [column, at] of x.entries()) {
        const skipped = [7, 19].includes(row * 5 + column);
        expect(train!.measured[row]![column]).toBe(skipped ? 0 : 1);
        if (skipped) {
          expect([train!.loss[row]![column], train!.accuracy[row]![column]]).toEqual(["NaN", "NaN"]);
        } else {
          expect(train!.loss[row]![column]).toBeCloseTo(loss(at, y), 12);
          expect(train!.accuracy[row]![column]).toBeCloseTo(90 - 10 * loss(at, y), 12);
        }
        expect(train!.lossError[row]![column]).toBe("NaN");
        expect(test!.measured[row]![column]).toBe(1);
        if (at === 1) expect(test!.loss[row]![column]).toBe("NaN");
        else expect(test!.loss[row]![column]).toBeCloseTo(2 * loss(at, y), 12);
      }
    }
  });

  test("square surfaces lie in the file as [y][x]", async () => {
    const { surfaces } = await readReferenceFigures(fixture("square.h5"));
    expect(surfaces).toHaveLength(1);
    expect(surfaces[0]!.loss[0]![4]).toBeCloseTo(loss(1, -1), 12);
    expect(surfaces[0]!.loss[4]![0]).toBeCloseTo(loss(-1, 1), 12);
    expect(surfaces[0]!.loss[3]![4]).toBeCloseTo(loss(1, 0.5), 12);
    expect(surfaces[0]!.loss[3]![4]).not.toBeCloseTo(loss(0.5, 1), 2);
  });

  test("eigenvalues; −1 is a smallest eigenvalue like any other", async () => {
    const { curvature } = await readReferenceFigures(fixture("surface.h5"));
    expect(curvature!.max[0]![3]).toBe("NaN");
    expect(curvature!.min[0]![3]).toBe("NaN");
    expect(curvature!.max[1]![4]).toBe(7);
    expect(curvature!.min[1]![4]).toBe(-1);
    expect(curvature!.min[3]![0]).toBe(-2);
    expect(curvature!.ratio[3]![0]).toBeCloseTo(2 / 5, 12);
    expect(curvature!.residual[3]![0]).toBe("NaN");
  });

  test("lines", async () => {
    const { lines, surfaces } = await readReferenceFigures(fixture("line.h5"));
    expect(surfaces).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ split: "train", x, measured: [1, 1, 1, 1, 0] });
    expect(lines[0]!.loss.slice(0, 4)).toEqual(x.slice(0, 4).map((at) => expect.closeTo(loss(at, 0), 12) as number));
    expect(lines[0]!.loss[4]).toBe("NaN");
    expect(lines[0]!.accuracy.slice(3)).toEqual([79.5, "NaN"]);
  });

  test("paths, with the variance that their directions explain", async () => {
    const { trajectory } = await readReferenceFigures(fixture("projection.h5"), fixture("principal.h5"));
    expect(trajectory).toMatchObject({ explainedVariance: [0.81, 0.12], centred: true, drops: [] });
    expect(trajectory!.checkpoints.map(({ x: a, y: b }) => [a, b])).toEqual([
      [-4, 0.5],
      [-2.5, 1.5],
      [-1, 0.25],
      [0, 0],
    ]);
    const both = await readReferenceFigures(fixture("square.h5"), fixture("projection.h5"));
    expect(both.surfaces).toHaveLength(1);
    expect(both.trajectory!.explainedVariance).toBeUndefined();
  });

  test("other files are refused", async () => {
    await expect(readReferenceFigures(fixture("principal.h5"))).rejects.toThrow("no result of the authors' code");
    await expect(readReferenceFigures(fixture("README.md"))).rejects.toThrow("README.md is no HDF5 file");
    await expect(readReferenceFigures(fixture("gone.h5"))).rejects.toThrow("no such file");
  });
});
