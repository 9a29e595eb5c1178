import { describe, expect, test } from "vitest";
import { averageDensity as exported, densityCurve as exportedCurve } from "../../../server/landscape/curvature/density";
import { negativeCurvatureShare } from "../../../server/landscape/curvature/sharpness";
import { meanTrace } from "../../../server/landscape/curvature/trace";
import { figuresOf } from "../../../server/runs/export/figures";
import { outlineOf } from "../../../webview/charts/cell-outline";
import { divergingRamp } from "../../../server/drawing/colours";
import { oklabLightness } from "../support/lightness";
import { cellAt, cellBox } from "../../../webview/charts/curvature-map";
import { curvatureScale, niceAbove, niceBelow } from "../../../webview/charts/curvature-scale";
import { densityElements, densityLayout, densityScales } from "../../../webview/charts/density-plot";
import { paperTheme } from "../../../webview/charts/theme";
import { mapLayout } from "../../../webview/components/curvature-figure/curvature-figure";
import { curvatureMapOf, nonConvexCount } from "../../../webview/state/curvature";
import type { CurvatureMap } from "../../../webview/state/curvature";
import { emptyModel } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { averageDensity, densityCurve, meanOf, negativeMass } from "../../../webview/state/spectrum";
import { curvatureDoneSnapshot } from "../support/method";
import { oracleSurface } from "../support/surface";

const snapshot = curvatureDoneSnapshot(oracleSurface(11));
const run = reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
const map = curvatureMapOf(run)!;

describe("the map", () => {
  test("has the numbers and places of the exports", () => {
    const figure = figuresOf(snapshot).curvature!;
    expect([map.x, map.y]).toEqual([figure.x, figure.y]);
    for (const { index, max, min, ratio } of map.computed) {
      const at = (table: readonly (readonly unknown[])[]) => Number(table[Math.floor(index / 7)]![index % 7]);
      expect([max, min, ratio]).toEqual([at(figure.max), at(figure.min), at(figure.ratio)]);
    }
  });

  test("has the centre at exactly 0, and borders half way between the points", () => {
    expect(map.centre?.index).toBe(24);
    expect(map.edges.x).toHaveLength(8);
    expect(map.edges.x[0]).toBeCloseTo(-1 - 1 / 6, 12);
    expect(map.edges.x[4]).toBeCloseTo(1 / 6, 12);
  });

  test("counts the points that are not convex as the exports do", () => {
    const { count, of } = nonConvexCount(map);
    expect(of).toBe(48);
    expect((100 * count) / of).toBeCloseTo(negativeCurvatureShare(figuresOf(snapshot).curvature!), 12);
  });

  test("tells converged points from others, and leaves out an end that is zero beside the other", () => {
    expect(map.cells.filter((cell) => cell?.state === "unconverged").map((cell) => cell!.index)).toEqual([5]);
    expect(map.cells[48]!.state).toBe("not-finite");
    const point = { index: 0, max: 100, min: -1e-4, residual: [1e-4, 5] as const, symmetry: 0, products: 10 };
    const small = { ...run, extras: { checkpoints: [], curvature: [point, { ...point, index: 1, min: -10 }] } };
    const cells = curvatureMapOf(small)!.cells;
    expect([cells[0]!.state, cells[1]!.state]).toEqual(["converged", "unconverged"]);
  });

  test("gives the cell of every pixel, and its box", () => {
    const { plot } = mapLayout(map, 760);
    for (const index of [0, 6, 24, 30, 48]) {
      const box = cellBox(map, plot, index);
      expect(cellAt(map, plot, box.x + 2, box.y + 2)).toBe(index);
      expect(cellAt(map, plot, box.x + box.width - 2, box.y + box.height - 2)).toBe(index);
    }
    expect(cellAt(map, plot, plot.x - 1, plot.y + 5)).toBeUndefined();
    // Cells tile the plot without gaps.
    const total = map.cells.reduce((sum, _, index) => {
      const { width, height } = cellBox(map, plot, index);
      return sum + width * height;
    }, 0);
    expect(total).toBe(plot.width * plot.height);
  });
});

describe("the outline", () => {
  const area = (corners: readonly (readonly [number, number])[]): number =>
    corners.reduce((sum, [x, y], k) => {
      const [nextX, nextY] = corners[(k + 1) % corners.length]!;
      return sum + (x * nextY - nextX * y) / 2;
    }, 0);

  test("is a square around one cell", () => {
    const [square, ...others] = outlineOf([false, false, false, true], 2, 2);
    expect(others).toEqual([]);
    expect(new Set(square!.map(String))).toEqual(new Set(["1,1", "2,1", "2,2", "1,2"]));
  });

  test("goes around holes the other way, and keeps cells that touch at a corner apart", () => {
    const ring = [1, 1, 1, 1, 0, 1, 1, 1, 1].map(Boolean);
    expect(outlineOf(ring, 3, 3).map(area)).toEqual([9, -1]);
    expect(outlineOf([true, false, false, true], 2, 2).map(area)).toEqual([1, 1]);
  });

  test("has every border between marked and unmarked cells, for any mask", () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let trial = 0; trial < 50; trial++) {
      const [columns, rows] = [1 + Math.floor(random() * 6), 1 + Math.floor(random() * 6)];
      const mask = Array.from({ length: columns * rows }, () => random() < 0.5);
      const at = (c: number, r: number) =>
        c >= 0 && r >= 0 && c < columns && r < rows && mask[r * columns + c] === true;
      let borders = 0;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          if (!at(c, r)) continue;
          borders += [at(c - 1, r), at(c + 1, r), at(c, r - 1), at(c, r + 1)].filter((marked) => !marked).length;
        }
      }
      const polygons = outlineOf(mask, columns, rows);
      const length = polygons.reduce(
        (sum, corners) =>
          sum +
          corners.reduce((part, [x, y], k) => {
            const [nextX, nextY] = corners[(k + 1) % corners.length]!;
            return part + Math.abs(nextX - x) + Math.abs(nextY - y);
          }, 0),
        0,
      );
      expect(length).toBe(borders);
      expect(polygons.map(area).reduce((a, b) => a + b, 0)).toBe(mask.filter(Boolean).length);
    }
  });
});

describe("the scales", () => {
  test("of λmin are symmetric with the neutral at 0 and equal lightness on both arms", () => {
    const scale = curvatureScale(map, "min", "fathom", true)!;
    expect([scale.low, scale.high]).toEqual([-200, 200]);
    expect(scale.place(0)).toBe(0.5);
    for (const dark of [true, false]) {
      const colours = divergingRamp(dark);
      const neutral = colours(0.5);
      expect(Math.max(...neutral) - Math.min(...neutral)).toBeLessThan(1);
      for (let k = 1; k <= 10; k++) {
        const [negative, positive] = [colours(0.5 - k / 20), colours(0.5 + k / 20)];
        expect(Math.abs(oklabLightness(negative) - oklabLightness(positive))).toBeLessThan(2e-3);
        expect(negative[2]).toBeGreaterThan(negative[0]);
        expect(positive[0]).toBeGreaterThan(positive[2]);
      }
    }
  });

  test("of λmax are logarithmic; of the ratio they start at 0", () => {
    const max = curvatureScale(map, "max", "fathom", false)!;
    expect([max.kind, max.low, max.high]).toEqual(["log", 100, 2000]);
    expect(max.place(Math.sqrt(100 * 2000))).toBeCloseTo(0.5, 12);
    const ratio = curvatureScale(map, "ratio", "fathom", false)!;
    expect([ratio.kind, ratio.low, ratio.high, ratio.isCapped]).toEqual(["linear", 0, 0.2, false]);
  });

  test("only ever grow while points arrive", () => {
    for (const quantity of ["min", "max", "ratio"] as const) {
      let before: { low: number; high: number } | undefined;
      for (let count = 1; count <= map.computed.length; count++) {
        const part: CurvatureMap = { ...map, computed: map.computed.slice(0, count) };
        const scale = curvatureScale(part, quantity, "fathom", true)!;
        if (before) {
          expect(scale.low).toBeLessThanOrEqual(before.low);
          expect(scale.high).toBeGreaterThanOrEqual(before.high);
        }
        before = scale;
      }
    }
  });

  test("end at 1, 2 or 5 times a power of ten", () => {
    expect([0.011, 0.02, 3, 5, 51, 1e-7].map(niceAbove)).toEqual([0.02, 0.02, 5, 5, 100, 1e-7]);
    expect([0.019, 0.02, 3, 5, 49, 1e-7].map(niceBelow)).toEqual([0.01, 0.02, 2, 5, 20, 1e-7]);
  });
});

describe("the spectrum", () => {
  const { densities, traceSamples } = snapshot.extras!.centreCurvature!;

  test("has the curve of the exports", () => {
    expect(averageDensity(densities!)).toEqual(exported(densities!));
    const ours = densityCurve(averageDensity(densities!), 400);
    const theirs = exportedCurve(exported(densities!), 400);
    expect(ours.x).toEqual(theirs.x);
    expect(ours.y).toEqual(theirs.y);
    const step = ours.x[1]! - ours.x[0]!;
    expect(ours.y.reduce((sum, y) => sum + y * step, 0)).toBeCloseTo(1, 3);
    expect(ours.width).toBeCloseTo((139.5 + 8.15) / 100, 12);
  });

  test("has the trace of the exports with its standard error", () => {
    const { value, error, probes } = meanTrace(traceSamples!);
    expect(meanOf(traceSamples!)).toEqual({ value, error, samples: probes });
  });

  test("counts the weight below zero, and that beyond −1 % of λmax", () => {
    const [first] = densities!;
    const mass = negativeMass([first!]);
    expect(mass.belowZero.value).toBeCloseTo(2e-4 + 1.2e-3 + 0.021 + 0.6, 12);
    expect(mass.beyond.value).toBeCloseTo(2e-4 + 1.2e-3, 12);
    // −0.0001 beside 139.5 is what single precision makes of zero.
    expect(negativeMass([{ values: [-1e-4, 139.5], weights: [0.5, 0.5] }]).belowZero.value).toBe(0);
  });

  test("is drawn at the heights of its logarithm", () => {
    const curve = densityCurve(averageDensity(densities!), 300);
    const { plot } = densityLayout(760);
    const ends = [-8.15, 139.5] as const;
    const scales = densityScales(curve, ends, plot);
    const elements = densityElements({ curve, ends, plot, theme: paperTheme("sans-serif") });
    const line = elements.find(({ type }) => type === "polyline")!.shape as { points: [number, number][] };
    const most = Math.max(...curve.y);
    line.points.forEach(([x, y], k) => {
      expect(x).toBeCloseTo(scales.x(curve.x[k]!), 9);
      const decades = Math.max(-6, Math.log10(curve.y[k]! / most));
      expect(y).toBeCloseTo(plot.y + plot.height * ((0.3 - decades) / 6.3), 6);
    });
  });
});
